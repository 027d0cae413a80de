// RFC 3311 §5.3: UPDATEs that the server sends. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { changed, verifyRetry } from '../changes.ts';
import { verifyGoesOn } from '../goes-on.ts';

const UPDATES: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['INVITE', 'UPDATE'],
  needs: ['originate:UPDATE'],
};

export const CASES: readonly Entry[] = [
  {
    ...UPDATES,
    id: 'rfc3311/5.3/refused-update-changes-nothing',
    title: 'An UPDATE that is refused with 488 leaves the call as it was: it goes on',
    req: ['UPD-008'],
    run: async (t) => {
      const { request, dialog } = await changed(t, 'UPDATE', 'UPDATE');
      t.respond(request, 488);
      await verifyGoesOn(t, dialog);
    },
  },
  {
    ...UPDATES,
    id: 'rfc3311/5.3/glare-tried-again-later',
    title: 'After 491 to its UPDATE the owner of the Call-ID tries again in 2.1 to 4 s',
    req: ['UPD-009'],
    level: 'SHOULD',
    run: async (t) => {
      const { request } = await changed(t, 'UPDATE', 'UPDATE');
      t.respond(request, 491);
      await verifyRetry(t, request);
    },
  },
];
