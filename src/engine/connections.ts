// Which connection a call's requests leave by: one for all, one for each user, one for each call. Opens none itself: that is the transport's business.

import { ROW } from '../flow/program.ts';
import { NONE } from '../sip/message.ts';
import { FAULT } from '../transport/transport.ts';
import { fail } from './ending.ts';
import type { Engine } from './engine.ts';
import type { WorkerConfig } from './protocol.ts';
import { FAILURE } from './tally.ts';

/** Connections that calls or users have to themselves: peer + 1 by call or by user, 0 for none; empty where all share one. */
export function ownPeers(config: WorkerConfig, users: number): Int32Array {
  if (config.role === 'callee' || config.connections === 'one') return new Int32Array(0);
  return new Int32Array(config.connections === 'per-call' || config.data === null ? config.maxCalls : users);
}

/** A row of the data file is a user; without one a place among the calls that run at a time is. */
function ownerOf(e: Engine, call: number): number {
  return e.config.connections === 'per-call' || e.config.data === null ? call : e.users.row(call);
}

/** The connection of a call or user to the target, opened where need be; NONE when there is no room for another. */
function ownPeerOf(e: Engine, owner: number): number {
  const { ownPeer } = e;
  if (ownPeer[owner] === 0) ownPeer[owner] = e.transport.ownPeer(e.targetPeer) + 1;
  return ownPeer[owner]! - 1;
}

/** Where the user in `row` of the data file registers: by the connection that is his own, where users have one. */
export function userPeer(e: Engine, row: number): number {
  return e.ownPeer.length > 0 && e.config.connections === 'per-user' ? ownPeerOf(e, row) : e.targetPeer;
}

/** Gives a new call of a caller its peer. False when no connection is left for it: the call has failed. */
export function connectCall(e: Engine, call: number): boolean {
  const { calls, ownPeer } = e;
  if (ownPeer.length === 0) {
    calls.peer[call] = e.targetPeer;
    return true;
  }
  const peer = ownPeerOf(e, ownerOf(e, call));
  calls.peer[call] = peer;
  if (peer !== NONE) return true;
  const first = e.wires[calls.program[call]!]![e.rowsOf(call)[ROW.MESSAGE]!];
  fail(e, call, FAILURE.TRANSPORT, first?.method ?? 0, FAULT.UNREACHABLE);
  return false;
}

/** Where a further dialog of a call begins: at the target, by the connection of the call. */
export function sharedPeer(e: Engine, call: number): number {
  return e.ownPeer.length === 0 ? e.targetPeer : e.ownPeer[ownerOf(e, call)]! - 1;
}

/** The call is over: its own connection ends. */
export function disconnectCall(e: Engine, call: number): void {
  const { ownPeer } = e;
  if (ownPeer.length === 0 || e.config.connections !== 'per-call' || ownPeer[call] === 0) return;
  e.transport.releasePeer(ownPeer[call]! - 1);
  ownPeer[call] = 0;
}
