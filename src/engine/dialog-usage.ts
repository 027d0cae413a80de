// What a 2xx or a provisional does to a caller's dialog: makes it, confirms it, or is a fork to be released (RFC 3261 §12.1.2, §13.2.2.4). Plays no flow.

import { DIALOG } from '../dialog/dialogs.ts';
import { COUNTER } from '../metrics/counters.ts';
import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { countAgain, launch, openClient, setIdentity, setRemote, setTransaction } from './client.ts';
import { DISCARD } from './discards.ts';
import type { Engine } from './engine.ts';
import { BRANCH_KIND } from './identity.ts';
import { dialogPeer } from './requests.ts';

/** The response in e.msg (101–299 to our INVITE) makes, confirms or refreshes the call's dialog. False when a dialog cannot be made of it. */
export function confirmDialog(e: Engine, call: number, txn: number): boolean {
  const { msg, dialogs } = e;
  if (msg.toTagStart === NONE) return false;
  const confirmed = msg.status >= 200;
  if (dialogs.state[call] === DIALOG.CONFIRMED) {
    // RFC 3261 §12.2.1.2: the 2xx to a re-INVITE names the remote target anew; the route set stays.
    if (confirmed) {
      dialogs.refreshTarget(call, msg);
      dialogPeer(e, call);
      e.links.answeredBy[txn] = tagHash(e);
    }
    return true;
  }
  // RFC 3261 §13.2.2.4: the route set of a confirmed dialog is that of the 2xx; of an early one, that of its first provisional.
  if (!confirmed && dialogs.state[call] !== 0 && !dialogs.isOtherFork(call, msg)) return true;
  if (dialogs.establishUac(call, msg, confirmed) < 0) return false;
  if (confirmed) e.links.answeredBy[txn] = tagHash(e);
  dialogPeer(e, call);
  return true;
}

/** A 2xx that nobody waits for: a second fork, or one for a call that has ended. It gets its ACK and a BYE. */
export function releaseFork(e: Engine, txn: number): void {
  const { dialogs, txns, outbox, links, tally } = e;
  const scratch = e.calls.capacity;
  const slot = txns.call[txn]!;
  const cseq = txns.cseq[txn]!;
  if (slot === NONE || dialogs.establishUac(scratch, e.msg, true) < 0) {
    tally.stray(DISCARD.NO_DIALOG, e.msg);
    return;
  }
  const hop = e.nextHop(scratch, txns.peer[txn]!);
  const peer = hop === NONE ? txns.peer[txn]! : hop;
  const program = e.calls.programOf(links.owner[txn]!);
  setIdentity(e, slot, links.owner[txn]!, links.user[txn]!);
  setRemote(e, scratch);
  setTransaction(e, BRANCH_KIND.ACK, txn, cseq);
  const chunk = outbox.render(e.standardRequest(METHOD.ACK, program), e.fields, peer);
  if (chunk === NONE) tally.add(COUNTER.UNSENT);
  else {
    tally.message(true, METHOD.ACK, 0, 0);
    outbox.send(chunk, outbox.length, peer, scratch, NONE);
    outbox.freeLater(chunk, outbox.length);
  }
  // A retransmission of a 2xx that was confirmed or released before wants its ACK only.
  const tag = tagHash(e);
  if (links.answeredBy[txn] === tag) {
    tally.add(COUNTER.RETRANSMITTED);
    countAgain(e, txn);
  } else {
    links.answeredBy[txn] = tag;
    tally.add(COUNTER.FORKED);
    const bye = openClient(e, METHOD.BYE, NONE, peer, cseq + 1);
    if (bye === NONE) tally.add(COUNTER.UNSENT);
    else {
      setTransaction(e, BRANCH_KIND.TRANSACTION, bye, cseq + 1);
      if (!launch(e, bye, e.standardRequest(METHOD.BYE, program), scratch)) tally.add(COUNTER.UNSENT);
    }
  }
  dialogs.release(scratch);
}

/** A number for the To tag of e.msg, never 0. */
function tagHash(e: Engine): number {
  let hash = 17;
  for (let i = e.msg.toTagStart; i < e.msg.toTagEnd; i++) hash = (Math.imul(hash, 31) + e.bytes[i]!) | 0;
  return hash | 1;
}
