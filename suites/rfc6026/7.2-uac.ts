// RFC 6026 §7.2, §8.4: 2xx responses to INVITEs of the server while Timer M runs. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc6026/8.4/late-2xx-acked',
    title: 'A 2xx that comes again, or of another fork, is acknowledged as long as Timer M runs',
    req: ['TXC-022'],
    level: 'MUST',
    role: 'uac',
    methods: ['INVITE', 'ACK'],
    needs: ['originate:INVITE'],
    slow: true,
    limitMs: 60_000,
    run: async (t) => {
      const invite = await t.originated('INVITE');
      t.respond(invite, 200);
      const ack = await t.given('an ACK', () => t.expectRequest('ACK'));
      await t.pause(400);
      t.respond(invite, 200);
      await t.expectAgain(ack);
      t.respond(await t.given('a BYE', () => t.expectRequest('BYE', { withinMs: 5_000 })), 200);
      await t.pause(24_000);
      t.respond(invite, 200, { headers: { To: (was) => was.replace(/(;tag=.*)?$/, ';tag=late') } });
      await t.expectRequest('ACK', { where: ({ toTag }) => toTag === 'late' });
    },
  },
];
