// Non-INVITE server transaction: RFC 3261 §17.2.2 and Figure 8, with RFC 4320. Rows, and which responses are allowed.

import { EFFECT, EVENT, STATE } from './constants.ts';
import { Rows } from './rows.ts';

const { TRYING, PROCEEDING, COMPLETED, TERMINATED } = STATE;
const { REQUEST, SEND_1XX, SEND_2XX, SEND_300_699, TIMER_LINGER, TIMER_TRYING, TRANSPORT_ERROR } = EVENT;
const { SEND, SEND_TRYING, TU_MESSAGE, TU_ERROR, TERMINATE, START_LINGER, START_TRYING, STOP_TRYING } = EFFECT;

// RFC 3261 §17.2.2: the request goes to the TU.
export const nonInviteServer = new Rows('non-INVITE server', TRYING, TU_MESSAGE | START_TRYING);
const m = nonInviteServer;

// RFC 4320 §4.1: 100 (Trying) only when no response was sent by the time Timer E of the client has reached T2.
m.on(TRYING, TIMER_TRYING, PROCEEDING, SEND_TRYING);
// RFC 3261 §17.2.2: in Trying retransmissions are dropped; there is nothing to answer them with.
m.ignore(TRYING, REQUEST);
// Nothing has been sent in Trying, so nothing of ours can have failed.
m.ignore(TRYING, TRANSPORT_ERROR);
// RFC 3261 §17.2.2: a provisional response of the TU is sent, and again for each retransmission of the request.
m.on(TRYING, SEND_1XX, PROCEEDING, SEND | STOP_TRYING);
m.on(PROCEEDING, SEND_1XX, PROCEEDING, SEND);
m.on(PROCEEDING, REQUEST, PROCEEDING, SEND);
// RFC 3261 §17.2.2: the final response is sent, and again for each retransmission until Timer J fires.
m.on(TRYING, SEND_2XX, COMPLETED, SEND | STOP_TRYING | START_LINGER);
m.on(TRYING, SEND_300_699, COMPLETED, SEND | STOP_TRYING | START_LINGER);
m.on(PROCEEDING, SEND_2XX, COMPLETED, SEND | START_LINGER);
m.on(PROCEEDING, SEND_300_699, COMPLETED, SEND | START_LINGER);
m.on(COMPLETED, REQUEST, COMPLETED, SEND);
// RFC 3261 §17.2.2: further final responses of the TU are discarded in Completed.
m.ignore(COMPLETED, SEND_2XX, SEND_300_699);
m.refuse(COMPLETED, SEND_1XX);
// RFC 3261 §17.2.4: a response that cannot be sent is told to the TU and ends the transaction (Figure 8). RFC 6026 §8.8 has rewritten
// that text to say that the transaction stays, but left Figure 8; we take it as said of INVITE, which RFC 6026 is about.
m.on(PROCEEDING, TRANSPORT_ERROR, TERMINATED, TU_ERROR | TERMINATE);
m.on(COMPLETED, TRANSPORT_ERROR, TERMINATED, TU_ERROR | TERMINATE);
m.on(COMPLETED, TIMER_LINGER, TERMINATED, TERMINATE);

/** Whether the TU may answer a non-INVITE request with `status`. */
export function answersNonInvite(status: number): boolean {
  // RFC 4320 §4.1: no provisional response but 100 for a non-INVITE request.
  if (status > 100 && status < 200) return false;
  // RFC 4320 §4.2: never 408 for a non-INVITE request: the client has given up when it would come.
  return status !== 408;
}
