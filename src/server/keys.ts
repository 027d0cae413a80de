// Keys of what the reference server keeps: the resource a URI names, and single spans, as 64-bit hashes. Allocates nothing.

import { finishHash, mixSpan } from '../sip/hash.ts';
import { NONE } from '../sip/message.ts';
import { readUri, Uri } from '../sip/uri.ts';
import { putUnescaped } from '../sip/uri-compare.ts';
import { byteAt, viewOf } from '../sip/words.ts';

const PERCENT = 37;
const uri = new Uri();
/** A user part without its escapes. */
const plain = new Uint8Array(65_536);

/**
 * The key of the resource that the URI in `[start, end)` names: user part without escapes, host in any case, without port and
 * parameters (RFC 3261 §10.3 step 5). Mixed into `out`, which the caller has seeded.
 */
export function mixResource(buf: Uint8Array, start: number, end: number, out: Int32Array): void {
  readUri(buf, start, end, uri);
  if (uri.userStart === NONE) mixSpan(buf, start, start, 0, out);
  else if (byteAt(viewOf(buf), buf, uri.userStart, uri.userEnd, PERCENT) < uri.userEnd)
    mixSpan(plain, 0, putUnescaped(plain, 0, buf, uri.userStart, uri.userEnd), 0, out);
  else mixSpan(buf, uri.userStart, uri.userEnd, 0, out);
  mixSpan(buf, uri.hostStart, uri.hostEnd, 0x20202020, out);
}

/** The hash of a span alone. */
export function hashSpan(buf: Uint8Array, start: number, end: number, out: Int32Array): void {
  out[0] = 1;
  out[1] = 2;
  mixSpan(buf, start, end, 0, out);
  finishHash(out);
}
