// What a 2xx or a provisional does to a caller's dialog: makes it, confirms it, or is a fork to be released (RFC 3261 §12.1.2, §13.2.2.4). Plays no flow.

import { DIALOG } from '../dialog/dialogs.ts';
import { COUNTER } from '../metrics/counters.ts';
import { putDecimal } from '../sip/bytes.ts';
import { NONE } from '../sip/message.ts';
import { METHOD } from '../sip/names.ts';
import { countAgain, launch, openClient, setIdentity, setRemote, setTransaction } from './client.ts';
import { DISCARD } from './discards.ts';
import type { Engine } from './engine.ts';
import { FIELD } from './fields.ts';
import { BRANCH_KIND } from './identity.ts';
import { dialogPeer } from './requests.ts';

/** The response in e.msg (101–299 to our INVITE) makes, confirms or refreshes the call's dialog. False when a dialog cannot be made of it. */
export function confirmDialog(e: Engine, call: number, txn: number): boolean {
  const { msg, dialogs } = e;
  if (msg.toTagStart === NONE) return false;
  const confirmed = msg.status >= 200;
  if (dialogs.state[call] === DIALOG.CONFIRMED) {
    // RFC 3261 §12.2.1.2, RFC 6141 §4.7: the 2xx to a re-INVITE, or a reliable provisional, names the remote target anew; the route set stays.
    dialogs.refreshTarget(call, msg);
    dialogPeer(e, call);
    if (confirmed) e.links.answeredBy[txn] = tagHash(e);
    return true;
  }
  // RFC 3261 §13.2.2.4: the route set of a confirmed dialog is that of the 2xx; of an early one, that of its first provisional.
  if (!confirmed && dialogs.state[call] !== 0 && !dialogs.isOtherFork(call, msg)) return true;
  const other = dialogs.isOtherFork(call, msg);
  if (dialogs.establishUac(call, msg, confirmed) < 0) return false;
  if (other) {
    // RFC 3261 §12.2.1.1: the call goes on behind the PRACKs that the dialog has had as a fork.
    const cseq = forkCseq(e, txn, tagHash(e));
    if (cseq > dialogs.localCseq[call]!) dialogs.localCseq[call] = cseq;
  }
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
    const last = forkCseq(e, txn, tag);
    const bye = openClient(e, METHOD.BYE, NONE, peer, last + 1);
    if (bye === NONE) tally.add(COUNTER.UNSENT);
    else {
      setTransaction(e, BRANCH_KIND.TRANSACTION, bye, last + 1);
      if (!launch(e, bye, e.standardRequest(METHOD.BYE, program), scratch)) tally.add(COUNTER.UNSENT);
    }
  }
  dialogs.release(scratch);
}

/** CSeq number of our last request in the dialog that a fork of this INVITE has made. */
function forkCseq(e: Engine, txn: number, tag: number): number {
  const fork = e.forks.find(e.links.serial[txn]!, tag);
  return fork === NONE ? e.txns.cseq[txn]! : e.forks.cseq[fork]!;
}

/**
 * A provisional of an INVITE whose call follows another fork. RFC 3262 §4: each early dialog has a count of RSeq of its own, and a reliable
 * response in it is acknowledged there. False where it is not such a one.
 */
export function acknowledgeFork(e: Engine, call: number, txn: number): boolean {
  const { msg, dialogs, forks, links, txns, tally } = e;
  const rseq = e.rseq();
  if (rseq === 0 || dialogs.state[call] !== DIALOG.EARLY || !dialogs.isOtherFork(call, msg)) return false;
  const tag = tagHash(e);
  const serial = links.serial[txn]!;
  let fork = forks.find(serial, tag);
  if (fork !== NONE && rseq !== forks.rseq[fork]! + 1) {
    tally.add(COUNTER.RETRANSMISSIONS_RECEIVED);
    return true;
  }
  const scratch = e.calls.capacity;
  if (dialogs.establishUac(scratch, msg, false) < 0) return false;
  if (fork === NONE) fork = forks.take(serial, tag, txns.cseq[txn]!);
  const hop = e.nextHop(scratch, txns.peer[txn]!);
  const peer = hop === NONE ? txns.peer[txn]! : hop;
  const prack = openClient(e, METHOD.PRACK, NONE, peer, forks.cseq[fork]! + 1);
  if (prack === NONE) tally.add(COUNTER.UNSENT);
  else {
    forks.rseq[fork] = rseq;
    forks.cseq[fork]!++;
    const slot = txns.call[txn]!;
    setIdentity(e, slot, links.owner[txn]!, links.user[txn]!);
    setRemote(e, scratch);
    setTransaction(e, BRANCH_KIND.TRANSACTION, prack, forks.cseq[fork]!);
    const middle = putDecimal(e.bytes, e.rackAt, rseq);
    e.bytes[middle] = 32;
    e.fields.set(FIELD.RACK, e.rackAt, putDecimal(e.bytes, middle + 1, txns.cseq[txn]!) - e.rackAt);
    const program = e.calls.programOf(links.owner[txn]!);
    if (!launch(e, prack, e.standardRequest(METHOD.PRACK, program), scratch)) tally.add(COUNTER.UNSENT);
  }
  dialogs.release(scratch);
  return true;
}

/** A number for the To tag of e.msg, never 0. */
function tagHash(e: Engine): number {
  let hash = 17;
  for (let i = e.msg.toTagStart; i < e.msg.toTagEnd; i++) hash = (Math.imul(hash, 31) + e.bytes[i]!) | 0;
  return hash | 1;
}
