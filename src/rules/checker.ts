// Runs the rules that apply to a message and counts those it breaks. Never decides what is a violation, never allocates but to keep evidence.

import { type Message, NONE } from '../sip/message.ts';
import { METHOD_COUNT } from '../sip/names.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Offenders kept per rule, and bytes kept of each. */
const KEPT = 3;
const KEPT_BYTES = 4096;
const STATUS_END = 700;

type Check = Rule['broken'];

/** The rules for messages of one method and, for responses, one set of statuses that no rule tells apart. */
interface Bucket {
  readonly checks: readonly Check[];
  readonly indices: Int32Array;
  /** Rules that speak only of messages with a certain header field. */
  readonly headers: Uint8Array;
  readonly headerChecks: readonly Check[];
  readonly headerIndices: Int32Array;
}

export interface Violation {
  readonly id: string;
  readonly count: number;
  /** Messages the rule was held against. */
  readonly applied: number;
  /** The first offender as text, perhaps cut short. */
  readonly example: string;
}

export class RuleChecker {
  readonly rules: readonly Rule[];
  /** Violations by rule index. */
  readonly counts: Float64Array;
  /** Messages checked. */
  checked = 0;
  /** Rule indices the last message broke: as many as `check` returned. */
  readonly broken: Int32Array;
  private readonly kinds = new Uint8Array(STATUS_END);
  /** A status of each kind. */
  private readonly samples: readonly number[];
  /** Made when the first message of its kind comes: most kinds never do. */
  private readonly buckets: (Bucket | null)[];
  /** Messages by bucket; with `seenByHeader` (by rule) it gives how often a rule was held against a message. */
  private readonly seen: Float64Array;
  private readonly seenByHeader: Float64Array;
  private readonly kept: string[][];
  private readonly decoder = new TextDecoder();

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.counts = new Float64Array(rules.length);
    this.broken = new Int32Array(rules.length);
    this.seenByHeader = new Float64Array(rules.length);
    this.kept = rules.map(() => []);
    const samples = this.sortStatuses();
    this.samples = samples;
    const count = METHOD_COUNT * (1 + samples.length);
    this.buckets = new Array<Bucket | null>(count).fill(null);
    this.seen = new Float64Array(count);
  }

  private make(at: number): Bucket {
    const { rules, samples } = this;
    const response = at - METHOD_COUNT;
    const made =
      response < 0
        ? bucket(rules, at, 0)
        : bucket(rules, Math.floor(response / samples.length), samples[response % samples.length]!);
    this.buckets[at] = made;
    return made;
  }

  /** Statuses between two bounds of any rules are of one kind, since the same rules speak of them; a status of each kind. */
  private sortStatuses(): number[] {
    const begins = new Uint8Array(STATUS_END + 1);
    for (const { statuses } of this.rules)
      for (const [first, last] of statuses ?? []) {
        begins[first] = 1;
        begins[Math.min(last + 1, STATUS_END)] = 1;
      }
    const samples: number[] = [];
    for (let status = 100; status < STATUS_END; status++) {
      if (status === 100 || begins[status] === 1) samples.push(status);
      this.kinds[status] = samples.length - 1;
    }
    return samples;
  }

  private bucketOf(msg: Message): number {
    return msg.isRequest ? msg.method : METHOD_COUNT + msg.cseqMethod * this.samples.length + this.kinds[msg.status]!;
  }

  /** Holds every rule that applies against a decoded message; the number of rules it breaks. */
  check(msg: Message, ctx: RuleContext): number {
    const at = this.bucketOf(msg);
    const { checks, indices, headers, headerChecks, headerIndices } = this.buckets[at] ?? this.make(at);
    this.checked++;
    this.seen[at]!++;
    let n = 0;
    for (let i = 0; i < checks.length; i++) {
      if (checks[i]!(msg, ctx)) this.broken[n++] = indices[i]!;
    }
    const { first } = msg;
    for (let i = 0; i < headers.length; i++) {
      if (first[headers[i]!] === NONE) continue;
      this.seenByHeader[headerIndices[i]!]!++;
      if (headerChecks[i]!(msg, ctx)) this.broken[n++] = headerIndices[i]!;
    }
    if (n > 0) this.count(n, msg);
    return n;
  }

  private count(n: number, msg: Message): void {
    for (let i = 0; i < n; i++) {
      const rule = this.broken[i]!;
      this.counts[rule]!++;
      const kept = this.kept[rule]!;
      if (kept.length < KEPT) {
        const end = Math.min(msg.end, msg.start + KEPT_BYTES);
        kept.push(this.decoder.decode(msg.buf.subarray(msg.start, end)));
      }
    }
  }

  /** How many messages the rule was held against. */
  applied(rule: number): number {
    if (this.rules[rule]!.header !== undefined) return this.seenByHeader[rule]!;
    let n = 0;
    for (let i = 0; i < this.buckets.length; i++) if (this.buckets[i]?.indices.includes(rule)) n += this.seen[i]!;
    return n;
  }

  /** The first messages that broke the rule, at most three, as text. */
  offenders(rule: number): readonly string[] {
    return this.kept[rule]!;
  }

  /** Rules that were broken, most often broken first. */
  violations(): Violation[] {
    const found: Violation[] = [];
    for (let i = 0; i < this.rules.length; i++) {
      const count = this.counts[i]!;
      if (count === 0) continue;
      found.push({ id: this.rules[i]!.id, count, applied: this.applied(i), example: this.kept[i]![0] ?? '' });
    }
    return found.sort((a, b) => b.count - a.count);
  }
}

function hasStatus(rule: Rule, status: number): boolean {
  return rule.statuses === undefined || rule.statuses.some(([first, last]) => status >= first && status <= last);
}

/** @param status 0 for requests */
function bucket(rules: readonly Rule[], method: number, status: number): Bucket {
  const fits = (rule: Rule) =>
    rule.on !== (status === 0 ? 'response' : 'request') &&
    (rule.methods === undefined || rule.methods.includes(method)) &&
    (status === 0 || hasStatus(rule, status));
  const always: number[] = [];
  const byHeader: number[] = [];
  rules.forEach((rule, i) => {
    if (fits(rule)) (rule.header === undefined ? always : byHeader).push(i);
  });
  return {
    checks: always.map((i) => rules[i]!.broken),
    indices: Int32Array.from(always),
    headers: Uint8Array.from(byHeader, (i) => rules[i]!.header!),
    headerChecks: byHeader.map((i) => rules[i]!.broken),
    headerIndices: Int32Array.from(byHeader),
  };
}
