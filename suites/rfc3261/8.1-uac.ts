// RFC 3261 §8.1: what the server does when it sends a request of its own. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/8.1.1/mandatory-fields',
    title: 'A request has To, From, CSeq, Call-ID, Max-Forwards and Via',
    req: ['TXC-012'],
    level: 'MUST',
    role: 'uac',
    methods: ['OPTIONS'],
    needs: ['originate:OPTIONS'],
    run: async (t) => {
      t.originate('OPTIONS');
      const request = await t.expectRequest('OPTIONS', { withinMs: 10_000 });
      t.respond(request, 200);
      const missing = ['To', 'From', 'CSeq', 'Call-ID', 'Max-Forwards', 'Via'].filter((name) => !request.has(name));
      t.verify(missing.length === 0, 'all six', `no ${missing.join(', ')}`);
    },
  },
];
