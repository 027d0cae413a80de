// Whether a call goes on: no BYE comes, and a request in it finds it. Ends nothing.

import type { Dialog } from '../src/conformance/dialog.ts';
import type { Talk } from '../src/conformance/talk.ts';

/** The call is as it was: RFC 3261 §12.2.2 has a request in a dialog that is gone refused with 481. */
export async function verifyGoesOn(t: Talk, dialog: Dialog): Promise<void> {
  await t.expectNone(1_000, 'BYE');
  const options = t.send(t.request('OPTIONS', { dialog }));
  const there = await t.expect('final', { of: options, strictly: true });
  t.verify(there.status !== 481, 'a call that goes on', `${there.startLine} to an OPTIONS in it`);
}
