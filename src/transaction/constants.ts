// States, events and effects of the four transaction machines as integers. Names only; the rows stand in the machine files.

/** RFC 3261 §17 states, with Accepted of RFC 6026 §7. TERMINATED is 0 so that a cleared slot is a terminated one. */
export const STATE = {
  TERMINATED: 0,
  CALLING: 1,
  TRYING: 2,
  PROCEEDING: 3,
  COMPLETED: 4,
  CONFIRMED: 5,
  ACCEPTED: 6,
} as const;

export const STATE_NAMES: readonly string[] = Object.keys(STATE);

/** What can happen to a transaction. Client machines see RECV_*; server machines see REQUEST, ACK and SEND_*. */
export const EVENT = {
  /** Client: a response came. */
  RECV_1XX: 0,
  RECV_2XX: 1,
  RECV_300_699: 2,
  /** Server: the request came again (a retransmission). */
  REQUEST: 3,
  /** INVITE server: an ACK with the branch of the INVITE came. */
  ACK: 4,
  /** Server: the TU passes a response down. */
  SEND_1XX: 5,
  SEND_2XX: 6,
  SEND_300_699: 7,
  /** Timer A, E or G (by machine): retransmit. */
  TIMER_RETRANSMIT: 8,
  /** Timer B, F or H: give up. */
  TIMER_TIMEOUT: 9,
  /** Timer D, I, J, K, L or M: the time of absorbing is over. */
  TIMER_LINGER: 10,
  /** Server: the 200 ms of RFC 3261 §17.2.1, or the time of RFC 4320 §4.1, have passed without a word from the TU. */
  TIMER_TRYING: 11,
  TRANSPORT_ERROR: 12,
} as const;

export const EVENT_COUNT = 13;
export const EVENT_NAMES: readonly string[] = Object.keys(EVENT);

/** What the engine has to do, as bits of one integer. */
export const EFFECT = {
  /** Send (again) the last message this transaction sent: a request, or its most recent response. */
  SEND: 1 << 0,
  /** INVITE client: build and send the ACK for a 300–699 (RFC 3261 §17.1.1.3). */
  SEND_ACK: 1 << 1,
  /** Hand the message to the TU. */
  TU_MESSAGE: 1 << 2,
  /** Tell the TU that the transaction timed out. */
  TU_TIMEOUT: 1 << 3,
  /** Tell the TU that the transport failed. */
  TU_ERROR: 1 << 4,
  /** Start Timer A, E or G at T1. */
  START_RETRANSMIT: 1 << 5,
  /** Start Timer A, E or G again at its next interval: doubled; E and G capped at T2; E set to T2 in Proceeding. */
  AGAIN_RETRANSMIT: 1 << 6,
  STOP_RETRANSMIT: 1 << 7,
  /** Start Timer B, F or H (64·T1). */
  START_TIMEOUT: 1 << 8,
  /** Start Timer D, I, J, K, L or M at `lingerUs` of the machine, the state reached and the transport; at length 0 its event follows at once. Ends Timer B, F or H. */
  START_LINGER: 1 << 9,
  /** Server: the TU has answered, so that 100 (Trying) is not needed any more. */
  STOP_TRYING: 1 << 10,
  /** Server: send 100 (Trying) by the transaction's own hand. */
  SEND_TRYING: 1 << 11,
  /** The slot can be freed: every timer stops. */
  TERMINATE: 1 << 12,
  /** Server, at its beginning: start the time after which it sends 100 (Trying) itself. */
  START_TRYING: 1 << 13,
} as const;

/** Which machine a transaction slot runs. */
export const MACHINE = { INVITE_CLIENT: 0, NON_INVITE_CLIENT: 1, INVITE_SERVER: 2, NON_INVITE_SERVER: 3 } as const;

/** RFC 3261 Table 4 and RFC 6026 §8, in microseconds. */
export const T1_US = 500_000;
export const T2_US = 4_000_000;
export const T4_US = 5_000_000;
export const TRYING_US = 200_000;
/** RFC 4320 §4.1: how long a non-INVITE server waits with its 100, until Timer E of the client is set to T2: T1 + 2·T1 + 4·T1. */
export const TRYING_NON_INVITE_US = 3_500_000;
/** Timer D on an unreliable transport: at least 32 s. */
export const TIMER_D_US = 32_000_000;
