// Rules about what a response copies from its request: Via, From, To, Call-ID, CSeq, Timestamp, Record-Route. Judges single messages only.

import { sameBytes, sameLetters } from '../sip/bytes.ts';
import { valueCount } from '../sip/fields.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { readViaParm, ViaParm } from '../sip/via.ts';
import { type Rule, type RuleContext, YES } from './rule.ts';

const SPACE = 32;
const COMMA = 44;
const SEMICOLON = 59;

const ours = new ViaParm();

/** Sent-by as we wrote it comes back byte for byte, and at its place, from nearly every peer; anything else is read again with care. */
function sentByDiffers(msg: Message, ctx: RuleContext): boolean {
  const { buf, viaHostStart: host, viaEnd } = msg;
  const { viaStart } = ctx;
  const via = msg.first[HEADER.VIA]!;
  if (viaStart === NONE || via === NONE) return false;
  const apart = viaStart - msg.valueStart[via]!;
  if (buf[host - 1 + apart] !== SPACE) return sentByDiffersInParts(msg, ctx);
  for (let at = host; at < viaEnd; at++) {
    if (buf[at] !== buf[at + apart]) break;
    if (buf[at] === SEMICOLON) return false;
  }
  return sentByDiffersInParts(msg, ctx);
}

function sentByDiffersInParts(msg: Message, ctx: RuleContext): boolean {
  const { buf } = msg;
  readViaParm(buf, ctx.viaStart, ctx.viaEnd, ours);
  return !sameLetters(buf, ours.hostStart, ours.hostEnd, msg.viaHostStart, msg.viaHostEnd) || ours.port !== msg.viaPort;
}

function hasOtherViaCount(msg: Message, ctx: RuleContext): boolean {
  const via = msg.first[HEADER.VIA]!;
  if (ctx.viaCount !== 1) return valueCount(msg, HEADER.VIA) !== ctx.viaCount;
  if (via === NONE || msg.next[via] !== NONE) return true;
  for (let i = msg.viaEnd; i < msg.valueEnd[via]!; i++) if (msg.buf[i] === COMMA) return true;
  return false;
}

export const RESPONSE_ECHO: readonly Rule[] = [
  // RFC 3261 §8.2.6.2: a response has the Via values of its request, so the sender gets back as many as were sent.
  {
    id: 'via-single',
    rfc: 3261,
    section: '8.2.6.2',
    level: 'MUST',
    title: 'A response carries as many Via values as its request left with',
    req: ['HDR-004'],
    on: 'response',
    broken: hasOtherViaCount,
  },
  // RFC 3261 §8.2.6.2: the top Via of a response has the host and port that its request had.
  {
    id: 'via-sent-by-echo',
    rfc: 3261,
    section: '8.2.6.2',
    level: 'MUST',
    title: 'The top Via of a response has the sent-by of the request',
    req: ['HDR-004'],
    on: 'response',
    broken: sentByDiffers,
  },
  // RFC 3261 §8.2.6.2: the branch comes back as it was sent; without it a response finds no transaction.
  {
    id: 'via-branch-echo',
    rfc: 3261,
    section: '8.2.6.2',
    level: 'MUST',
    title: 'The top Via of a response has the branch of the request',
    req: ['HDR-004'],
    on: 'response',
    broken: (msg, ctx) =>
      ctx.branchStart !== NONE && !sameBytes(msg.buf, ctx.branchStart, ctx.branchEnd, msg.branchStart, msg.branchEnd),
  },
  // RFC 3581 §4: a server that fills in rport also says the source address, even where it equals sent-by.
  {
    id: 'rport-with-received',
    rfc: 3581,
    section: '4',
    level: 'MUST',
    title: 'A top Via whose rport was filled in also carries received',
    req: ['TRN-015'],
    on: 'response',
    broken: (msg) => msg.viaRport !== NONE && msg.viaReceivedStart === NONE,
  },
  // RFC 3261 §8.2.6.2: From is copied, and with it our tag.
  {
    id: 'from-tag-echo',
    rfc: 3261,
    section: '8.2.6.2',
    level: 'MUST',
    title: 'A response has the From tag of the request',
    req: ['HDR-001'],
    on: 'response',
    broken: (msg, ctx) =>
      ctx.fromTagStart !== NONE &&
      !sameBytes(msg.buf, ctx.fromTagStart, ctx.fromTagEnd, msg.fromTagStart, msg.fromTagEnd),
  },
  // RFC 3261 §8.2.6.2: Call-ID is copied, byte for byte.
  {
    id: 'call-id-echo',
    rfc: 3261,
    section: '8.2.6.2',
    level: 'MUST',
    title: 'A response has the Call-ID of the request',
    req: ['HDR-002'],
    on: 'response',
    broken: (msg, ctx) =>
      ctx.callIdStart !== NONE && !sameBytes(msg.buf, ctx.callIdStart, ctx.callIdEnd, msg.callIdStart, msg.callIdEnd),
  },
  // RFC 3261 §8.2.6.2: CSeq is copied, number and method.
  {
    id: 'cseq-echo',
    rfc: 3261,
    section: '8.2.6.2',
    level: 'MUST',
    title: 'A response has the CSeq number and method of the request',
    req: ['HDR-003'],
    on: 'response',
    broken: (msg, ctx) =>
      ctx.requestCseq !== NONE &&
      (msg.cseq !== ctx.requestCseq || (ctx.requestMethod !== METHOD.UNKNOWN && msg.cseqMethod !== ctx.requestMethod)),
  },
  // RFC 3261 §8.2.6.2: a To tag of the request stands in every response to it.
  {
    id: 'to-tag-kept',
    rfc: 3261,
    section: '8.2.6.2',
    level: 'MUST',
    title: 'A response to a request with a To tag has that To tag',
    req: ['HDR-007'],
    on: 'response',
    broken: (msg, ctx) =>
      ctx.toTagStart !== NONE && !sameBytes(msg.buf, ctx.toTagStart, ctx.toTagEnd, msg.toTagStart, msg.toTagEnd),
  },
  // RFC 3261 §8.2.6.2: whoever answers with anything but 100 puts a tag into To. With a tag in the request, to-tag-kept judges.
  {
    id: 'to-tag-present',
    rfc: 3261,
    section: '8.2.6.2',
    level: 'MUST',
    title: 'Every response but 100 has a To tag',
    req: ['HDR-005'],
    on: 'response',
    statuses: [[101, 699]],
    broken: (msg, ctx) => msg.toTagStart === NONE && ctx.toTagStart === NONE,
  },
  // RFC 3261 §17.2.1: a server transaction leaves the To of its 100 as it came.
  {
    id: 'trying-without-to-tag',
    rfc: 3261,
    section: '17.2.1',
    level: 'SHOULD',
    title: 'A 100 adds no To tag',
    req: ['INV-002'],
    on: 'response',
    statuses: [[100, 100]],
    broken: (msg, ctx) => ctx.matched && ctx.toTagStart === NONE && msg.toTagStart !== NONE,
  },
  // RFC 3261 §8.2.6.1: a 100 brings the Timestamp of the request back.
  {
    id: 'trying-timestamp',
    rfc: 3261,
    section: '8.2.6.1',
    level: 'MUST',
    title: 'A 100 has the Timestamp of the request',
    req: ['HDR-009'],
    on: 'response',
    statuses: [[100, 100]],
    broken: (msg, ctx) => ctx.requestTimestamp === YES && msg.first[HEADER.TIMESTAMP] === NONE,
  },
  // RFC 3261 §12.1.1: a response that creates a dialog copies every Record-Route value of the request.
  {
    id: 'record-route-echo',
    rfc: 3261,
    section: '12.1.1',
    level: 'MUST',
    title: 'A 2xx or tagged provisional that creates a dialog has all Record-Route values',
    req: ['HDR-011'],
    on: 'response',
    methods: [METHOD.INVITE, METHOD.SUBSCRIBE, METHOD.REFER],
    statuses: [[101, 299]],
    broken: (msg, ctx) =>
      ctx.recordRoutes > 0 &&
      ctx.toTagStart === NONE &&
      msg.toTagStart !== NONE &&
      valueCount(msg, HEADER.RECORD_ROUTE) < ctx.recordRoutes,
  },
];
