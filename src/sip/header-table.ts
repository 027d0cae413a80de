// From the bytes of a name to its integer: header fields and methods, by a hash of the first four bytes that is always verified word by word. Never guesses.

import { HEADER, HEADERS, METHOD, METHOD_NAMES } from './names.ts';
import { TOKEN } from './scan.ts';

const COLON = 58;
/** Words of the longest name, the last of which overlaps the one before where the length is no multiple of four. */
const ROW_WORDS = 8;
const ROWS = HEADERS.length + METHOD_NAMES.length + 1;

// One row for each name of four bytes or more; row 0 is none. Rows of one hash are chained, the frequent first (the order of names.ts).
const ids = new Uint8Array(ROWS);
const lengths = new Uint8Array(ROWS);
const nexts = new Uint8Array(ROWS);
const texts = new Int32Array(ROWS * ROW_WORDS);
/** Bits that are set before comparing: letters of header names lose their case, all else is as it is. */
const folds = new Int32Array(ROWS * ROW_WORDS);
const headerHeads = new Uint8Array(256);
const methodHeads = new Uint8Array(256);

const compacts = new Uint8Array(256);
const TO = 0x6f74;
const VIA = 0x616976;
const ACK = 0x4b4341;
const BYE = 0x455942;

/** The hash of four bytes of a header name in any case. */
function bucket(word: number): number {
  return Math.imul(word | 0x20202020, 0x9e3779b1) >>> 24;
}

let rows = 1;

function addRow(heads: Uint8Array, name: string, id: number, fold: boolean): void {
  const raw = Buffer.from(fold ? name.toLowerCase() : name);
  const mask = Buffer.from(raw.map((c) => (fold && c >= 97 && c <= 122 ? 32 : 0)));
  const row = rows++;
  for (let at = 0, cell = row * ROW_WORDS; at < raw.length; at += 4, cell++) {
    const from = Math.min(at, raw.length - 4);
    texts[cell] = raw.readInt32LE(from);
    folds[cell] = mask.readInt32LE(from);
  }
  ids[row] = id;
  lengths[row] = raw.length;
  const hash = bucket(raw.readInt32LE(0));
  if (heads[hash] === 0) heads[hash] = row;
  else {
    let before = heads[hash]!;
    while (nexts[before] !== 0) before = nexts[before]!;
    nexts[before] = row;
  }
}

HEADERS.forEach(([name, compact], id) => {
  if (name.length >= 4) addRow(headerHeads, name, id, true);
  if (compact === '') return;
  compacts[compact.charCodeAt(0)] = id;
  compacts[compact.toUpperCase().charCodeAt(0)] = id;
});
METHOD_NAMES.forEach((name, id) => {
  if (id !== 0 && name.length >= 4) addRow(methodHeads, name, id, false);
});

/** Whether the words at `at` are those of `row`; its length has been found to fit. */
function isRow(words: DataView, at: number, row: number): boolean {
  const last = at + lengths[row]! - 4;
  let cell = row * ROW_WORDS;
  for (let p = at; p < last; p += 4, cell++) if ((words.getInt32(p, true) | folds[cell]!) !== texts[cell]) return false;
  return (words.getInt32(last, true) | folds[cell]!) === texts[cell];
}

/**
 * The header field whose name, in any case or compact (RFC 3261 §7.3.1, §7.3.3), stands at `at` with a colon right behind it.
 * @returns its id, and above bit 8 the length of its name; 0 for every other line: an unknown name, white space before the colon, less than four bytes
 */
export function headerAt(words: DataView, buf: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return 0;
  const word = words.getInt32(at, true);
  if ((word & 0xff00) === 0x3a00) {
    const id = compacts[word & 0xff]!;
    return id === 0 ? 0 : (1 << 8) | id;
  }
  if ((word & 0xff0000) === 0x3a0000) return ((word | 0x2020) & 0xffff) === TO ? (2 << 8) | HEADER.TO : 0;
  if (word >>> 24 === 0x3a) return ((word | 0x202020) & 0xffffff) === VIA ? (3 << 8) | HEADER.VIA : 0;
  for (let row = headerHeads[bucket(word)]!; row !== 0; row = nexts[row]!) {
    const length = lengths[row]!;
    if (at + length < end && buf[at + length] === COLON && isRow(words, at, row)) return (length << 8) | ids[row]!;
  }
  return 0;
}

/** The id of the header field name `[start, end)`, in any case or in compact form; 0 when it has none. */
export function headerOf(words: DataView, buf: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 1) return compacts[buf[start]!]!;
  if (length === 2) return ((words.getInt16(start, true) | 0x2020) & 0xffff) === TO ? HEADER.TO : 0;
  if (length === 3)
    return ((words.getInt16(start, true) & 0xffff) | (buf[start + 2]! << 16) | 0x202020) === VIA ? HEADER.VIA : 0;
  if (length < 4) return 0;
  for (let row = headerHeads[bucket(words.getInt32(start, true))]!; row !== 0; row = nexts[row]!)
    if (lengths[row] === length && isRow(words, start, row)) return ids[row]!;
  return 0;
}

/**
 * The method whose name stands at `at` and ends there: methods are compared with regard to case (RFC 3261 §7.1).
 * @returns its id, and above bit 8 the length of its name; 0 when it is not one of the fourteen
 */
export function methodAt(words: DataView, buf: Uint8Array, at: number, end: number): number {
  if (at + 3 > end) return 0;
  const three = (words.getInt16(at, true) & 0xffff) | (buf[at + 2]! << 16);
  if (three === ACK || three === BYE) {
    if (at + 3 < end && TOKEN[buf[at + 3]!] === 1) return 0;
    return (3 << 8) | (three === ACK ? METHOD.ACK : METHOD.BYE);
  }
  if (at + 4 > end) return 0;
  for (let row = methodHeads[bucket(words.getInt32(at, true))]!; row !== 0; row = nexts[row]!) {
    const after = at + lengths[row]!;
    if (after > end || !isRow(words, at, row)) continue;
    if (after < end && TOKEN[buf[after]!] === 1) continue;
    return (lengths[row]! << 8) | ids[row]!;
  }
  return 0;
}
