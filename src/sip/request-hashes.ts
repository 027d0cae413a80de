// H(A2) of digest (RFC 7616 §3.4.3) for requests whose body is not covered: that of the last URI of each method is kept, since the URIs of a call are mostly those of the call before.

import { equalSpans, putText } from './bytes.ts';
import { putHash } from './digest.ts';

const DIGITS_MAX = 64;
/** A longer URI is hashed each time. */
const KEPT_URI = 256;
const COLON = 58;

interface Kept {
  hash: string;
  readonly uri: Uint8Array;
  uriLength: number;
  readonly digits: Uint8Array;
  digitsLength: number;
}

export class RequestHashes {
  /** Weak, for the array of a method that nobody knows is that of one request. */
  private readonly byMethod = new WeakMap<Uint8Array, Kept>();

  /**
   * Writes H(A2) at `at` of `out`, with room for method and URI behind it; returns the offset after it.
   * @param method the same array for the same method
   */
  put(
    hash: string,
    method: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
    out: Uint8Array,
    at: number,
  ): number {
    let kept = this.byMethod.get(method);
    if (kept === undefined) {
      const room = { uri: new Uint8Array(KEPT_URI), digits: new Uint8Array(DIGITS_MAX) };
      kept = { hash: '', uriLength: 0, digitsLength: 0, ...room };
      this.byMethod.set(method, kept);
    }
    if (kept.hash === hash && equalSpans(kept.uri, 0, kept.uriLength, bytes, start, end)) {
      for (let i = 0; i < kept.digitsLength; i++) out[at + i] = kept.digits[i]!;
      return at + kept.digitsLength;
    }
    const last = putHash(hash, out, at, putRequest(method, bytes, start, end, out, at), out, at);
    if (end - start > KEPT_URI) return last;
    kept.hash = hash;
    kept.uriLength = end - start;
    for (let i = start; i < end; i++) kept.uri[i - start] = bytes[i]!;
    kept.digitsLength = last - at;
    for (let i = at; i < last; i++) kept.digits[i - at] = out[i]!;
    return last;
  }
}

/** Writes `method:uri`, the text of A2; returns the offset after it. */
export function putRequest(
  method: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  let to = putText(out, at, method);
  out[to++] = COLON;
  for (let i = start; i < end; i++) out[to++] = bytes[i]!;
  return to;
}
