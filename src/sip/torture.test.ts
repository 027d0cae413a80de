// RFC 4475 and 5118: what the decoder makes of every torture message, with the reason wherever it differs from the catalogue.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Address, isAddress, readAddress } from './address.ts';
import { cseqMethodFits, decode } from './decode.ts';
import * as ERR from './errors.ts';
import { BAD, Message, NONE } from './message.ts';
import { HEADER } from './names.ts';
import { isHost, readUri, Uri } from './uri.ts';
import { readViaParm, ViaParm } from './via.ts';

const folder = join(process.env.BUSYHOUR_SHARED ?? join(import.meta.dirname, '../../../shared'), 'torture');
const have = existsSync(join(folder, 'manifest.json'));
if (!have && process.env.REQUIRE_SHARED === '1') throw new Error(`${folder} is absent`);

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly wire?: string;
  readonly klass: string;
}

/** The CSeq method is not that of the request: it can be read, and is answered 400 (engine/server.ts). */
const MISMATCH = 1;

/** Rejected messages and how; everything else is accepted. */
const REJECTED: Readonly<Record<string, number>> = {
  baddn: ERR.ERR_NO_END,
  badinv01: ERR.ERR_VIA,
  badvers: ERR.ERR_VERSION,
  bigcode: ERR.ERR_STATUS,
  clerr: ERR.ERR_BODY_SHORT,
  insuf: ERR.ERR_MISSING,
  ltgtruri: ERR.ERR_START_LINE,
  lwsruri: ERR.ERR_START_LINE,
  lwsstart: ERR.ERR_START_LINE,
  mcl01: ERR.ERR_DUPLICATE,
  mismatch01: MISMATCH,
  mismatch02: MISMATCH,
  multi01: ERR.ERR_DUPLICATE,
  ncl: ERR.ERR_CONTENT_LENGTH,
  quotbal: ERR.ERR_ADDRESS,
  scalar02: ERR.ERR_CSEQ,
  scalarlg: ERR.ERR_CSEQ,
  trws: ERR.ERR_START_LINE,
};

/** Classes of the catalogue that a parser must reject. */
const INVALID = new Set(['invalid', 'invalid-response']);

interface Difference {
  readonly reason: string;
  /** Whether the reader of the value in question refuses it; null where there is none. */
  readonly refused: ((msg: Message) => boolean) | null;
}

const ON_USE =
  'the grammar inside of this value is not looked at when a message is decoded; who uses the value reads it, and that reader refuses it';

/** Where the catalogue has the message rejected and the decoder accepts it. */
const LENIENT: Readonly<Record<string, Difference>> = {
  badaspec: {
    reason: `RFC 3261 §25.1: no white space between brackets and addr-spec: ${ON_USE}`,
    refused: (msg) => !addressesHold(msg, HEADER.TO) || !addressesHold(msg, HEADER.FROM),
  },
  baddate: {
    reason:
      'RFC 3261 §20.17: Date is GMT: nothing here uses Date, so nothing reads it; the catalogue lets who needs no Date accept',
    refused: null,
  },
  escruri: {
    reason: `RFC 3261 §19.1.1: no headers in a Request-URI: ${ON_USE}, and putRequestUri leaves them out`,
    refused: (msg) => {
      readUri(msg.buf, msg.uriStart, msg.uriEnd, uri);
      return uri.headersStart !== NONE;
    },
  },
  regbadct: {
    reason: `RFC 3261 §20: a URI with a question mark stands in brackets: ${ON_USE}`,
    refused: (msg) => !addressesHold(msg, HEADER.CONTACT),
  },
  'ipv6-bad': {
    reason: `RFC 3261 §25.1, RFC 5118 §4.2: an IPv6 address in a URI stands in brackets: ${ON_USE}`,
    refused: (msg) => readUri(msg.buf, msg.uriStart, msg.uriEnd, uri) === BAD,
  },
};

/** Well-formed to the letter, or an application's to judge by the catalogue, and rejected by the decoder; the catalogue expects 400 all the same. */
const STRICT: Readonly<Record<string, string>> = {
  insuf: 'RFC 3261 §8.1.1: a request without From, To, Call-ID or CSeq belongs to no transaction',
  mcl01: 'RFC 3261 §20.14: two lengths leave it open where the body ends',
  multi01: 'RFC 3261 §7.3.1: From, To, Call-ID and CSeq stand once; which of two is meant cannot be known',
};

const uri = new Uri();
const address = new Address();
const via = new ViaParm();

/** Whether every value of header `id` is an address, and its URI by the grammar. */
function addressesHold(msg: Message, id: number): boolean {
  for (let field = msg.first[id]!; field !== NONE; field = msg.next[field]!) {
    const end = msg.valueEnd[field]!;
    if (msg.buf[msg.valueStart[field]!] === 42) continue;
    for (let at = msg.valueStart[field]!; at < end; at++) {
      at = readAddress(msg.buf, at, end, address);
      if (!isAddress(msg.buf, address)) return false;
      if (readUri(msg.buf, address.uriStart, address.uriEnd, uri) === BAD) return false;
    }
  }
  return true;
}

function valuesHold(msg: Message): boolean {
  if (msg.isRequest && readUri(msg.buf, msg.uriStart, msg.uriEnd, uri) === BAD) return false;
  for (let field = msg.first[HEADER.VIA]!; field !== NONE; field = msg.next[field]!) {
    const end = msg.valueEnd[field]!;
    for (let at = msg.valueStart[field]!; at < end; at++) {
      at = readViaParm(msg.buf, at, end, via);
      if (at === BAD || !isHost(msg.buf, via.hostStart, via.hostEnd)) return false;
    }
  }
  return [HEADER.FROM, HEADER.TO, HEADER.CONTACT, HEADER.ROUTE, HEADER.RECORD_ROUTE].every((id) =>
    addressesHold(msg, id),
  );
}

const entries: [string, Entry][] = [];
if (have) {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, Entry[]>;
  for (const set of ['rfc4475', 'rfc5118'])
    for (const entry of manifest[set]!) entries.push([`${set} ${entry.name}`, entry]);
}

describe.skipIf(!have)('torture messages', () => {
  const msg = new Message();

  /** Decodes a file of the folder in the middle of colons. */
  const decodeFile = (file: string, end = '') => {
    const raw = Buffer.concat([readFileSync(join(folder, file)), Buffer.from(end)]);
    const buf = new Uint8Array(raw.length + 200).fill(58);
    buf.set(raw, 100);
    const result = decode(msg, buf, 100, 100 + raw.length);
    return result === 0 && msg.isRequest && !cseqMethodFits(msg) ? MISMATCH : result;
  };

  test('all 61 are here, and each name of the tables is one of them', () => {
    expect(entries.length).toBe(61);
    const names = new Set(entries.map(([, { name }]) => name));
    expect(names.size).toBe(61);
    for (const table of [REJECTED, LENIENT, STRICT])
      expect(Object.keys(table).filter((name) => !names.has(name))).toEqual([]);
    for (const [name, { reason }] of Object.entries(LENIENT)) expect(reason, name).toMatch(/^RFC \d+ §/);
    for (const [name, reason] of Object.entries(STRICT)) expect(reason, name).toMatch(/^RFC \d+ §/);
  });

  test.each(entries)('%s', (_name, { name, file, wire, klass }) => {
    const result = decodeFile(wire ?? file);
    expect(result).toBe(REJECTED[name] ?? 0);

    // The catalogue, but for the differences that have a reason.
    const lenient = LENIENT[name];
    expect(result !== 0).toBe((INVALID.has(klass) && lenient === undefined) || STRICT[name] !== undefined);
    if (lenient !== undefined) {
      expect(INVALID.has(klass)).toBe(true);
      if (lenient.refused !== null) expect(lenient.refused(msg), lenient.reason).toBe(true);
    } else if (result === 0) expect(valuesHold(msg)).toBe(true);
  });

  test('baddn as archived lacks its empty line; with it, the display name of words and a comma is borne', () => {
    // RFC 3261 §25.1: a display name is tokens or a quoted string. Nothing here uses the name, and the tag is found; a list reader takes the comma for the end of an address.
    expect(decodeFile('rfc4475/baddn.dat', '\r\n')).toBe(0);
    expect(addressesHold(msg, HEADER.FROM)).toBe(false);
  });
});
