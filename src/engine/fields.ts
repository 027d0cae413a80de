// The fields of busyhour's message templates, by number. Constants only.

export const FIELD = {
  /** Request-URI. */
  TARGET: 0,
  BRANCH: 1,
  /** `Route: …` lines, or nothing. */
  ROUTES: 2,
  /** Our name-addr without tag (callee's requests; a caller's is text of the template). */
  LOCAL_NAME: 3,
  LOCAL_TAG: 4,
  /** The peer's name-addr with its tag (callee's requests). */
  REMOTE_NAME: 5,
  /** `;tag=…` of the peer, or nothing (caller's requests). */
  REMOTE_TAG: 6,
  CALL_ID: 7,
  /** CSeq number. */
  CSEQ: 8,
  /** `RSeq CSeq-number` of an RAck. */
  RACK: 9,
  RSEQ: 10,
  /** Content-Length. */
  LENGTH: 11,
  // Copied from the request that a response answers: RFC 3261 §8.2.6.2.
  /** All Via lines, with `received` and the value of `rport` filled in. */
  ECHO_VIA: 12,
  ECHO_FROM: 13,
  ECHO_TO: 14,
  /** `;tag=…` of ours, or nothing when the request had one. */
  ECHO_TO_TAG: 15,
  ECHO_CALL_ID: 16,
  ECHO_CSEQ: 17,
  /** Record-Route lines, or nothing. */
  ECHO_RECORD_ROUTE: 18,
  /** Number of the call in this worker, decimal. */
  CALL_NUMBER: 19,
  /** Header lines put together for this one message, or nothing (dynamic wires). */
  EXTRA: 20,
  /** Body put together for this one message (dynamic wires). */
  BODY: 21,
  /** Authorization and Proxy-Authorization lines, or nothing. */
  AUTH: 22,
  /** Seconds a REGISTER of a user asks for. */
  EXPIRES: 23,
  /** First captured variable; variable v is VARIABLE + v. */
  VARIABLE: 24,
  /** First column of the data file that is used; column c is DATA + c. */
  DATA: 48,
} as const;

/** Fields that are taken from the request when a response is rendered. */
export const FIRST_ECHO: number = FIELD.ECHO_VIA;
export const ECHO_FIELDS = 7;
/** Most variables a flow may capture. */
export const VARIABLES_MAX = 24;
/** Most columns of a data file a flow may use. */
export const DATA_COLUMNS_MAX = 16;
