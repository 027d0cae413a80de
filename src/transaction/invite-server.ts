// INVITE server transaction: RFC 3261 §17.2.1 and Figure 7, as amended by RFC 6026. Rows only.

import { EFFECT, EVENT, STATE } from './constants.ts';
import { Rows } from './rows.ts';

const { PROCEEDING, COMPLETED, CONFIRMED, ACCEPTED, TERMINATED } = STATE;
const { REQUEST, ACK, SEND_1XX, SEND_2XX, SEND_300_699, TRANSPORT_ERROR } = EVENT;
const { TIMER_RETRANSMIT, TIMER_TIMEOUT, TIMER_LINGER, TIMER_TRYING } = EVENT;
const { SEND, SEND_TRYING, TU_MESSAGE, TU_TIMEOUT, TU_ERROR, TERMINATE } = EFFECT;
const { START_RETRANSMIT, AGAIN_RETRANSMIT, STOP_RETRANSMIT, START_TIMEOUT, START_LINGER } = EFFECT;
const { START_TRYING, STOP_TRYING } = EFFECT;

// RFC 3261 §17.2.1: the INVITE goes to the TU, which has 200 ms before the transaction speaks for it.
export const inviteServer = new Rows('INVITE server', PROCEEDING, TU_MESSAGE | START_TRYING);
const m = inviteServer;

// RFC 3261 §17.2.1: without a response from the TU within 200 ms the transaction sends 100 (Trying).
m.on(PROCEEDING, TIMER_TRYING, PROCEEDING, SEND_TRYING);
// RFC 3261 §17.2.1: a retransmitted INVITE gets the latest provisional response again (nothing, where none was sent yet).
m.on(PROCEEDING, REQUEST, PROCEEDING, SEND);
// RFC 3261 §17.2.1: provisional responses of the TU are passed on, once each.
m.on(PROCEEDING, SEND_1XX, PROCEEDING, SEND | STOP_TRYING);
// An ACK before any final response has nothing to acknowledge.
m.ignore(PROCEEDING, ACK);
// RFC 6026 §8.8: a response that cannot be sent is told to the TU; the transaction stays, to absorb retransmissions.
m.on(PROCEEDING, TRANSPORT_ERROR, PROCEEDING, TU_ERROR);

// RFC 6026 §7.1: a 2xx leads to Accepted, where Timer L keeps the transaction; retransmitting the 2xx is the TU's business.
m.on(PROCEEDING, SEND_2XX, ACCEPTED, SEND | STOP_TRYING | START_LINGER);
m.on(ACCEPTED, SEND_2XX, ACCEPTED, SEND);
// RFC 6026 §7.1: retransmitted INVITEs are absorbed without a response.
m.ignore(ACCEPTED, REQUEST);
// RFC 6026 §6: an ACK that matches here (a 2xx acknowledged with the INVITE's branch, or by a peer of RFC 2543) goes to the TU.
m.on(ACCEPTED, ACK, ACCEPTED, TU_MESSAGE);
// RFC 6026 §7.1: a failure of the transport alone never discards the transaction.
m.on(ACCEPTED, TRANSPORT_ERROR, ACCEPTED, TU_ERROR);
// RFC 6026 §7.1: after a 2xx the TU has nothing else to send.
m.refuse(ACCEPTED, SEND_1XX, SEND_300_699);
m.on(ACCEPTED, TIMER_LINGER, TERMINATED, TERMINATE);

// RFC 3261 §17.2.1: a 300–699 is sent, and again by Timer G until the ACK comes or Timer H gives up.
m.on(PROCEEDING, SEND_300_699, COMPLETED, SEND | STOP_TRYING | START_RETRANSMIT | START_TIMEOUT);
m.on(COMPLETED, TIMER_RETRANSMIT, COMPLETED, SEND | AGAIN_RETRANSMIT);
// RFC 3261 §17.2.1: a retransmitted INVITE gets the final response again.
m.on(COMPLETED, REQUEST, COMPLETED, SEND);
// RFC 3261 §17.2.1: Timer H without an ACK is a failure that the TU is told.
m.on(COMPLETED, TIMER_TIMEOUT, TERMINATED, TU_TIMEOUT | TERMINATE);
// RFC 6026 §8.8: a failure of the transport is told to the TU; Timer G tries again.
m.on(COMPLETED, TRANSPORT_ERROR, COMPLETED, TU_ERROR);
// RFC 3261 §17.2.1: after its final response the TU has nothing else to send.
m.refuse(COMPLETED, SEND_1XX, SEND_2XX, SEND_300_699);

// RFC 3261 §17.2.1: the ACK ends the retransmissions; Timer I keeps the transaction for further ACKs.
m.on(COMPLETED, ACK, CONFIRMED, STOP_RETRANSMIT | START_LINGER);
m.ignore(CONFIRMED, ACK, REQUEST, TRANSPORT_ERROR);
m.refuse(CONFIRMED, SEND_1XX, SEND_2XX, SEND_300_699);
m.on(CONFIRMED, TIMER_LINGER, TERMINATED, TERMINATE);
