// RFC 3261 §18.4: what becomes of a request that the system could not deliver. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/18.4/closed-port-told-upstream',
    title: 'A proxy whose next hop has no open port tells the caller so long before its transaction times out',
    req: ['TRN-011'],
    level: 'SHOULD',
    role: 'proxy',
    methods: ['INVITE'],
    needs: ['far'],
    slow: true,
    run: async (t) => {
      if (t.profile.far?.by !== 'uri') t.skip('it forwards to places of its own, none of them closed');
      const gone = await t.peer({ name: 'gone' });
      await gone.close();
      const invite = t.send(t.request('INVITE', { to: gone.contact }));
      await t.pause(10_000);
      const final = t.responsesTo(invite).find(({ status }) => status >= 200);
      if (final !== undefined) t.ack(final);
      t.verify(final !== undefined, 'a final response within 10 s', 'none');
      t.verify(final!.status >= 400, 'a refusal', final!.startLine);
    },
  },
];
