// A message as a case reads it: header fields by name, parameters, tags, as texts. Reads what it can of a broken message; never judges it.

import { decode } from '../sip/decode.ts';
import { errorText } from '../sip/errors.ts';
import { headerOf } from '../sip/header-table.ts';
import { Message } from '../sip/message.ts';
import { HEADERS } from '../sip/names.ts';
import { viewOf } from '../sip/words.ts';

/** Header fields whose value is a list with commas (RFC 3261 §7.3.1); in the others a comma is a comma. */
const LISTS = new Set(
  (
    'via contact route record-route path service-route allow supported require proxy-require unsupported accept ' +
    'accept-encoding accept-language allow-events content-encoding content-language recv-info in-reply-to alert-info ' +
    'call-info error-info warning security-client security-server security-verify p-asserted-identity p-preferred-identity ' +
    'history-info diversion accept-contact reject-contact'
  ).split(' '),
);

export interface Field {
  /** As written. */
  readonly name: string;
  /** Folds are one space, white space at the ends is gone. */
  readonly value: string;
}

export class Reading {
  readonly bytes: Uint8Array;
  /** The bytes as text; a byte that is no UTF-8 reads as U+FFFD. */
  readonly text: string;
  /** Why it is no SIP message, null when it is one. */
  readonly fault: string | null;
  readonly isRequest: boolean;
  /** 0 for a request. */
  readonly status: number;
  readonly reason: string;
  /** Of the request; of a response: that in its CSeq. */
  readonly method: string;
  /** Request-URI, '' for a response. */
  readonly uri: string;
  readonly startLine: string;
  readonly fields: readonly Field[];
  readonly body: string;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = (start: number, end: number) => (start < 0 ? '' : view.toString('utf8', start, end));
    this.text = text(0, bytes.length);
    const msg = new Message();
    const error = decode(msg, bytes, 0, bytes.length);
    this.fault = error === 0 ? null : errorText(error);
    this.isRequest = msg.isRequest;
    this.status = msg.status;
    this.reason = text(msg.reasonStart, msg.reasonEnd);
    this.method = msg.isRequest ? text(msg.methodStart, msg.methodEnd) : text(msg.cseqMethodStart, msg.cseqMethodEnd);
    this.uri = text(msg.uriStart, msg.uriEnd);
    this.startLine = this.text.trimStart().split(/\r?\n/, 1)[0]!;
    this.fields = Array.from({ length: msg.count }, (_, i) => ({
      name: text(msg.nameStart[i]!, msg.nameEnd[i]!),
      value: text(msg.valueStart[i]!, msg.valueEnd[i]!).replace(/[ \t]*\r?\n[ \t]+/g, ' '),
    }));
    this.body = text(msg.bodyStart, msg.bodyEnd);
  }

  get isResponse(): boolean {
    return this.status > 0;
  }

  /** Values of every field of that name (any case, compact or not), one for each field, unsplit. */
  lines(name: string): string[] {
    const key = canonical(name);
    return this.fields.filter((field) => canonical(field.name) === key).map(({ value }) => value);
  }

  /** Values in order; a header field that is a list is split at its commas. */
  headers(name: string): string[] {
    const lines = this.lines(name);
    return LISTS.has(canonical(name)) ? lines.flatMap((line) => split(line, ',')) : lines;
  }

  /** The first value, null when there is none. */
  header(name: string): string | null {
    return this.headers(name)[0] ?? null;
  }

  has(name: string): boolean {
    return this.lines(name).length > 0;
  }

  /** A parameter of the first value of a header field: '' when it has no value, null when it is not there. */
  param(name: string, param: string): string | null {
    const value = this.header(name);
    return value === null ? null : paramOf(value, param);
  }

  /** The number a header field begins with, NaN when there is none. */
  number(name: string): number {
    return Number(/^\d+/.exec(this.header(name) ?? '')?.[0] ?? Number.NaN);
  }

  get callId(): string {
    return this.header('Call-ID') ?? '';
  }

  get cseq(): number {
    return this.number('CSeq');
  }

  get branch(): string {
    return this.param('Via', 'branch') ?? '';
  }

  get fromTag(): string {
    return this.param('From', 'tag') ?? '';
  }

  get toTag(): string {
    return this.param('To', 'tag') ?? '';
  }

  /** URI of the first Contact, '' when there is none. */
  get contact(): string {
    return uriOf(this.header('Contact') ?? '');
  }

  /** Media type without parameters, small letters; '' when there is none. */
  get contentType(): string {
    return (this.header('Content-Type') ?? '').split(';')[0]!.trim().toLowerCase();
  }
}

/** The name of a header field in small letters, from any case and from the compact form. */
export function canonical(name: string): string {
  const bytes = Buffer.from(name);
  const id = headerOf(viewOf(bytes), bytes, 0, bytes.length);
  return (id === 0 ? name : HEADERS[id]![0]).toLowerCase();
}

/** Splits at `mark` outside of quotes and angle brackets. */
export function split(text: string, mark: ',' | ';'): string[] {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  let angle = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '<') angle = true;
    else if (c === '>') angle = false;
    else if (c === mark && !angle) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts.filter((part) => part !== '');
}

/** A parameter of a header field value: '' when it has no value, null when it is not there. */
export function paramOf(value: string, name: string): string | null {
  for (const part of split(value, ';').slice(1)) {
    const match = /^([^=\s]+)\s*(?:=\s*([\s\S]*))?$/.exec(part);
    if (match !== null && match[1]!.toLowerCase() === name.toLowerCase()) return match[2] ?? '';
  }
  return null;
}

/** The URI of a name-addr or addr-spec. */
export function uriOf(value: string): string {
  const angle = /<([^>]*)>/.exec(value.replace(/"(?:[^"\\]|\\.)*"/g, ''));
  return angle === null ? value.split(';')[0]!.trim() : angle[1]!.trim();
}

/** User, host and port of a SIP URI; null when it is none. */
export function partsOf(uri: string): { user: string; host: string; port: number | null } | null {
  const match = /^sips?:(?:([^@]*)@)?(\[[^\]]+\]|[^:;?]+)(?::(\d+))?/i.exec(uri);
  if (match === null) return null;
  return { user: match[1] ?? '', host: match[2]!, port: match[3] === undefined ? null : Number(match[3]) };
}
