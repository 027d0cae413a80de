// RFC 4475 and 5118: what the decoder makes of every torture message, with the reason wherever it differs from the catalogue.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cseqMethodFits, decode } from './decode.ts';
import * as ERR from './errors.ts';
import { Message } from './message.ts';

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
const GRAMMAR =
  'the grammar inside an address or date is not looked at when a message is decoded: who uses the value reads it, and load does not';

/** Rejected messages and how; everything else is accepted. */
const REJECTED: Readonly<Record<string, number>> = {
  baddn: ERR.ERR_NO_END, // as archived the empty line is missing, before the display name matters
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

/** Where the catalogue has the message rejected and we accept it. */
const LENIENT: Readonly<Record<string, string>> = {
  badaspec: GRAMMAR,
  baddate: GRAMMAR,
  escruri: GRAMMAR,
  regbadct: GRAMMAR,
  'ipv6-bad': GRAMMAR,
};

/** Classes of the catalogue that a parser must reject. */
const INVALID = new Set(['invalid', 'invalid-response']);
/** Well-formed to the letter of the grammar, or an application's to judge, and rejected by us as the catalogue expects (400). */
const REJECTED_THOUGH_PARSED = new Set(['insuf', 'mcl01', 'multi01']);

const entries: [string, Entry][] = [];
if (have) {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, Entry[]>;
  for (const set of ['rfc4475', 'rfc5118'])
    for (const entry of manifest[set]!) entries.push([`${set} ${entry.name}`, entry]);
}

describe.skipIf(!have)('torture messages', () => {
  const msg = new Message();

  test('all 61 are here', () => {
    expect(entries.length).toBe(61);
  });

  test.each(entries)('%s', (_name, { name, file, wire, klass }) => {
    const raw = readFileSync(join(folder, wire ?? file));
    // Poison round the message must not matter.
    const buf = new Uint8Array(raw.length + 200).fill(58);
    buf.set(raw, 100);
    let result = decode(msg, buf, 100, 100 + raw.length);
    if (result === 0 && msg.isRequest && !cseqMethodFits(msg)) result = MISMATCH;
    expect(result).toBe(REJECTED[name] ?? 0);

    const mustReject = INVALID.has(klass) || REJECTED_THOUGH_PARSED.has(name);
    const reason = LENIENT[name];
    if (reason !== undefined) expect(mustReject && result === 0, `${name} is listed as lenient: ${reason}`).toBe(true);
    else expect(result !== 0).toBe(mustReject);
  });
});
