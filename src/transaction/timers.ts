// Lengths of the transaction timers by machine and state (RFC 3261 Table 4, RFC 6026, RFC 4320). Arithmetic only; nothing runs here.

import { MACHINE, STATE, T1_US, T2_US, T4_US, TIMER_D_US, TRYING_NON_INVITE_US, TRYING_US } from './constants.ts';

/** Timer B, F or H. */
export const TIMEOUT_US = 64 * T1_US;

/**
 * Interval number `count` (0 is the first, T1) of Timer A, E or G. Not for reliable transports: nothing is retransmitted there
 * (RFC 3261 §17.1.1.2, §17.1.2.2, §17.2.1), and START_RETRANSMIT and AGAIN_RETRANSMIT mean nothing.
 */
export function retransmitIntervalUs(machine: number, state: number, count: number): number {
  // RFC 3261 §17.1.1.2: Timer A doubles without a cap; Timer B ends it after seven requests.
  if (machine === MACHINE.INVITE_CLIENT) return T1_US * 2 ** count;
  // RFC 3261 §17.1.2.2: in Proceeding Timer E is set to T2.
  if (machine === MACHINE.NON_INVITE_CLIENT && state === STATE.PROCEEDING) return T2_US;
  // RFC 3261 §17.1.2.2, §17.2.1: Timers E and G double until they reach T2.
  return Math.min(T1_US * 2 ** count, T2_US);
}

/** Timer D, I, J, K, L or M of a machine that has come to `state`; 0 means that its event follows at once. */
export function lingerUs(machine: number, state: number, reliable: boolean): number {
  // RFC 6026 §7.1, §7.2: Timers L and M are 64·T1 on every transport: other 2xx and their ACKs may still come.
  if (state === STATE.ACCEPTED) return 64 * T1_US;
  // RFC 3261 §17.1.1.2, §17.1.2.2, §17.2.1, §17.2.2: nothing is repeated on a reliable transport, so that Timers D, I, J and K are 0.
  if (reliable) return 0;
  // RFC 3261 §17.1.1.2: Timer D is at least 32 s, as T1 of the server is not known.
  if (machine === MACHINE.INVITE_CLIENT) return TIMER_D_US;
  // RFC 3261 §17.2.2: Timer J is 64·T1.
  if (machine === MACHINE.NON_INVITE_SERVER) return 64 * T1_US;
  // RFC 3261 §17.1.2.2, §17.2.1: Timers K and I are T4.
  return T4_US;
}

/** How long a server waits for a word from the TU before it sends 100 (Trying) itself. */
export function tryingUs(machine: number): number {
  return machine === MACHINE.NON_INVITE_SERVER ? TRYING_NON_INVITE_US : TRYING_US;
}
