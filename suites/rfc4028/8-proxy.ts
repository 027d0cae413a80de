// RFC 4028 §8.3: session timers at a proxy. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

/** RFC 4028 §5: the shortest interval there is. */
const SHORTEST_S = 90;

export const CASES: readonly Entry[] = [
  {
    id: 'rfc4028/8.3/no-bye-by-the-proxy',
    title: 'A proxy sends no BYE when nobody has refreshed the session in time',
    req: ['TMR-017'],
    level: 'MUST NOT',
    role: 'proxy',
    methods: ['BYE', 'INVITE'],
    needs: ['far'],
    slow: true,
    limitMs: 130_000,
    run: async (t) => {
      const timer = { Supported: 'timer', 'Session-Expires': `${SHORTEST_S};refresher=uac` };
      const { far, sent, arrived } = await t.through('INVITE', { headers: timer });
      far.respond(arrived, 200, { headers: { Require: 'timer', 'Session-Expires': `${SHORTEST_S};refresher=uac` } });
      t.ack(await t.expect(200, { of: sent }));
      await far.expectRequest('ACK');
      const bye = () =>
        [t, far].flatMap(({ received }) => received).find(({ isRequest, method }) => isRequest && method === 'BYE');
      for (let waitedS = 0; waitedS < SHORTEST_S + 10 && bye() === undefined; waitedS++) await t.pause(1_000);
      t.verify(bye() === undefined, 'no BYE', `${bye()?.startLine}`);
    },
  },
];
