// RFC 3261 §14.1: INVITEs that the server sends in a dialog. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { type Changed, changed, verifyRetry } from '../changes.ts';
import { verifyGoesOn } from '../goes-on.ts';

const CHANGES: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['INVITE', 'ACK'],
  needs: ['originate:INVITE:hold'],
};

const reinvited = (t: Talk): Promise<Changed> => changed(t, 'INVITE:hold', 'INVITE');

export const CASES: readonly Entry[] = [
  {
    ...CHANGES,
    id: 'rfc3261/14.1/refused-reinvite-changes-nothing',
    title: 'A re-INVITE that is refused with 488 leaves the call as it was: it goes on',
    req: ['REI-004'],
    run: async (t) => {
      const { request, dialog } = await reinvited(t);
      t.respond(request, 488);
      await t.expectRequest('ACK', { where: ({ cseq }) => cseq === request.cseq });
      await verifyGoesOn(t, dialog);
    },
  },
  {
    ...CHANGES,
    id: 'rfc3261/14.1/glare-tried-again-later',
    title: 'After 491 to its re-INVITE the owner of the Call-ID tries again in 2.1 to 4 s',
    req: ['REI-005'],
    level: 'SHOULD',
    run: async (t) => {
      const { request } = await reinvited(t);
      t.respond(request, 491);
      await verifyRetry(t, request);
    },
  },
  {
    ...CHANGES,
    id: 'rfc3261/14.1/no-reinvite-while-one-is-pending',
    title: 'While an INVITE of the dialog is in progress no other one is sent in it',
    req: ['REI-006'],
    level: 'MUST NOT',
    run: async (t) => {
      const { request } = await reinvited(t);
      t.respond(request, 180);
      await t.expectNone(1_500, 'INVITE', ({ branch }) => branch !== request.branch);
      t.respond(request, 488);
    },
  },
];
