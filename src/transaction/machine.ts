// The four transaction machines as one table: (machine, state, event) -> next state and effects. Pure: no clock, no socket, no memory of a transaction.

import { inviteClient } from './invite-client.ts';
import { inviteServer } from './invite-server.ts';
import { nonInviteClient } from './non-invite-client.ts';
import { nonInviteServer } from './non-invite-server.ts';
import { type Rows, TABLE_SIZE } from './rows.ts';

/** By MACHINE. */
export const MACHINES: readonly Rows[] = [inviteClient, nonInviteClient, inviteServer, nonInviteServer];

/** `machine * TABLE_SIZE + (state << 4 | event)` -> next state | effects << 4, or NONE. */
const TABLE = new Int32Array(MACHINES.length * TABLE_SIZE);
const BEGIN = new Int32Array(MACHINES.length);
for (let i = 0; i < MACHINES.length; i++) {
  TABLE.set(MACHINES[i]!.table, i * TABLE_SIZE);
  BEGIN[i] = MACHINES[i]!.begin;
}

/** State and effects of a new transaction, packed as `step` packs them. */
export function begin(machine: number): number {
  return BEGIN[machine]!;
}

/**
 * What follows when `event` meets a transaction in `state`: next state and effects packed in one integer.
 * An event that changes nothing gives the same state and no effects. NONE (-1) for a pair that cannot come about or that is a mistake of the TU.
 */
export function step(machine: number, state: number, event: number): number {
  return TABLE[machine * TABLE_SIZE + ((state << 4) | event)]!;
}

export function nextState(packed: number): number {
  return packed & 15;
}

/** Bits of EFFECT. */
export function effects(packed: number): number {
  return packed >> 4;
}
