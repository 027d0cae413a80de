// Reads the fixtures of src/sip/fixtures: Markdown with a block of bytes and the trace that is expected of them. Refuses what it does not know.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../src/sip/decode.ts';
import { Message } from '../../src/sip/message.ts';
import { feed } from './feed.ts';
import { errorName, TRACE_KEYS, traceOf, valueTrace } from './trace.ts';

export interface Fixture {
  readonly file: string;
  readonly line: number;
  readonly title: string;
  /** `message`: the block is all that came. Else the name of the header whose value it is, or Request-URI. */
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly trace: readonly string[];
}

const KEY = /^([a-z-]+):( |$)/;
const ESCAPE = /\\(?:x([0-9a-f]{2})|(.?))/g;
const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };

/**
 * The bytes of a block. Of a message each line ends in CRLF, of a value all but the last do; a line that ends in a
 * backslash has no line end. Escapes: \r \n \t \\ and \xHH.
 */
function bytesOf(lines: readonly string[], isMessage: boolean, where: string): Uint8Array {
  const text = lines
    .map((line, i) => {
      const open = /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
      return open ? line.slice(0, -1) : line + (isMessage || i + 1 < lines.length ? '\\r\\n' : '');
    })
    .join('')
    .replace(ESCAPE, (all, hex: string | undefined, mark: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const plain = ESCAPES[mark ?? ''];
      if (plain === undefined) throw new Error(`${where}: ${all} is no escape; there are \\r \\n \\t \\\\ and \\xHH`);
      return plain;
    });
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** The fixtures of one file. @throws Error that names file and line of what is not known there */
export function parseFixtures(file: string, markdown: string): Fixture[] {
  const found: Fixture[] = [];
  let title: { text: string; line: number } | null = null;
  let subject = '';
  let bytes: Uint8Array | null = null;
  const lines = markdown.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const where = `${file}:${i + 1}`;
    const fence = /^```(.*)$/.exec(line);
    if (/^## /.test(line)) {
      if (bytes !== null || (title !== null && found.at(-1)?.title !== title.text))
        throw new Error(`${where}: the fixture before has no trace`);
      title = { text: line.slice(3), line: i + 1 };
      if (found.some((one) => one.title === title!.text)) throw new Error(`${where}: a second fixture of that title`);
    } else if (fence !== null) {
      const close = lines.indexOf('```', i + 1);
      if (close === -1) throw new Error(`${where}: the block has no end`);
      const block = lines.slice(i + 1, close);
      const [kind, name, ...more] = fence[1]!.split(' ');
      if (title === null) throw new Error(`${where}: a block before the first title`);
      if (kind === 'trace' && name === undefined) {
        if (bytes === null) throw new Error(`${where}: a trace without bytes before it`);
        for (const [n, text] of block.entries()) {
          const key = KEY.exec(text)?.[1];
          if (key === undefined || !TRACE_KEYS.has(key))
            throw new Error(
              `${file}:${i + 2 + n}: a trace has no line ${text}; there are ${[...TRACE_KEYS].join(' ')}`,
            );
        }
        found.push({ file, line: title.line, title: title.text, subject, bytes, trace: block });
        bytes = null;
      } else if (
        (kind === 'message' && name === undefined) ||
        (kind === 'value' && name !== undefined && more.length === 0)
      ) {
        if (bytes !== null) throw new Error(`${where}: a second block of bytes before the trace of the first`);
        subject = name ?? 'message';
        bytes = bytesOf(block, name === undefined, where);
      } else throw new Error(`${where}: a block is message, value NAME or trace, not ${fence[1]}`);
      i = close;
    }
  }
  if (bytes !== null || title === null || found.at(-1)?.title !== title.text)
    throw new Error(`${file}: the last fixture has no trace`);
  return found;
}

export function allFixtures(folder: string): Fixture[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .flatMap((name) => parseFixtures(name, readFileSync(join(folder, name), 'utf8')));
}

/** The whole message a fixture's bytes come in. */
export function messageOf({ subject, bytes }: Pick<Fixture, 'subject' | 'bytes'>): Uint8Array {
  if (subject === 'message') return bytes;
  const uri = subject === 'Request-URI';
  const value = Buffer.from(bytes).toString('latin1');
  const fields = [
    ['Via', 'SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1'],
    ['From', '<sip:a@127.0.0.1>;tag=1'],
    ['To', '<sip:b@127.0.0.1>'],
    ['Call-ID', '1'],
    ['CSeq', '1 OPTIONS'],
  ].filter(([name]) => name !== subject);
  const own = uri ? '' : `${subject}: ${value}\r\n`;
  const lines = fields.map(([name, text]) => `${name}: ${text}\r\n`).join('');
  const head = `OPTIONS ${uri ? value : 'sip:b@127.0.0.1'} SIP/2.0\r\n`;
  return Uint8Array.from(Buffer.from(`${head}${own}${lines}Content-Length: 0\r\n\r\n`, 'latin1'));
}

const msg = new Message();

/** The bytes among others: the trace, whatever stands round them. */
function among(
  bytes: Uint8Array,
  poison: number,
  look: (buf: Uint8Array, start: number, end: number) => string[],
): string[] {
  const buf = new Uint8Array(bytes.length + 80).fill(poison);
  buf.set(bytes, 37);
  return look(buf, 37, 37 + bytes.length);
}

/** The trace of a fixture's bytes: as a datagram, then cut out of a stream that ends at `cuts`. */
export function run(fixture: Pick<Fixture, 'subject' | 'bytes'>, poison: number, cuts: readonly number[]): string[] {
  const bytes = messageOf(fixture);
  if (fixture.subject !== 'message') {
    const { messages, error } = feed(bytes, cuts);
    if (error !== 0 || messages.length !== 1) return [`stream-error: ${errorName(error)}`];
    return among(Buffer.from(messages[0]!, 'latin1'), poison, (buf, start, end) => {
      decode(msg, buf, start, end);
      return valueTrace(msg, fixture.subject);
    });
  }
  const lines = among(bytes, poison, (buf, start, end) => traceOf(msg, buf, start, end));
  const { messages, error, pings, between } = feed(bytes, cuts);
  for (const one of messages) {
    const raw = Buffer.from(one, 'latin1');
    const first = among(raw, poison, (buf, start, end) => traceOf(msg, buf, start, end));
    lines.push(
      `stream: ${raw.length} bytes, ${first[0]!.slice('result: '.length)}, body ${msg.bodyEnd - msg.bodyStart}`,
    );
  }
  if (error !== 0) lines.push(`stream-error: ${errorName(error)}`);
  else if (!between) lines.push('stream-error: ERR_NEED_MORE');
  if (pings > 0) lines.push(`pings: ${pings}`);
  return lines;
}
