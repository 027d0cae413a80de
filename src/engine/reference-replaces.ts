// INVITE with Replaces at the reference server (RFC 3891 §3): which dialog it takes the place of, and how that one ends. Sends no INVITE.

import { sameBytes } from '../sip/bytes.ts';
import { isSingle } from '../sip/fields.ts';
import { NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import { Replaces, readReplaces } from '../sip/replaces.ts';
import { CALL } from './calls.ts';
import type { Engine } from './engine.ts';
import { PHASE } from './reference.ts';
import { byeServed } from './reference-calls.ts';

const found = new Replaces();

/** The dialog that the INVITE in e.msg replaces: its slot, NONE without a Replaces, or the status it is refused with as a negative number. */
export function replacedBy(e: Engine): number {
  const { msg, bytes, calls, dialogs } = e;
  const r = e.reference!;
  const field = msg.first[HEADER.REPLACES]!;
  if (field === NONE) return NONE;
  if (!isSingle(msg, HEADER.REPLACES)) return -400;
  if (readReplaces(bytes, msg.valueStart[field]!, msg.valueEnd[field]!, found) !== 0) return -400;
  // RFC 3891 §3: to-tag is our tag, from-tag that of the peer; our tags name their slot.
  const slot = e.identity.tagSlot(bytes, found.toTag.start, found.toTag.end);
  if (slot === NONE) return -481;
  const { serial } = e.identity;
  const { callIdStart, callIdEnd, fromTag } = found;
  if (!calls.is(slot, serial)) {
    // RFC 3891 §3: a call that was over a moment before is not to ring again: declined.
    return r.over.has(bytes, callIdStart, callIdEnd, fromTag.start, fromTag.end, slot, serial) ? -603 : -481;
  }
  if (!r.owns(slot)) return -481;
  const id = dialogs.callIdStart[slot]!;
  const tag = dialogs.remoteTagStart[slot]!;
  const known =
    sameBytes(bytes, callIdStart, callIdEnd, id, id + dialogs.callIdLen[slot]!) &&
    sameBytes(bytes, fromTag.start, fromTag.end, tag, tag + dialogs.remoteTagLen[slot]!);
  // RFC 3891 §3: a dialog that no INVITE made is no match; one whose session is over is declined.
  if (!known || r.sdpVersion[slot] === 0) return -481;
  switch (r.phase[slot]) {
    case PHASE.NONE:
      return -603;
    case PHASE.UP:
      return found.earlyOnly ? -486 : slot;
    default:
      // RFC 3891 §3: an early dialog that the peer began is left alone. Early dialogs of our own calls are not kept.
      return -481;
  }
}

/** The dialog of a call with an INVITE is over: a Replaces that names it later is told so. */
export function keepPast(e: Engine, call: number): void {
  const { dialogs, bytes } = e;
  const id = dialogs.callIdStart[call]!;
  const tag = dialogs.remoteTagStart[call]!;
  const idEnd = id + dialogs.callIdLen[call]!;
  const tagEnd = tag + dialogs.remoteTagLen[call]!;
  if (idEnd > id && tagEnd > tag) e.reference!.over.add(bytes, id, idEnd, tag, tagEnd, call, e.calls.serial[call]!);
}

/** RFC 3891 §3: the new call was answered: the one it replaces is ended by BYE, after its ACK (RFC 3261 §15). */
export function endReplaced(e: Engine, call: number): void {
  const r = e.reference!;
  const old = r.replaces[call]! - 1;
  r.replaces[call] = 0;
  if (old < 0 || !e.calls.is(old, r.replacesSerial[call]!) || r.phase[old] !== PHASE.UP) return;
  if (r.made[old] === 1 || (e.calls.flags[old]! & CALL.PEER_ACKED) !== 0) byeServed(e, old);
  else r.byeOnAck[old] = 1;
}
