// Fills the rules' context for a received request and runs them. Judges nothing itself.

import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import type { Engine } from './engine.ts';

/** @param call the call of the To tag; @param txn the server transaction it repeats or (ACK) belongs to; NONE where there is none */
export function checkRequest(e: Engine, call: number, txn: number): void {
  const { ctx, msg, dialogs, txns } = e;
  ctx.reset();
  ctx.stream = e.reliable(e.receivedPeer);
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
  // RFC 3261 §17.1.1.3: the ACK for a 300–699 is that of the INVITE with its branch, also when the next one was faster.
  if (msg.method === METHOD.ACK && txn !== NONE) ctx.inviteCseq = txns.cseq[txn]!;
  e.rules!.check(msg, ctx);
}
