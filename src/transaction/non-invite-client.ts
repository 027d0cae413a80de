// Non-INVITE client transaction: RFC 3261 §17.1.2 and Figure 6. Rows only.

import { EFFECT, EVENT, STATE } from './constants.ts';
import { Rows } from './rows.ts';

const { TRYING, PROCEEDING, COMPLETED, TERMINATED } = STATE;
const { RECV_1XX, RECV_2XX, RECV_300_699, TIMER_RETRANSMIT, TIMER_TIMEOUT, TIMER_LINGER, TRANSPORT_ERROR } = EVENT;
const { SEND, TU_MESSAGE, TU_TIMEOUT, TU_ERROR, TERMINATE } = EFFECT;
const { START_RETRANSMIT, AGAIN_RETRANSMIT, STOP_RETRANSMIT, START_TIMEOUT, START_LINGER } = EFFECT;

// RFC 3261 §17.1.2.2: the request leaves at once; Timer E starts at T1, Timer F at 64·T1.
export const nonInviteClient = new Rows('non-INVITE client', TRYING, SEND | START_RETRANSMIT | START_TIMEOUT);
const m = nonInviteClient;

// RFC 3261 §17.1.2.2: Timer E sends the request again, at intervals that double up to T2; in Proceeding always at T2.
m.on(TRYING, TIMER_RETRANSMIT, TRYING, SEND | AGAIN_RETRANSMIT);
m.on(PROCEEDING, TIMER_RETRANSMIT, PROCEEDING, SEND | AGAIN_RETRANSMIT);
// RFC 3261 §17.1.2.2: Timer F ends the transaction, with or without a provisional response before.
m.on(TRYING, TIMER_TIMEOUT, TERMINATED, TU_TIMEOUT | TERMINATE);
m.on(PROCEEDING, TIMER_TIMEOUT, TERMINATED, TU_TIMEOUT | TERMINATE);
// RFC 3261 §17.1.4: a failure of the transport is told to the TU and ends the transaction.
m.on(TRYING, TRANSPORT_ERROR, TERMINATED, TU_ERROR | TERMINATE);
m.on(PROCEEDING, TRANSPORT_ERROR, TERMINATED, TU_ERROR | TERMINATE);
// RFC 3261 §17.1.2.2: provisional responses go to the TU; retransmission goes on, since a non-INVITE has no other way to get its final.
m.on(TRYING, RECV_1XX, PROCEEDING, TU_MESSAGE);
m.on(PROCEEDING, RECV_1XX, PROCEEDING, TU_MESSAGE);
// RFC 3261 §17.1.2.2: a final response goes to the TU; Timer K keeps the transaction for its retransmissions.
m.on(TRYING, RECV_2XX, COMPLETED, STOP_RETRANSMIT | TU_MESSAGE | START_LINGER);
m.on(TRYING, RECV_300_699, COMPLETED, STOP_RETRANSMIT | TU_MESSAGE | START_LINGER);
m.on(PROCEEDING, RECV_2XX, COMPLETED, STOP_RETRANSMIT | TU_MESSAGE | START_LINGER);
m.on(PROCEEDING, RECV_300_699, COMPLETED, STOP_RETRANSMIT | TU_MESSAGE | START_LINGER);
// RFC 3261 §17.1.2.2: Completed absorbs whatever still comes; nothing is sent there that could fail.
m.ignore(COMPLETED, RECV_1XX, RECV_2XX, RECV_300_699, TRANSPORT_ERROR);
m.on(COMPLETED, TIMER_LINGER, TERMINATED, TERMINATE);
