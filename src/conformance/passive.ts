// Holds the passive rules against what a case receives. Knows from our own messages what was asked; judges nothing itself.

import { RuleChecker } from '../rules/checker.ts';
import { NO, RuleContext, YES } from '../rules/rule.ts';
import { RULES } from '../rules/rules.ts';
import { decode } from '../sip/decode.ts';
import { Message } from '../sip/message.ts';
import type { TransportKind } from './case.ts';
import { knowRequest, knowResponse, type Put } from './known.ts';
import type { Outgoing, Received } from './outgoing.ts';
import type { Reading } from './reading.ts';

export interface Broken {
  readonly id: string;
  readonly rfc: number;
  readonly section: string;
  readonly level: string;
  readonly title: string;
  readonly count: number;
  readonly example: string;
}

/** What is known beside the message itself. */
export interface Surroundings {
  /** What the end that received it has sent and received so far. */
  readonly sent: readonly Outgoing[];
  readonly before: readonly Received[];
  /** What it came by. */
  readonly kind: TransportKind;
  /** Whether it is a request of another end of ours, which a proxy forwarded: what is wrong with it may be meant so. */
  readonly isOurs: (request: Received) => boolean;
}

export class Passive {
  readonly checker = new RuleChecker(RULES);
  private readonly ctx = new RuleContext();
  private readonly msg = new Message();
  private readonly bytes = new Uint8Array(300_000);

  /** Ids of the rules that `received` breaks. */
  check(received: Received, { sent, before, kind, isOurs }: Surroundings): string[] {
    if (received.fault !== null || received.bytes.length > 65_535) return [];
    const { ctx, msg, bytes } = this;
    bytes.set(received.bytes);
    let top = received.bytes.length;
    const put: Put = (text) => {
      const start = top;
      top += Buffer.from(bytes.buffer).write(text, start);
      return [start, top];
    };
    if (decode(msg, bytes, 0, top) !== 0) return [];
    ctx.reset();
    ctx.stream = kind === 'tcp';
    ctx.reliable = kind !== 'udp';
    ctx.retransmission = before.some((one) => Buffer.from(one.bytes).equals(received.bytes));
    if (received.isRequest) {
      if (!isOurs(received)) knowRequest(ctx, received, sent, before, put);
    } else {
      const request = sent.findLast((one) => one.branch === received.branch && one.method === received.method);
      // A request that was broken on purpose says nothing of what its answer must be.
      if (request === undefined || request.reading.fault !== null) return [];
      this.fill(request.reading, received, before, put);
      knowResponse(ctx, received, before, put);
    }
    const n = this.checker.check(msg, ctx);
    return Array.from(this.checker.broken.subarray(0, n), (rule) => this.checker.rules[rule]!.id);
  }

  private fill(request: Reading, received: Received, before: readonly Received[], put: Put) {
    const { ctx, bytes } = this;
    // The request behind the response in the same block, so that its spans can be compared.
    const [start] = put(request.text);
    const asked = new Message();
    if (decode(asked, bytes, start, start + request.bytes.length) !== 0) return;
    ctx.matched = true;
    ctx.requestMethod = asked.method;
    ctx.requestCseq = asked.cseq;
    [ctx.fromTagStart, ctx.fromTagEnd] = [asked.fromTagStart, asked.fromTagEnd];
    [ctx.callIdStart, ctx.callIdEnd] = [asked.callIdStart, asked.callIdEnd];
    [ctx.toTagStart, ctx.toTagEnd] = [asked.toTagStart, asked.toTagEnd];
    [ctx.branchStart, ctx.branchEnd] = [asked.branchStart, asked.branchEnd];
    ctx.viaStart = asked.valueStart[asked.first[1]!]!;
    ctx.viaEnd = asked.viaEnd;
    ctx.viaCount = request.headers('Via').length;
    ctx.requestTimestamp = request.has('Timestamp') ? YES : NO;
    if (request.has('Expires')) ctx.requestExpiresS = request.number('Expires');
    const options = [...request.headers('Supported'), ...request.headers('Require')];
    ctx.requestOffered100rel = options.some((tag) => tag.toLowerCase() === '100rel') ? YES : NO;
    ctx.requestOfferedExtensions = request.has('Supported') || request.has('Require') ? YES : NO;
    ctx.recordRoutes = request.headers('Record-Route').length;
    const final = before.find(
      (one) => one.status >= 200 && one.branch === received.branch && one.method === received.method,
    );
    ctx.finalSeen = final !== undefined;
    if (final !== undefined) ctx.finalStatus = final.status;
  }

  violations(): Broken[] {
    const byId = new Map(RULES.map((rule) => [rule.id, rule]));
    return this.checker.violations().map(({ id, count, example }) => {
      const { rfc, section, level, title } = byId.get(id)!;
      return { id, rfc, section, level, title, count, example };
    });
  }
}
