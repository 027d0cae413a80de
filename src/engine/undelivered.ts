// Requests that the transport could not deliver: their transactions are told at once (RFC 3261 §18.4, §17.1.4). Sends nothing itself.

import { NONE } from '../sip/message.ts';
import { MACHINE, STATE } from '../transaction/constants.ts';
import { FAULT } from '../transport/transport.ts';
import { closeTransaction, noteRefusal } from './client.ts';
import type { Engine } from './engine.ts';
import { clientFailed } from './player.ts';
import { TXN } from './transactions.ts';

/** Takes note of what was given up, and of connections that broke, since the last call; true when there was something. */
export function takeUndelivered(e: Engine): boolean {
  const { outbox, transport } = e;
  if (outbox.gaveUpCount === 0 && transport.broken.size === 0) return false;
  e.cause[0] = e.now[0]!;
  const count = outbox.gaveUpCount;
  outbox.gaveUpCount = 0;
  for (let i = 0; i < count; i++) if (waits(e, outbox.gaveUp[i]!)) giveUp(e, outbox.gaveUp[i]!, outbox.gaveUpWhy[i]!);
  if (transport.broken.size > 0) takeBroken(e);
  return true;
}

/** One pass over the transactions, however many connections broke. */
function takeBroken(e: Engine): void {
  const { transport, txns } = e;
  const broken = new Map(transport.broken);
  transport.broken.clear();
  for (const [peer, fault] of broken) {
    if (fault === FAULT.REFUSED) noteRefusal(e, peer, 'connection refused');
    if (fault === FAULT.UNREACHABLE) noteRefusal(e, peer, 'no connection could be opened');
  }
  const end = txns.highWater;
  for (let txn = 0; txn < end; txn++) {
    if (!waits(e, txn)) continue;
    const fault = broken.get(txns.peer[txn]!);
    if (fault !== undefined) giveUp(e, txn, fault);
  }
}

/** Whether a client transaction on a stream still has no final response. */
function waits({ txns }: Engine, txn: number): boolean {
  if (txn === NONE || (txns.flags[txn]! & TXN.RELIABLE) === 0 || txns.machine[txn]! > MACHINE.NON_INVITE_CLIENT)
    return false;
  const state = txns.state[txn]!;
  return state === STATE.CALLING || state === STATE.TRYING || state === STATE.PROCEEDING;
}

/**
 * RFC 3261 §17.1.4: an error of the transport ends the transaction. Also one that has had a provisional response: who resets
 * a connection has forgotten what it was about to answer.
 */
function giveUp(e: Engine, txn: number, fault: number): void {
  clientFailed(e, txn, true, fault);
  closeTransaction(e, txn);
}
