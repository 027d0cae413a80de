// RFC 3261 §18.3, §7.5: messages in a stream. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/7.5/line-ends-before-start-line-ignored',
    title: 'Line ends before the start line of a message in a stream are ignored',
    req: ['SYN-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run: async (t) => {
      t.write('\r\n\r\n');
      t.send(t.request('OPTIONS'));
      await t.expect('final', { strictly: true });
    },
  },
];
