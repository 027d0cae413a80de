// The worker's counters, failure reasons and what is posted each second. Counts; judges nothing.

import { OP, type Program, ROW, ROW_SIZE } from '../flow/program.ts';
import { COUNTER, COUNTER_COUNT, FLOW, FLOW_COUNTERS, LINE_COUNTERS } from '../metrics/counters.ts';
import { type Message, NONE } from '../sip/message.ts';
import { METHOD, METHOD_COUNT, METHOD_NAMES } from '../sip/names.ts';
import { reasonPhrase } from '../sip/phrases.ts';
import { Discards } from './discards.ts';
import type { Engine } from './engine.ts';

/** Why a call failed. The texts stand in `failureText`. */
export const FAILURE = {
  TIMEOUT: 1,
  UNEXPECTED_RESPONSE: 2,
  UNEXPECTED_REQUEST: 3,
  TRANSPORT: 4,
  STEP_TIMEOUT: 5,
  NO_ACK: 6,
  NO_PRACK: 7,
  TABLE_FULL: 8,
  MEMORY_FULL: 9,
  NO_CONTACT: 10,
  NOTHING_TO_ANSWER: 11,
  CANCELLED: 12,
  CAPTURE: 13,
  SESSION_EXPIRED: 14,
  REDIRECT: 15,
  NOT_BOUND: 16,
  NO_NOTIFY: 17,
} as const;

/** More than there are kinds of failure. */
const KINDS = 32;
const MAX_REASONS = 200;

/** By FAULT of the transport. */
const FAULT_TEXTS = [
  'port unreachable (ICMP)',
  'connection refused',
  'no connection could be opened',
  'connection reset by the peer',
  'the peer reads too slowly: the queue of its connection is full',
  'the peer has read nothing for 32 s',
  'what came on the connection could not be read',
];

interface FailureEntry {
  readonly reason: string;
  count: number;
  readonly example: string;
}

/** @param status for TRANSPORT: a FAULT */
export function failureText(kind: number, method: number, status: number, expected: string): string {
  const name = METHOD_NAMES[method] ?? 'UNKNOWN';
  const after = expected === '' ? '' : `, expected ${expected}`;
  switch (kind) {
    case FAILURE.TIMEOUT:
      return `timeout: no ${status >= 100 ? 'final ' : ''}response to ${name} within 32 s`;
    case FAILURE.UNEXPECTED_RESPONSE:
      return `unexpected: ${status} ${reasonPhrase(status)} to ${name}${after}`;
    case FAILURE.UNEXPECTED_REQUEST:
      return `unexpected: ${name}${after}`;
    case FAILURE.TRANSPORT:
      return `transport: ${FAULT_TEXTS[status]} for ${name}`;
    case FAILURE.STEP_TIMEOUT:
      return `timeout: waited in vain${expected === '' ? '' : ` for ${expected}`}`;
    case FAILURE.SESSION_EXPIRED:
      return 'timeout: the session was not refreshed in its interval (RFC 4028 §10)';
    case FAILURE.REDIRECT:
      return `redirect: the ${status} has no Contact that can be called (a sip: URI with an IPv4 address)`;
    case FAILURE.NO_ACK:
      return status < 300
        ? 'timeout: no ACK for the 2xx to INVITE within 32 s (RFC 3261 §13.3.1.4)'
        : `timeout: no ACK for the ${status} to INVITE within 32 s (RFC 3261 §17.2.1)`;
    case FAILURE.NO_PRACK:
      return 'timeout: no PRACK for the reliable provisional within 32 s (RFC 3262 §3)';
    case FAILURE.NO_NOTIFY:
      return 'timeout: no NOTIFY within 32 s of the SUBSCRIBE or REFER that asks for it (RFC 6665 §4.1.2.4)';
    case FAILURE.TABLE_FULL:
      return 'generator: transaction table full (raise --max-calls)';
    case FAILURE.MEMORY_FULL:
      return 'generator: message memory used up (lower --max-calls or the rate)';
    case FAILURE.NO_CONTACT:
      return `protocol: ${status === 0 ? name : `${status} to ${name}`} without a usable Contact (RFC 3261 §12.1)`;
    case FAILURE.NOTHING_TO_ANSWER:
      return `flow: nothing to answer with ${status} to ${name}: the request is gone`;
    case FAILURE.CANCELLED:
      return 'cancelled by the peer';
    case FAILURE.NOT_BOUND:
      return `protocol: ${status} to ${name} without the binding that was asked for (RFC 3261 §10.3)`;
    case FAILURE.CAPTURE:
      return `capture: ${expected}`;
    default:
      throw new RangeError(`failure ${kind}`);
  }
}

/**
 * By row: the ladder line of the ACK that the transaction sends for the 300–699 this row takes (RFC 3261 §17.1.1.3), NONE
 * elsewhere. It is the first ACK below that no row sends, up to the next INVITE.
 */
export function ackLines({ rows, ladder, role }: Program): Int32Array {
  const lines = new Int32Array(rows.length / ROW_SIZE).fill(NONE);
  const sent = new Set<number>();
  for (let at = 0; at < rows.length; at += ROW_SIZE)
    if (rows[at + ROW.OP] === OP.SEND) sent.add(rows[at + ROW.LADDER]!);
  lines.forEach((_, row) => {
    const at = row * ROW_SIZE;
    const refusal = rows[at + ROW.OP] === OP.RECV_RESPONSE && rows[at + ROW.STATUS_LO]! >= 300;
    if (!refusal || rows[at + ROW.METHOD] !== METHOD.INVITE) return;
    for (let line = rows[at + ROW.LADDER]! + 1; line < ladder.length; line++) {
      const { from, label } = ladder[line]!;
      if (label === 'INVITE') break;
      if (from !== role || label !== 'ACK' || sent.has(line)) continue;
      lines[row] = line;
      break;
    }
  });
  return lines;
}

export class Tally {
  readonly counters = new Float64Array(COUNTER_COUNT);
  readonly methodCounts = new Float64Array(METHOD_COUNT * 2);
  readonly statusCounts = new Float64Array(600 * 2);
  /** First final responses to INVITEs that open a session, by status − 100. */
  readonly inviteFinals = new Float64Array(600);
  readonly lineCounts: Float64Array[];
  readonly discards = new Discards();
  /** By program, FLOW_COUNTERS each. */
  readonly flowCounts: Float64Array;
  /** By program: 1 where its calls count as the calls of the run; those we take beside the ones we make do not. */
  private readonly isMain: Uint8Array;
  private readonly reasons = new Map<string, FailureEntry>();
  private readonly byKey = new Map<number, FailureEntry>();

  /** @param programs of the worker; @param role whose calls are the calls of the run */
  constructor(programs: readonly Pick<Program, 'role' | 'ladder'>[], role: 'caller' | 'callee') {
    this.lineCounts = programs.map(({ ladder }) => new Float64Array(ladder.length * LINE_COUNTERS));
    this.flowCounts = new Float64Array(programs.length * FLOW_COUNTERS);
    this.isMain = Uint8Array.from(programs, (program) => (program.role === role ? 1 : 0));
  }

  /** A call of `program` begins. */
  started(program: number): void {
    this.flowCounts[program * FLOW_COUNTERS + FLOW.STARTED]!++;
    if (this.isMain[program] === 0) return;
    const { counters } = this;
    counters[COUNTER.CALLS_STARTED]!++;
    const now = ++counters[COUNTER.CALLS_CURRENT]!;
    if (now > counters[COUNTER.CALLS_PEAK]!) counters[COUNTER.CALLS_PEAK] = now;
  }

  /** A call of `program` is over; whether it failed, or was cut off, is counted apart. */
  ended(program: number, succeeded: boolean): void {
    const main = this.isMain[program] === 1;
    if (main) this.counters[COUNTER.CALLS_CURRENT]!--;
    if (!succeeded) return;
    this.flowCounts[program * FLOW_COUNTERS + FLOW.SUCCEEDED]!++;
    if (main) this.counters[COUNTER.CALLS_SUCCEEDED]!++;
  }

  /** A call of `program` that is a request and its answer. */
  single(program: number): void {
    this.flowCounts[program * FLOW_COUNTERS + FLOW.STARTED]!++;
    this.flowCounts[program * FLOW_COUNTERS + FLOW.SUCCEEDED]!++;
    this.counters[COUNTER.CALLS_STARTED]!++;
    this.counters[COUNTER.CALLS_SUCCEEDED]!++;
  }

  dropped(program: number): void {
    this.flowCounts[program * FLOW_COUNTERS + FLOW.DROPPED]!++;
    if (this.isMain[program] === 1) this.counters[COUNTER.CALLS_DROPPED]!++;
  }

  abandoned(program: number): void {
    this.flowCounts[program * FLOW_COUNTERS + FLOW.ABANDONED]!++;
    if (this.isMain[program] === 1) this.counters[COUNTER.CALLS_ABANDONED]!++;
  }

  add(counter: number): void {
    this.counters[counter]!++;
  }

  /** A well-formed message that no call could use. @param why one of DISCARD */
  stray(why: number, msg: Message): void {
    this.counters[COUNTER.STRAY]!++;
    this.discards.add(why, msg.buf, msg.start, msg.end);
  }

  /** Bytes that are no message, or not a whole one. @param error of the decoder */
  malformed(error: number, bytes: Uint8Array, start: number, end: number): void {
    this.counters[COUNTER.MALFORMED]!++;
    this.discards.add(error, bytes, start, end);
  }

  late(): void {
    this.counters[COUNTER.CALLS_LATE]!++;
  }

  message(isRequest: boolean, method: number, status: number, received: 0 | 1): void {
    this.counters[received === 1 ? COUNTER.MESSAGES_RECEIVED : COUNTER.MESSAGES_SENT]!++;
    if (isRequest) this.methodCounts[method * 2 + received]!++;
    else this.statusCounts[(status - 100) * 2 + received]!++;
  }

  line(program: number, ladder: number, what: number): void {
    if (ladder >= 0) this.lineCounts[program]![ladder * LINE_COUNTERS + what]!++;
  }

  /**
   * Counts a failed call. The text is made once for each kind, method, status, program and row.
   * @param describe gives what was expected, and an example of the message seen
   */
  failed(
    kind: number,
    method: number,
    status: number,
    program: number,
    row: number,
    expected: () => string,
    example: () => string,
  ): void {
    this.flowCounts[program * FLOW_COUNTERS + FLOW.FAILED]!++;
    const main = this.isMain[program] === 1;
    if (main) this.counters[COUNTER.CALLS_FAILED]!++;
    const key = (((program * 1024 + row) * 1024 + status) * 16 + method) * KINDS + kind;
    const known = this.byKey.get(key);
    if (known !== undefined) known.count++;
    else this.reason(key, `${main ? '' : 'received: '}${failureText(kind, method, status, expected())}`, example);
  }

  /** Counts a REGISTER of a user that ended without a binding; `e.msg` is what came, where something came. */
  registrationFailed(kind: number, method: number, status: number, e: Engine): void {
    this.counters[COUNTER.REGISTRATIONS_FAILED]!++;
    const key = -(status * KINDS + kind);
    const known = this.byKey.get(key);
    if (known !== undefined) known.count++;
    else
      this.reason(key, `registration: ${failureText(kind, method, status, '')}`, () =>
        status < 100 ? '' : e.text(e.msg.start, Math.min(e.msg.end, e.msg.start + 4096)),
      );
  }

  private reason(key: number, text: string, example: () => string): void {
    let entry = this.reasons.get(text);
    if (entry === undefined) {
      entry = { reason: this.reasons.size < MAX_REASONS ? text : 'other reasons', count: 0, example: example() };
      this.reasons.set(entry.reason, this.reasons.get(entry.reason) ?? entry);
      entry = this.reasons.get(entry.reason)!;
    }
    this.byKey.set(key, entry);
    entry.count++;
  }

  failures(): { reason: string; count: number; example: string }[] {
    return [...this.reasons.values()].map((e) => ({ ...e })).sort((a, b) => b.count - a.count);
  }
}
