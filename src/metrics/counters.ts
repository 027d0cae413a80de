// Names of the counters a worker keeps, as positions in one Float64Array. Constants only.

export const COUNTER = {
  CALLS_STARTED: 0,
  CALLS_SUCCEEDED: 1,
  CALLS_FAILED: 2,
  /** A start that could not be made: concurrency cap or a full table. */
  CALLS_DROPPED: 3,
  /** A start that left more than 10 ms after its due instant. */
  CALLS_LATE: 4,
  CALLS_CURRENT: 5,
  CALLS_PEAK: 6,
  /** SIP messages, retransmissions included. */
  MESSAGES_SENT: 7,
  MESSAGES_RECEIVED: 8,
  /** Messages we sent again. */
  RETRANSMITTED: 9,
  /** Messages we received again. */
  RETRANSMISSIONS_RECEIVED: 10,
  /** Messages that belong to a call and that its flow did not expect. */
  UNEXPECTED: 11,
  /** Bytes that are not a SIP message. */
  MALFORMED: 12,
  /** Well-formed messages that belong to nothing we know: late, from another run, or sent astray. */
  STRAY: 13,
  /** Responses that came from another address or port than the request went to. */
  OTHER_SOURCE: 14,
  ICMP_REFUSED: 15,
  /** Second and later 2xx of a forked INVITE, acknowledged and released. */
  FORKED: 16,
  /** Microseconds the loop was at work (not waiting). */
  BUSY_US: 17,
  /** Calls still running when the run was cut off. */
  CALLS_ABANDONED: 18,
  RULES_CHECKED: 19,
  /** Longest single slice of work of the loop, microseconds (an event-loop stall seen from inside). */
  LONGEST_SLICE_US: 20,
  RX_DROPPED: 21,
  /** Requests answered outside any flow: 481, 405, 501, 503. */
  REFUSED: 22,
  KEEPALIVES: 23,
  /** Messages that could not be sent because message memory was used up. */
  UNSENT: 24,
  /** Starts dropped because every row of the data file was in use by a call. */
  ROWS_USED_UP: 25,
  /** Users to be kept registered; those registered now; and when the first call was due. */
  USERS: 26,
  USERS_REGISTERED: 27,
  USERS_AT_START: 28,
  /** REGISTERs of users answered with 2xx: that add a binding, refresh it, remove it. */
  USERS_ADDED: 29,
  USERS_REFRESHED: 30,
  USERS_REMOVED: 31,
  /** REGISTERs of users that ended otherwise. */
  REGISTRATIONS_FAILED: 32,
} as const;

export const COUNTER_COUNT = 33;

/** Per program: what became of its calls. */
export const FLOW = { STARTED: 0, SUCCEEDED: 1, FAILED: 2, DROPPED: 3, ABANDONED: 4 } as const;
export const FLOW_COUNTERS = 5;

/** Per ladder line: four counters each. */
export const LINE = { SENT: 0, RECEIVED: 1, RETRANSMITTED: 2, TIMED_OUT: 3, UNEXPECTED: 4 } as const;
export const LINE_COUNTERS = 5;
