// Calls in which the server sends a re-INVITE or an UPDATE, and its second try after a 491. Judges only when that comes.

import type { Dialog } from '../src/conformance/dialog.ts';
import { elapsed } from '../src/conformance/elapsed.ts';
import type { Received } from '../src/conformance/outgoing.ts';
import type { Talk } from '../src/conformance/talk.ts';

export interface Changed {
  readonly invite: Received;
  /** The request that changes the session; it has no response yet. */
  readonly request: Received;
  /** Ours, with the server. */
  readonly dialog: Dialog;
}

/** Precondition: a call of the server, and in it the request that the command promises. */
export async function changed(t: Talk, command: string, method: 'INVITE' | 'UPDATE'): Promise<Changed> {
  const invite = await t.originated(command, 'INVITE');
  t.respond(invite, 200);
  const request = await t.given(`a change of the call by ${method}`, async () => {
    await t.expectRequest('ACK');
    return t.expectRequest(method, { withinMs: 5_000, where: ({ toTag }) => toTag !== '' });
  });
  return { invite, request, dialog: t.dialog(invite) };
}

/** RFC 3261 §14.1, RFC 3311 §5.3: who made the Call-ID tries again between 2.1 and 4 s after a 491. */
export async function verifyRetry(t: Talk, request: Received): Promise<void> {
  const refusal = t.sent.findLast(({ reading }) => reading.status === 491)!;
  const again = await t.expectRequest(request.method, {
    withinMs: 5_500,
    where: ({ branch, toTag }) => branch !== request.branch && toTag !== '',
  });
  t.respond(again, 200, again.method === 'UPDATE' ? { body: t.received[0]!.body, type: 'application/sdp' } : {});
  const time = elapsed(refusal, again);
  // RFC 3261 §14.1: from 2.1 to 4 s; a busy machine is late.
  const fits = t.within(time, { leastMs: 2_050, mostMs: 4_500 });
  t.verify(fits, 'a second try after 2.1 to 4 s', `after ${(time.ms / 1_000).toFixed(2)} s`);
}
