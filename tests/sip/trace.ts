// What the decoder and the readers make of some bytes, as lines of text: the right-hand side of the fixtures in src/sip/fixtures. Judges nothing.

import { Address, isAddress, readAddress } from '../../src/sip/address.ts';
import { readAuthParam, readScheme } from '../../src/sip/challenge.ts';
import { Contact, readContact } from '../../src/sip/contact.ts';
import { Cseq, readRack } from '../../src/sip/cseq.ts';
import { cseqMethodFits, decode } from '../../src/sip/decode.ts';
import * as ERR from '../../src/sip/errors.ts';
import { Elements } from '../../src/sip/fields.ts';
import { MediaType, readMediaType } from '../../src/sip/media.ts';
import { BAD, Message, NONE } from '../../src/sip/message.ts';
import { HEADER, HEADERS, METHOD_NAMES } from '../../src/sip/names.ts';
import { readDecimal, readQ, readSeconds } from '../../src/sip/numbers.ts';
import { findParam, Param, readParam } from '../../src/sip/params.ts';
import { Replaces, readReplaces } from '../../src/sip/replaces.ts';
import { RetryAfter, readRetryAfter } from '../../src/sip/retry-after.ts';
import { putUnquoted, Span } from '../../src/sip/scan.ts';
import { readSessionExpires, SessionExpires } from '../../src/sip/session-timer.ts';
import { EventValue, readEvent, readSubscriptionState, SubscriptionState } from '../../src/sip/subscription.ts';
import { putUnescaped, readUri, readUriHeader, Uri } from '../../src/sip/uri.ts';
import { readViaParm, ViaParm } from '../../src/sip/via.ts';

const ERROR_NAMES = new Map<number, string>(
  Object.entries(ERR).flatMap(([name, code]) => (typeof code === 'number' ? [[code, name] as const] : [])),
);
const KINDS = ['other', 'sip', 'sips', 'tel'];
const REFRESHERS = ['', 'uac', 'uas'];
const STATES = ['other', 'active', 'pending', 'terminated'];

export function errorName(code: number): string {
  return code === 0 ? 'ok' : (ERROR_NAMES.get(code) ?? `error ${code}`);
}

/** Bytes as text in quotes; what is not printable is escaped as in the wire blocks of the fixtures. */
export function quote(bytes: Uint8Array): string {
  let text = '';
  for (const c of bytes) {
    if (c === 13) text += '\\r';
    else if (c === 10) text += '\\n';
    else if (c === 9) text += '\\t';
    else if (c === 92) text += '\\\\';
    else if (c === 34) text += '\\"';
    else if (c >= 32 && c < 127) text += String.fromCharCode(c);
    else text += `\\x${c.toString(16).padStart(2, '0')}`;
  }
  return `"${text}"`;
}

/** Collects `name=value` pairs; offsets are told from the beginning of the message. */
class Facts {
  private readonly buf: Uint8Array;
  private readonly base: number;
  private readonly parts: string[] = [];

  constructor(buf: Uint8Array, base: number) {
    this.buf = buf;
    this.base = base;
  }

  text(start: number, end: number): string {
    return `${quote(this.buf.subarray(start, end))}@${start - this.base}`;
  }

  /** A span that is there; an empty one is told only where `empty` says so. */
  span(name: string, start: number, end: number, empty = false): this {
    if (start !== NONE && (empty || end > start)) this.parts.push(`${name}=${this.text(start, end)}`);
    return this;
  }

  number(name: string, value: number): this {
    if (value !== NONE) this.parts.push(`${name}=${value === BAD ? 'BAD' : value}`);
    return this;
  }

  word(name: string, value: string): this {
    if (value !== '') this.parts.push(`${name}=${value}`);
    return this;
  }

  line(key: string): string {
    return [`${key}:`, ...this.parts].join(' ');
  }
}

type Reader = (msg: Message, start: number, end: number) => string[];

/** Where offsets are counted from: the message, or the value looked at. */
let base = 0;

function facts(msg: Message): Facts {
  return new Facts(msg.buf, base);
}

function uriLines(msg: Message, start: number, end: number): string[] {
  const uri = new Uri();
  const param = new Param();
  const result = readUri(msg.buf, start, end, uri);
  const lines = [
    facts(msg)
      .word('result', result === BAD ? 'BAD' : '')
      .word('kind', KINDS[uri.kind]!)
      .span('scheme', uri.schemeStart, uri.schemeEnd)
      .span('user', uri.userStart, uri.userEnd, true)
      .span('password', uri.passwordStart, uri.passwordEnd, true)
      .span('host', uri.hostStart, uri.hostEnd, true)
      .number('port', uri.port)
      .span('params', uri.paramsStart, uri.paramsEnd)
      .span('headers', uri.headersStart, uri.headersEnd, true)
      .line('uri'),
  ];
  for (let at = uri.paramsStart; at < uri.paramsEnd && msg.buf[at] === 59; ) {
    const next = readParam(msg.buf, at, uri.paramsEnd, param);
    lines.push(paramFacts(msg, param).line('uri-param'));
    at = next === BAD ? uri.paramsEnd : next;
  }
  if (uri.headersStart !== NONE) {
    for (let at = uri.headersStart; at <= uri.headersEnd; at++) {
      at = readUriHeader(msg.buf, at, uri.headersEnd, param);
      lines.push(paramFacts(msg, param).line('uri-header'));
      lines.push(...replacesOf(msg, param));
    }
  }
  return lines;
}

/** RFC 3891 §7: the Replaces that a Refer-To carries in escaped form. */
function replacesOf(msg: Message, header: Param): string[] {
  const name = msg.buf.subarray(header.nameStart, header.nameEnd);
  if (header.valueStart === NONE || Buffer.from(name).toString().toLowerCase() !== 'replaces') return [];
  const plain = new Uint8Array(header.valueEnd - header.valueStart);
  const end = putUnescaped(plain, 0, msg.buf, header.valueStart, header.valueEnd);
  const inner = new Message();
  inner.buf = plain;
  const before = base;
  base = 0;
  const lines = replacesLines(inner, 0, end);
  base = before;
  return lines;
}

function paramFacts(msg: Message, param: Param): Facts {
  const all = facts(msg).span('name', param.nameStart, param.nameEnd, true);
  if (param.valueStart === NONE) return all;
  all.span('value', param.valueStart, param.valueEnd, true);
  if (msg.buf[param.valueStart] !== 34) return all;
  const plain = new Uint8Array(param.valueEnd - param.valueStart);
  const end = putUnquoted(plain, 0, msg.buf, param.valueStart, param.valueEnd);
  return all.word('says', quote(plain.subarray(0, end)));
}

function paramLines(msg: Message, start: number, end: number): string[] {
  const lines: string[] = [];
  const param = new Param();
  for (let at = start; at < end && msg.buf[at] === 59; ) {
    const next = readParam(msg.buf, at, end, param);
    lines.push(paramFacts(msg, param).line('param'));
    at = next === BAD ? end : next;
  }
  return lines;
}

function addressLines(msg: Message, address: Address, more: (facts: Facts) => Facts): string[] {
  const head = facts(msg)
    .word('result', isAddress(msg.buf, address) ? '' : 'BAD')
    .span('name', address.nameStart, address.nameEnd)
    .span('uri', address.uriStart, address.uriEnd, true)
    .word('bare', address.bracketed ? '' : 'yes');
  return [
    more(head).line('address'),
    ...uriLines(msg, address.uriStart, address.uriEnd),
    ...paramLines(msg, address.paramsStart, address.paramsEnd),
  ];
}

const readAddresses: Reader = (msg, start, end) => {
  const lines: string[] = [];
  const address = new Address();
  for (let at = start; at < end; at++) {
    at = readAddress(msg.buf, at, end, address);
    lines.push(...addressLines(msg, address, (f) => f));
  }
  return lines;
};

const readContacts: Reader = (msg, start, end) => {
  const lines: string[] = [];
  const contact = new Contact();
  for (let at = start; at < end; at++) {
    at = readContact(msg.buf, at, end, contact);
    if (contact.star) lines.push('star:');
    else
      lines.push(
        ...addressLines(msg, contact.address, (f) => f.number('expires', contact.expiresS).number('q', contact.q)),
      );
  }
  return lines;
};

const readVias: Reader = (msg, start, end) => {
  const lines: string[] = [];
  const via = new ViaParm();
  for (let at = start; at < end; at++) {
    at = readViaParm(msg.buf, at, end, via);
    lines.push(
      facts(msg)
        .word('result', at === BAD ? 'BAD' : '')
        .span('transport', via.transportStart, via.transportEnd)
        .span('host', via.hostStart, via.hostEnd)
        .number('port', via.port)
        .span('branch', via.branchStart, via.branchEnd, true)
        .span('received', via.receivedStart, via.receivedEnd, true)
        .span('maddr', via.maddrStart, via.maddrEnd, true)
        .number('ttl', via.ttl)
        .number('rport', via.rport)
        .word('rport-empty-to', via.rportEnd === NONE ? '' : String(via.rportEnd - base))
        .line('via'),
    );
    if (at === BAD) break;
  }
  return lines;
};

/** A reader of one element, called for each of a list. */
function each(read: Reader): Reader {
  return (msg, start, end) => {
    const one = new Message();
    one.buf = msg.buf;
    one.first[HEADER.ACCEPT] = 0;
    one.next[0] = NONE;
    one.valueStart[0] = start;
    one.valueEnd[0] = end;
    const elements = new Elements();
    elements.open(one, HEADER.ACCEPT);
    const lines: string[] = [];
    while (elements.next()) lines.push(...read(msg, elements.start, elements.end));
    return lines;
  };
}

const readTokens = each((msg, start, end) => [facts(msg).span('text', start, end).line('token')]);

const readMedia = each((msg, start, end) => {
  const media = new MediaType();
  const q = new Span();
  const result = readMediaType(msg.buf, start, end, media);
  const weight = findParam(msg.buf, media.paramsStart, media.paramsEnd, Buffer.from('q'), q);
  return [
    facts(msg)
      .word('result', result === BAD ? 'BAD' : '')
      .span('type', media.typeStart, media.typeEnd)
      .span('subtype', media.subtypeStart, media.subtypeEnd)
      .number('q', weight ? readQ(msg.buf, q.start, q.end) : NONE)
      .line('media'),
    ...paramLines(msg, media.paramsStart, media.paramsEnd),
  ];
});

function replacesLines(msg: Message, start: number, end: number): string[] {
  const replaces = new Replaces();
  const result = readReplaces(msg.buf, start, end, replaces);
  return [
    facts(msg)
      .word('result', result === BAD ? 'BAD' : '')
      .span('call-id', replaces.callIdStart, replaces.callIdEnd)
      .span('to-tag', replaces.toTag.start, replaces.toTag.end, true)
      .span('from-tag', replaces.fromTag.start, replaces.fromTag.end, true)
      .word('early-only', replaces.earlyOnly ? 'yes' : '')
      .line('replaces'),
  ];
}

const readRacks: Reader = (msg, start, end) => {
  const rack = new Cseq();
  const result = readRack(msg.buf, start, end, rack);
  return [
    facts(msg)
      .word('result', result === BAD ? 'BAD' : '')
      .number('rseq', rack.rseq)
      .number('cseq', rack.number)
      .span('method', rack.methodStart, rack.methodEnd)
      .line('rack'),
  ];
};

const readEvents: Reader = (msg, start, end) => {
  const event = new EventValue();
  const result = readEvent(msg.buf, start, end, event);
  return [
    facts(msg)
      .word('result', result === BAD ? 'BAD' : '')
      .span('package', event.packageStart, event.packageEnd)
      .span('id', event.id.start, event.id.end, true)
      .line('event'),
  ];
};

const readStates: Reader = (msg, start, end) => {
  const state = new SubscriptionState();
  const result = readSubscriptionState(msg.buf, start, end, state);
  return [
    facts(msg)
      .word('result', result === BAD ? 'BAD' : '')
      .word('state', STATES[state.state]!)
      .span('text', state.stateStart, state.stateEnd)
      .number('expires', state.expiresS)
      .number('retry-after', state.retryAfterS)
      .span('reason', state.reason.start, state.reason.end, true)
      .line('subscription'),
  ];
};

const readTimers: Reader = (msg, start, end) => {
  const timer = new SessionExpires();
  readSessionExpires(msg.buf, start, end, timer);
  const refresher = timer.refresher === NONE ? '' : REFRESHERS[timer.refresher]!;
  return [facts(msg).number('seconds', timer.seconds).word('refresher', refresher).line('session')];
};

const readRetries: Reader = (msg, start, end) => {
  const retry = new RetryAfter();
  const result = readRetryAfter(msg.buf, start, end, retry);
  return [
    facts(msg)
      .word('result', result === BAD ? 'BAD' : '')
      .number('seconds', retry.seconds)
      .span('comment', retry.commentStart, retry.commentEnd, true)
      .number('duration', retry.durationS)
      .line('retry'),
  ];
};

const readSecondsField: Reader = (msg, start, end) => [
  facts(msg)
    .number('seconds', readSeconds(msg.buf, start, end))
    .line('number'),
];

function wholeNumber(most: number): Reader {
  return (msg, start, end) => [
    facts(msg)
      .number('value', readDecimal(msg.buf, start, end, most))
      .line('number'),
  ];
}

const readChallenges: Reader = (msg, start, end) => {
  const scheme = new Span();
  const param = new Param();
  let at = readScheme(msg.buf, start, end, scheme);
  const lines = [facts(msg).span('scheme', scheme.start, scheme.end).line('challenge')];
  while (at >= 0) {
    at = readAuthParam(msg.buf, at, end, param);
    if (at === BAD) lines.push(facts(msg).word('result', 'BAD').line('param'));
    else if (at !== NONE) lines.push(paramFacts(msg, param).line('param'));
  }
  return lines;
};

/** Which reader a header field's value belongs to; the others are told as they stand. */
const READERS: Readonly<Record<number, Reader>> = {
  [HEADER.VIA]: readVias,
  [HEADER.FROM]: readAddresses,
  [HEADER.TO]: readAddresses,
  [HEADER.CONTACT]: readContacts,
  [HEADER.ROUTE]: readAddresses,
  [HEADER.RECORD_ROUTE]: readAddresses,
  [HEADER.REFER_TO]: readAddresses,
  [HEADER.REFERRED_BY]: readAddresses,
  [HEADER.PATH]: readAddresses,
  [HEADER.MAX_FORWARDS]: wholeNumber(255),
  [HEADER.RSEQ]: wholeNumber(4_294_967_295),
  [HEADER.RACK]: readRacks,
  [HEADER.EXPIRES]: readSecondsField,
  [HEADER.MIN_EXPIRES]: readSecondsField,
  [HEADER.MIN_SE]: readSecondsField,
  [HEADER.SESSION_EXPIRES]: readTimers,
  [HEADER.RETRY_AFTER]: readRetries,
  [HEADER.EVENT]: readEvents,
  [HEADER.SUBSCRIPTION_STATE]: readStates,
  [HEADER.REPLACES]: replacesLines,
  [HEADER.CONTENT_TYPE]: readMedia,
  [HEADER.ACCEPT]: readMedia,
  [HEADER.ALLOW]: readTokens,
  [HEADER.SUPPORTED]: readTokens,
  [HEADER.REQUIRE]: readTokens,
  [HEADER.ALLOW_EVENTS]: readTokens,
  [HEADER.WWW_AUTHENTICATE]: readChallenges,
  [HEADER.PROXY_AUTHENTICATE]: readChallenges,
  [HEADER.AUTHORIZATION]: readChallenges,
};

/** What may stand first in a line of a trace. */
export const TRACE_KEYS: ReadonlySet<string> = new Set([
  ...['result', 'method', 'status', 'reason', 'request-uri', 'field', 'top-via', 'tags', 'call-id', 'cseq', 'length'],
  ...['body', 'stream', 'stream-error', 'pings'],
  ...['address', 'star', 'via', 'uri', 'uri-param', 'uri-header', 'param', 'token', 'media', 'replaces', 'rack'],
  ...['event', 'subscription', 'session', 'retry', 'number', 'challenge'],
]);

/** What the readers make of the values of header `name` in a decoded message, over all its rows; of the Request-URI by that name. */
export function valueTrace(msg: Message, name: string): string[] {
  base = msg.uriStart;
  if (name === 'Request-URI') return uriLines(msg, msg.uriStart, msg.uriEnd);
  const id = HEADERS.findIndex(([known]) => known === name);
  const read = READERS[id];
  if (read === undefined) throw new Error(`no reader belongs to ${name}`);
  const lines: string[] = [];
  for (let i = msg.first[id]!; i !== NONE; i = msg.next[i]!) {
    base = msg.valueStart[i]!;
    lines.push(...read(msg, base, msg.valueEnd[i]!));
  }
  return lines;
}

/** The trace of the datagram `[start, end)`: what `decode` found. */
export function traceOf(msg: Message, buf: Uint8Array, start: number, end: number): string[] {
  base = start;
  const result = decode(msg, buf, start, end);
  const all = facts(msg);
  const lines = [`result: ${errorName(result)}`];
  if (msg.methodStart !== NONE)
    lines.push(`method: ${METHOD_NAMES[msg.method]} ${all.text(msg.methodStart, msg.methodEnd)}`);
  if (msg.uriStart !== NONE) {
    lines.push(`request-uri: ${all.text(msg.uriStart, msg.uriEnd)}`);
  }
  if (msg.status !== 0) lines.push(`status: ${msg.status}`, `reason: ${all.text(msg.reasonStart, msg.reasonEnd)}`);
  for (let i = 0; i < msg.count; i++) {
    const id = msg.ids[i]!;
    const name = all.text(msg.nameStart[i]!, msg.nameEnd[i]!);
    const value = all.text(msg.valueStart[i]!, msg.valueEnd[i]!);
    lines.push(`field: ${id === 0 ? '-' : HEADERS[id]![0]} ${name} ${value}`);
  }
  const top = facts(msg)
    .span('branch', msg.branchStart, msg.branchEnd, true)
    .span('host', msg.viaHostStart, msg.viaHostEnd)
    .number('port', msg.viaPort)
    .number('rport', msg.viaRport)
    .word('rport-empty-to', msg.viaRportEnd === NONE ? '' : String(msg.viaRportEnd - base))
    .span('received', msg.viaReceivedStart, msg.viaReceivedEnd, true)
    .word('ends', msg.viaEnd === NONE ? '' : String(msg.viaEnd - base))
    .line('top-via');
  const tags = facts(msg)
    .span('from', msg.fromTagStart, msg.fromTagEnd)
    .span('to', msg.toTagStart, msg.toTagEnd)
    .line('tags');
  if (msg.viaHostStart !== NONE) lines.push(top);
  if (msg.fromTagStart !== NONE || msg.toTagStart !== NONE) lines.push(tags);
  if (msg.callIdStart !== NONE) lines.push(`call-id: ${all.text(msg.callIdStart, msg.callIdEnd)}`);
  if (msg.cseq !== NONE) {
    const method = `${METHOD_NAMES[msg.cseqMethod]} ${all.text(msg.cseqMethodStart, msg.cseqMethodEnd)}`;
    lines.push(`cseq: ${msg.cseq} ${method}${msg.isRequest && !cseqMethodFits(msg) ? ' differs' : ''}`);
  }
  if (msg.contentLength !== NONE) lines.push(`length: ${msg.contentLength}`);
  if (msg.bodyEnd > msg.bodyStart) lines.push(`body: ${all.text(msg.bodyStart, msg.bodyEnd)}`);
  return lines;
}
