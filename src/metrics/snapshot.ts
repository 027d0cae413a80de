// What a worker tells about itself once a second: cumulative counts that cross a thread. Types only.

/** One series as a worker has it: counts of the occupied part of the histogram, from position `first` on. */
export interface HistogramState {
  readonly name: string;
  /** Position of counts[0] in the histogram (see histogram.ts). */
  readonly first: number;
  readonly counts: Uint32Array;
  /** Smallest, largest and sum of what was recorded, whole microseconds, clipped like the counts. */
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly total: number;
  /** Records above the highest trackable value, which stand at that value. */
  readonly clipped: number;
}

/** Cumulative state, posted each second and at the end. Counts never go down. */
export interface Snapshot {
  readonly type: 'snapshot';
  readonly index: number;
  readonly final: boolean;
  /** Microseconds since the worker's start instant. */
  readonly atUs: number;
  /** By COUNTER. */
  readonly counters: Float64Array;
  /** caller: calls planned so far by the schedule of this shard. */
  readonly planned: number;
  /** Requests sent and received by method id; responses by status − 100: [sent, received] pairs. */
  readonly methodCounts: Float64Array;
  readonly statusCounts: Float64Array;
  /**
   * How session attempts ended, by status − 100: the first final response of each INVITE that opens a session, once each;
   * a timeout of our own stands at 408 (RFC 3261 §8.1.3.1). Without it the ratios of RFC 6076 cannot be computed.
   */
  readonly inviteFinals?: Float64Array;
  /** Per program, FLOW_COUNTERS each. */
  readonly flowCounts?: Float64Array;
  /** Per program, per ladder line, LINE_COUNTERS each. */
  readonly lineCounts: readonly Float64Array[];
  /** Only series with a record. */
  readonly histograms: readonly HistogramState[];
  readonly failures: readonly { readonly reason: string; readonly count: number; readonly example: string }[];
  /** Messages that no call could use, by why. */
  readonly discarded: readonly { readonly reason: string; readonly count: number; readonly example: string }[];
  readonly rules: readonly { readonly id: string; readonly count: number; readonly example: string }[];
  readonly sendErrors: Record<string, number>;
  /** What happened to connections, by name; empty where there are none. */
  readonly connections: Record<string, number>;
  /** In use now, for leak checks: transactions, calls, bytes of chunks, open connections. */
  readonly slots: {
    readonly transactions: number;
    readonly calls: number;
    readonly chunkBytes: number;
    readonly connections: number;
  };
  /** Peers whose ICMP said that nothing listens there. */
  readonly refusedBy: readonly string[];
  /** False until the first SIP message has come in. */
  readonly heard: boolean;
}
