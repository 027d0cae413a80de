// What each number of a report means: unit, one sentence, and where the definition comes from. Text only.

export interface Definition {
  readonly unit: string;
  readonly text: string;
  /** `RFC 6076 §4.3`, or '' where the definition is our own. */
  readonly source: string;
}

const TIMERS: Readonly<Record<string, Definition>> = {
  srd: {
    unit: 'µs',
    text: 'Session request delay: from the INVITE to the first response that shows where the attempt stands, any provisional but 100, or a final one.',
    source: 'RFC 6076 §4.3',
  },
  setup: { unit: 'µs', text: 'Call setup: from the INVITE to its 2xx.', source: '' },
  sdd: { unit: 'µs', text: 'Session disconnect delay: from the BYE to its final response.', source: 'RFC 6076 §4.4' },
  rrd: {
    unit: 'µs',
    text: 'Registration request delay: from the REGISTER to its final response; for users kept registered to its 2xx, with what it was challenged on the way.',
    source: 'RFC 6076 §4.1',
  },
  lag: {
    unit: 'µs',
    text: 'Schedule lag: how long after its due instant a call really started; what the generator itself adds to every latency counted from the due instant.',
    source: '',
  },
};

const OTHERS: Readonly<Record<string, Definition>> = {
  ser: {
    unit: '%',
    text: 'Session establishment ratio: session attempts answered with 2xx, among all attempts that were not redirected.',
    source: 'RFC 6076 §4.6',
  },
  seer: {
    unit: '%',
    text: "Session establishment effectiveness ratio: like ser, but 480, 486, 600 and 603, which are the called person's decisions, count as effective too.",
    source: 'RFC 6076 §4.7',
  },
  isa: {
    unit: '%',
    text: 'Ineffective session attempts: attempts that ended in 408 (or without a final response in time), 500, 503 or 504, among all attempts.',
    source: 'RFC 6076 §4.8',
  },
  scr: {
    unit: '%',
    text: 'Session completion ratio: sessions that were answered and whose flow ran to its end, among all attempts.',
    source: 'RFC 6076 §4.9',
  },
  'from due': {
    unit: 'µs',
    text: 'Latencies in latencyUs count from the instant the message was due by the schedule, so that a stalled server or generator cannot hide the calls that had to wait.',
    source: '',
  },
  'from send': {
    unit: 'µs',
    text: 'Latencies in latencyFromSendUs count from the instant the message was handed to the kernel; the difference is time inside the generator.',
    source: '',
  },
  percentiles: {
    unit: 'µs',
    text: 'p99 is the value that 99 % of all records do not exceed; taken from merged histograms with three significant digits, never averaged.',
    source: '',
  },
  'calls.planned': { unit: 'calls', text: 'Calls the schedule called for.', source: '' },
  'calls.started': {
    unit: 'calls',
    text: 'Calls whose first message was sent (answering side: received).',
    source: '',
  },
  'calls.succeeded': { unit: 'calls', text: 'Calls that went through their whole flow.', source: '' },
  'calls.failed': {
    unit: 'calls',
    text: 'Calls that left their flow: a timeout, an unexpected message, a network error.',
    source: '',
  },
  'calls.dropped': {
    unit: 'calls',
    text: 'Calls that were due and could not be started: the concurrency cap or a full table.',
    source: '',
  },
  'calls.late': { unit: 'calls', text: 'Calls that started more than 10 ms after their due instant.', source: '' },
  'calls.peakConcurrent': {
    unit: 'calls',
    text: "Most calls up at one time; with several workers the sum of each worker's peak, an upper bound.",
    source: '',
  },
  'registrations.atStart': { unit: 'users', text: 'Users with a binding when the first call was due.', source: '' },
  'registrations.failed': {
    unit: 'registrations',
    text: 'REGISTER requests of users that ended without the binding asked for, at the start, in a refresh or at the end; what a challenge or a 423 led on to is not among them.',
    source: 'RFC 3261 §10.2',
  },
  'received.failed': {
    unit: 'calls',
    text: 'Calls taken by the users that left their flow on our side.',
    source: '',
  },
  'rate.offeredCps': {
    unit: 'calls/s',
    text: 'Calls planned, per second of the time in which calls were to be started.',
    source: '',
  },
  'rate.achievedCps': { unit: 'calls/s', text: 'Calls started, per second of the same time.', source: '' },
  'messages.retransmitted': {
    unit: 'messages',
    text: 'SIP messages we sent again because the answer was missing.',
    source: 'RFC 3261 §17',
  },
  'messages.unexpected': { unit: 'messages', text: 'Messages of a call that its flow did not expect.', source: '' },
  'messages.stray': { unit: 'messages', text: 'Well-formed messages that belong to no call of this run.', source: '' },
  'generator.busyFraction': {
    unit: '0…1',
    text: "Part of the time the busiest worker's loop was at work; above 0.8 it may be the bottleneck.",
    source: '',
  },
  'generator.longestSliceUs': {
    unit: 'µs',
    text: 'Longest single piece of work of a worker, during which it did not look at its socket.',
    source: '',
  },
  'generator.rxDropped': {
    unit: 'datagrams',
    text: "Datagrams the kernel threw away because the generator's own receive buffer was full.",
    source: '',
  },
  'generator.cpuUsPerCall': {
    unit: 'µs',
    text: 'CPU time of the whole generator process, divided by the calls started.',
    source: '',
  },
};

/** Definition of a timer, with or without `.sent`, or of any other number; null when there is none. */
export function definitionOf(name: string): Definition | null {
  if (Object.hasOwn(TIMERS, name)) return TIMERS[name]!;
  if (Object.hasOwn(OTHERS, name)) return OTHERS[name]!;
  if (name.endsWith('.sent')) {
    const base = definitionOf(name.slice(0, -'.sent'.length));
    return base === null ? null : { ...base, text: `${base.text} Counted from the actual send.` };
  }
  if (!name.startsWith('rtt.')) return null;
  const method = name.slice(4);
  return { unit: 'µs', text: `Round trip of ${method}: from the request to its final response.`, source: '' };
}

/** Of these timers, and of every number that is not a timer. */
export function definitionsOf(timers: readonly string[]): Record<string, Definition> {
  const out: Record<string, Definition> = {};
  for (const name of timers) {
    const definition = definitionOf(name);
    if (definition === null) throw new RangeError(`timer ${name} has no definition`);
    out[name] = definition;
  }
  return { ...out, ...OTHERS };
}
