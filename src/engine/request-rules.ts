// Fills the rules' context for a received request and runs them; what it looks up in e.key is lost. Judges nothing itself.

import { DIALOG } from '../dialog/dialogs.ts';
import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { cancelKey } from '../transaction/match.ts';
import { placeOf } from '../transport/transport.ts';
import type { Engine } from './engine.ts';

/** What carried the message to `place`. */
export function setTransport(e: Engine, place: number): void {
  e.ctx.stream = e.streamAt[place] === 1;
  e.ctx.reliable = e.reliableAt[place] === 1;
}

/** @param call the call of the To tag; @param txn the server transaction it repeats or (ACK) belongs to; NONE where there is none */
export function checkRequest(e: Engine, call: number, txn: number): void {
  const { ctx, msg, dialogs, txns } = e;
  ctx.reset();
  setTransport(e, placeOf(e.receivedPeer));
  ctx.retransmission = txn !== NONE && msg.method !== METHOD.ACK;
  if (call !== NONE && dialogs.state[call]! !== 0) {
    if (dialogs.remoteTagLen[call]! > 0) {
      ctx.remoteTagStart = dialogs.remoteTagStart[call]!;
      ctx.remoteTagEnd = ctx.remoteTagStart + dialogs.remoteTagLen[call]!;
    }
    ctx.dialogCallIdStart = dialogs.callIdStart[call]!;
    ctx.dialogCallIdEnd = ctx.dialogCallIdStart + dialogs.callIdLen[call]!;
    ctx.remoteCseq = dialogs.remoteCseq[call]!;
    const invite = e.calls.inviteServer[call]!;
    if (msg.method === METHOD.ACK && invite !== NONE) ctx.inviteCseq = e.calls.peerInviteCseq[call]!;
  }
  // RFC 3261 §12.2.1.1: who has both tags of a dialog here means that dialog, whatever its Call-ID says.
  const meant = call === NONE && msg.toTagStart !== NONE ? dialogOfTags(e) : NONE;
  if (meant !== NONE) {
    ctx.dialogCallIdStart = dialogs.callIdStart[meant]!;
    ctx.dialogCallIdEnd = ctx.dialogCallIdStart + dialogs.callIdLen[meant]!;
  }
  // RFC 3261 §9.1: the INVITE that a CANCEL is for has its branch.
  if (msg.method === METHOD.CANCEL) {
    cancelKey(msg, METHOD.INVITE, e.seeds[0]!, e.seeds[1]!, e.key);
    const invite = e.index.find(e.key[0]!, e.key[1]!);
    if (invite !== NONE) ctx.inviteCseq = txns.cseq[invite]!;
  }
  // RFC 3261 §17.1.1.3: the ACK for a 300–699 is that of the INVITE with its branch, also when the next one was faster.
  if (msg.method === METHOD.ACK && txn !== NONE) ctx.inviteCseq = txns.cseq[txn]!;
  e.rules!.check(msg, ctx);
}

/** The call with the dialog whose tags the request in e.msg has, NONE for none. */
function dialogOfTags(e: Engine): number {
  const { msg, dialogs } = e;
  const slot = e.identity.tagSlot(e.bytes, msg.toTagStart, msg.toTagEnd);
  if (slot === NONE || !e.calls.is(slot, e.identity.serial) || dialogs.state[slot] === DIALOG.NONE) return NONE;
  return dialogs.sameRemoteTag(slot, msg, msg.fromTagStart, msg.fromTagEnd) ? slot : NONE;
}
