// INVITE client transaction: RFC 3261 §17.1.1 and Figure 5, as amended by RFC 6026. Rows only.

import { EFFECT, EVENT, STATE } from './constants.ts';
import { Rows } from './rows.ts';

const { CALLING, PROCEEDING, COMPLETED, ACCEPTED, TERMINATED } = STATE;
const { RECV_1XX, RECV_2XX, RECV_300_699, TIMER_RETRANSMIT, TIMER_TIMEOUT, TIMER_LINGER, TRANSPORT_ERROR } = EVENT;
const { SEND, SEND_ACK, TU_MESSAGE, TU_TIMEOUT, TU_ERROR, TERMINATE } = EFFECT;
const { START_RETRANSMIT, AGAIN_RETRANSMIT, STOP_RETRANSMIT, START_TIMEOUT, START_LINGER } = EFFECT;

// RFC 3261 §17.1.1.2: the INVITE leaves at once; Timer A starts at T1, Timer B at 64·T1.
export const inviteClient = new Rows('INVITE client', CALLING, SEND | START_RETRANSMIT | START_TIMEOUT);
const m = inviteClient;

// RFC 3261 §17.1.1.2: Timer A sends the INVITE again, at intervals that double without a cap.
m.on(CALLING, TIMER_RETRANSMIT, CALLING, SEND | AGAIN_RETRANSMIT);
// RFC 3261 §17.1.1.2: Timer B ends an INVITE that nobody answered; no ACK is made.
m.on(CALLING, TIMER_TIMEOUT, TERMINATED, TU_TIMEOUT | TERMINATE);
// RFC 3261 §17.1.4: a failure of the transport is told to the TU and ends the transaction.
m.on(CALLING, TRANSPORT_ERROR, TERMINATED, TU_ERROR | TERMINATE);
// RFC 3261 §17.1.1.2: a provisional response ends the retransmissions; this one and all later ones go to the TU.
m.on(CALLING, RECV_1XX, PROCEEDING, STOP_RETRANSMIT | TU_MESSAGE);
m.on(PROCEEDING, RECV_1XX, PROCEEDING, TU_MESSAGE);
// RFC 3261 §17.1.1.2: Timer B counts in Calling only; an INVITE that rings may ring on.
m.ignore(PROCEEDING, TIMER_TIMEOUT);
// A late ICMP error is about an earlier copy of an INVITE that has been answered since; nothing is sent in Proceeding.
m.ignore(PROCEEDING, TRANSPORT_ERROR);

// RFC 6026 §8.4: a 2xx leads to Accepted, where Timer M keeps the transaction for further 2xx from other branches.
m.on(CALLING, RECV_2XX, ACCEPTED, STOP_RETRANSMIT | TU_MESSAGE | START_LINGER);
m.on(PROCEEDING, RECV_2XX, ACCEPTED, TU_MESSAGE | START_LINGER);
// RFC 6026 §7.2: in Accepted every 2xx, also a retransmission, goes to the TU, which sends the ACK.
m.on(ACCEPTED, RECV_2XX, ACCEPTED, TU_MESSAGE);
// RFC 6026 §7.2: nothing but a 2xx means anything in Accepted; the ACK is the TU's, and so is its failure to leave.
m.ignore(ACCEPTED, RECV_1XX, RECV_300_699, TRANSPORT_ERROR);
m.on(ACCEPTED, TIMER_LINGER, TERMINATED, TERMINATE);

// RFC 3261 §17.1.1.2: a 300–699 goes to the TU and is acknowledged by the transaction; Timer D starts.
m.on(CALLING, RECV_300_699, COMPLETED, STOP_RETRANSMIT | SEND_ACK | TU_MESSAGE | START_LINGER);
m.on(PROCEEDING, RECV_300_699, COMPLETED, SEND_ACK | TU_MESSAGE | START_LINGER);
// RFC 3261 §17.1.1.2: a retransmitted final response is acknowledged again and kept from the TU.
m.on(COMPLETED, RECV_300_699, COMPLETED, SEND_ACK);
// RFC 3261 §17.1.1.2: Figure 5 has no arrow for these; one final response has been chosen.
m.ignore(COMPLETED, RECV_1XX, RECV_2XX);
// RFC 3261 §17.1.1.2: an ACK that cannot be sent is told to the TU and ends the transaction (Figure 5).
m.on(COMPLETED, TRANSPORT_ERROR, TERMINATED, TU_ERROR | TERMINATE);
m.on(COMPLETED, TIMER_LINGER, TERMINATED, TERMINATE);
