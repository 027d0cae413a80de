// How a call ends: well, failed, or cut off; the peer is released, the slot freed. Decides nothing of whether it does.

import { COUNTER } from '../metrics/counters.ts';
import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { STATE } from '../transaction/constants.ts';
import { CALL } from './calls.ts';
import { releaseVariables } from './capture.ts';
import { launch, openClient, ownerOf, setIdentity, setOutside, setRemote, setTransaction } from './client.ts';
import { disconnectCall } from './connections.ts';
import { forgetEarly } from './early.ts';
import type { Engine } from './engine.ts';
import { BRANCH_KIND } from './identity.ts';
import { sendAck } from './player.ts';
import { forgetRedirect } from './redirect.ts';
import { closeServed } from './reference-referral.ts';
import { abandonServer } from './server.ts';
import { FAILURE } from './tally.ts';
import { TXN } from './transactions.ts';

/** Ends a call that went wrong: says why, and leaves nothing behind at the peer. */
export function fail(e: Engine, leg: number, kind: number, method: number, status: number): void {
  const { calls, msg } = e;
  const call = calls.main[leg]!;
  const program = calls.program[call]!;
  e.tally.failed(
    kind,
    method,
    status,
    program,
    calls.pc[call]!,
    () => e.expectation(program, calls.pc[call]!, status),
    () =>
      kind === FAILURE.UNEXPECTED_RESPONSE || kind === FAILURE.UNEXPECTED_REQUEST
        ? e.text(msg.start, Math.min(msg.end, msg.start + 4096))
        : '',
  );
  hangUpAll(e, call);
  endCall(e, call, false);
}

function hangUpAll(e: Engine, call: number): void {
  for (let leg = call; leg !== NONE; leg = e.calls.nextLeg[leg]!) hangUp(e, leg);
}

/** The run is cut off: the peer is released, and the call is counted apart from those that failed. */
export function abandon(e: Engine, leg: number): void {
  const call = e.calls.main[leg]!;
  e.tally.abandoned(e.calls.program[call]!);
  hangUpAll(e, call);
  endCall(e, call, false);
}

/** Releases the peer: BYE in a confirmed dialog, CANCEL for an INVITE that is ringing, 500 to requests without an answer. */
export function hangUp(e: Engine, call: number): void {
  const { calls, dialogs, txns } = e;
  const invite = calls.inviteClient[call]!;
  if (calls.flags[call]! & CALL.RELEASED) {
    abandonServer(e, call);
    return;
  }
  if (calls.flags[call]! & CALL.ANSWERED) {
    if (invite !== NONE && (calls.flags[call]! & CALL.ACKED) === 0) sendAck(e, call, invite, null, false);
    const leaving = calls.otherClient[call]!;
    if (leaving !== NONE && ownerOf(e, leaving) === call && txns.method[leaving] === METHOD.BYE) return;
    sendLast(e, call, METHOD.BYE, ++dialogs.localCseq[call]!, NONE);
  } else if (invite !== NONE && ownerOf(e, invite) === call && txns.state[invite] === STATE.PROCEEDING) {
    // RFC 3261 §9.1: only after a provisional, and once.
    if ((txns.flags[invite]! & TXN.CANCELLED) === 0) sendLast(e, call, METHOD.CANCEL, calls.inviteCseq[call]!, invite);
  }
  abandonServer(e, call);
}

/** A request that ends what a failed call has begun; nobody waits for its answer. */
function sendLast(e: Engine, call: number, method: number, cseq: number, invite: number): void {
  const txn = openClient(e, method, call, e.calls.peer[call]!, cseq);
  if (txn === NONE) {
    e.tally.add(COUNTER.UNSENT);
    return;
  }
  setIdentity(e, call, e.calls.serial[call]!, e.users.row(call));
  if (invite === NONE) setRemote(e, call);
  else setOutside(e, invite);
  setTransaction(e, BRANCH_KIND.TRANSACTION, invite === NONE ? txn : invite, cseq);
  if (invite !== NONE) {
    e.links.cancel[invite] = txn + 1;
    e.links.cancel[txn] = invite + 1;
    e.txns.flags[invite]! |= TXN.CANCELLED;
    e.lanes.start(invite * 2 + 1, e.timeoutLane);
  }
  if (!launch(e, txn, e.standardRequest(method, e.calls.program[call]!), call)) e.tally.add(COUNTER.UNSENT);
}

/** Frees the slots of a call that is over. Its transactions live on by themselves. */
export function endCall(e: Engine, call: number, succeeded: boolean): void {
  const { calls } = e;
  e.tally.ended(calls.program[call]!, succeeded);
  for (let leg = calls.nextLeg[call]!; leg !== NONE; leg = calls.nextLeg[leg]!) releaseSlot(e, leg);
  releaseSlot(e, call);
  e.ended++;
}

function releaseSlot(e: Engine, call: number): void {
  const { calls, dialogs, lanes } = e;
  lanes.stop(e.callNode(call, 0));
  lanes.stop(e.callNode(call, 1));
  if (calls.keptChunk[call] !== NONE) {
    e.outbox.freeLater(calls.keptChunk[call]!, calls.keptLength[call]!);
    calls.keptChunk[call] = NONE;
  }
  forgetRedirect(e, call);
  if (e.early.first[call] !== NONE) forgetEarly(e, call);
  if (e.variables > 0) releaseVariables(e, call);
  e.users.release(call);
  disconnectCall(e, call);
  if (e.reference?.owns(call)) closeServed(e, call);
  dialogs.release(call);
  calls.release(call);
}
