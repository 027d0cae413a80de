// RFC 3264 §5, §8: offers of the server. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';

const OFFERS: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['INVITE'],
  needs: ['originate:INVITE:hold'],
};

/** Fields of the o= line. */
const origin = (message: Received) => (/^o=(.*?)\r?$/m.exec(message.body)?.[1] ?? '').split(' ');

export const CASES: readonly Entry[] = [
  {
    ...OFFERS,
    id: 'rfc3264/5/one-description',
    title: 'An offer is one session description, with numbers below 2**63 in o=',
    req: ['SDP-019'],
    run: async (t) => {
      const invite = await t.originated('INVITE:hold', 'INVITE');
      t.respond(invite, 486);
      t.verify(invite.body.match(/^v=/gm)?.length === 1, 'one v= line', invite.body);
      const [, id = '', version = ''] = origin(invite);
      const right = [id, version].every((one) => /^\d+$/.test(one) && BigInt(one) < 2n ** 63n);
      t.verify(right, 'numbers below 2**63', `${id} ${version}`);
    },
  },
  {
    ...OFFERS,
    id: 'rfc3264/8/version-counts-up',
    title: 'o= of a changed offer is that of the one before, with the version one higher',
    req: ['SDP-011'],
    run: async (t) => {
      const invite = await t.originated('INVITE:hold', 'INVITE');
      t.respond(invite, 200);
      const again = await t.given('a re-INVITE', () =>
        t.expectRequest('INVITE', { withinMs: 5_000, where: ({ toTag }) => toTag !== '' }),
      );
      t.respond(again, 200);
      if (again.body === invite.body) t.skip('it changes nothing');
      const [user, id, version, ...rest] = origin(invite);
      const wanted = [user, id, String(BigInt(version ?? 0) + 1n), ...rest].join(' ');
      t.verify(origin(again).join(' ') === wanted, `o=${wanted}`, `o=${origin(again).join(' ')}`);
    },
  },
];
