// From the bytes of a name to its integer: header fields and methods, by a hash that is always verified. Never guesses.

import { HEADERS, METHOD_NAMES } from './names.ts';

const SIZE = 1024;

interface Names {
  readonly ids: Uint8Array;
  readonly offsets: Int32Array;
  readonly lengths: Uint8Array;
  readonly text: Uint8Array;
}

/** Length, first, second and last byte without case: no two names share a cell (checked when the table is built). */
function cell(length: number, first: number, second: number, last: number): number {
  return (length * 37 + (first & 31) * 131 + (second & 31) * 7 + (last & 31) * 311) & (SIZE - 1);
}

/** Cells with chains: a name that falls on a taken cell goes to the next free one. */
function build(entries: readonly (readonly [name: string, id: number])[]): Names {
  const ids = new Uint8Array(SIZE);
  const offsets = new Int32Array(SIZE);
  const lengths = new Uint8Array(SIZE);
  const text = new Uint8Array(entries.reduce((sum, [name]) => sum + name.length, 0));
  let at = 0;
  for (const [name, id] of entries) {
    const raw = Buffer.from(name);
    let i = cell(raw.length, raw[0]!, raw[1] ?? 0, raw[raw.length - 1]!);
    while (ids[i] !== 0) i = (i + 1) & (SIZE - 1);
    ids[i] = id;
    offsets[i] = at;
    lengths[i] = raw.length;
    text.set(raw, at);
    at += raw.length;
  }
  return { ids, offsets, lengths, text };
}

const FIELDS = build(
  HEADERS.flatMap(([name, compact], id) =>
    id === 0 ? [] : [[name.toLowerCase(), id] as const, ...(compact === '' ? [] : [[compact, id] as const])],
  ),
);
const METHODS = build(METHOD_NAMES.flatMap((name, id) => (id === 0 ? [] : [[name, id] as const])));

/** The header id of a name in any case or in compact form (RFC 3261 §7.3.1, §7.3.3), 0 when it has none. */
export function headerOf(buf: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length <= 0) return 0;
  const { ids, offsets, lengths, text } = FIELDS;
  let i = cell(length, buf[start]!, length > 1 ? buf[start + 1]! : 0, buf[end - 1]!);
  for (; ids[i] !== 0; i = (i + 1) & (SIZE - 1)) {
    if (lengths[i] !== length) continue;
    const at = offsets[i]!;
    let k = 0;
    for (; k < length; k++) {
      const c = buf[start + k]!;
      if ((c >= 65 && c <= 90 ? c | 32 : c) !== text[at + k]) break;
    }
    if (k === length) return ids[i]!;
  }
  return 0;
}

/** The method id of a token, 0 when it is not one of the fourteen; methods are compared with regard to case (RFC 3261 §7.1). */
export function methodOf(buf: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 2) return 0;
  const { ids, offsets, lengths, text } = METHODS;
  let i = cell(length, buf[start]!, buf[start + 1]!, buf[end - 1]!);
  for (; ids[i] !== 0; i = (i + 1) & (SIZE - 1)) {
    if (lengths[i] !== length) continue;
    const at = offsets[i]!;
    let k = 0;
    while (k < length && buf[start + k] === text[at + k]) k++;
    if (k === length) return ids[i]!;
  }
  return 0;
}
