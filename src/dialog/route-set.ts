// The route set of a dialog: collected from Record-Route, written as Route lines. Reads one message at a time; keeps nothing of a dialog.

import { Address, readAddress } from '../sip/address.ts';
import { bytesOf, putText, putUnfolded } from '../sip/bytes.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import { isLooseRoute, putRequestUri } from '../sip/uri.ts';

/** Most routes one dialog may have. */
export const MAX_ROUTES = 70;
/** `Route: <` and `>` CR LF. */
export const LINE_BYTES = 11;

/** What is kept of an address. */
const ROUTE = { URI_START: 0, URI_END: 1, PARAMS_START: 2, PARAMS_END: 3 } as const;

const LINE_BEGIN = bytesOf('Route: <');
const GREATER = 62;
const CR = 13;
const LF = 10;

export class RouteSet {
  /** Routes collected, in the order in which requests will carry them. */
  count = 0;
  /** Bytes that all Route lines need at most. */
  bytes = 0;
  private buf: Uint8Array = new Uint8Array(0);
  /** ROUTE cells for each route. */
  private readonly spans = new Int32Array(4 * MAX_ROUTES);
  private readonly one = new Address();

  /** Collects the Record-Route values of `msg`; false when there are too many. Valid as long as the bytes of `msg` are. */
  collect(msg: Message, reversed: boolean): boolean {
    const { one, spans } = this;
    this.buf = msg.buf;
    this.count = 0;
    this.bytes = 0;
    for (let field = msg.first[HEADER.RECORD_ROUTE]!; field !== NONE; field = msg.next[field]!) {
      const end = msg.valueEnd[field]!;
      for (let at = msg.valueStart[field]!; at < end; at++) {
        at = readAddress(msg.buf, at, end, one);
        if (one.uriStart === one.uriEnd) continue;
        if (this.count === MAX_ROUTES) return false;
        const cells = this.count * 4;
        spans[cells + ROUTE.URI_START] = one.uriStart;
        spans[cells + ROUTE.URI_END] = one.uriEnd;
        spans[cells + ROUTE.PARAMS_START] = one.paramsStart;
        spans[cells + ROUTE.PARAMS_END] = one.paramsEnd;
        this.bytes += LINE_BYTES + (one.uriEnd - one.uriStart) + (one.paramsEnd - one.paramsStart);
        this.count++;
      }
    }
    if (reversed) this.reverse();
    return true;
  }

  /** Whether the first route has no lr parameter: a strict router of RFC 2543. */
  isStrict(): boolean {
    return this.count > 0 && !isLooseRoute(this.buf, this.spans[ROUTE.URI_START]!, this.spans[ROUTE.URI_END]!);
  }

  /** Writes the first route as a Request-URI; returns the offset after it. */
  putFirstUri(bytes: Uint8Array, to: number): number {
    return putRequestUri(bytes, to, this.buf, this.spans[ROUTE.URI_START]!, this.spans[ROUTE.URI_END]!);
  }

  /** Writes a Route line for each route from number `from` on, with its parameters; returns the offset after them. */
  putLines(bytes: Uint8Array, to: number, from: number): number {
    const { buf, spans } = this;
    let next = to;
    for (let i = from * 4; i < this.count * 4; i += 4) {
      next = putLineBegin(bytes, next);
      next = putUnfolded(bytes, next, buf, spans[i + ROUTE.URI_START]!, spans[i + ROUTE.URI_END]!);
      bytes[next++] = GREATER;
      next = putUnfolded(bytes, next, buf, spans[i + ROUTE.PARAMS_START]!, spans[i + ROUTE.PARAMS_END]!);
      next = putLineEnd(bytes, next);
    }
    return next;
  }

  private reverse(): void {
    const { spans } = this;
    for (let low = 0, high = (this.count - 1) * 4; low < high; low += 4, high -= 4) {
      for (let i = 0; i < 4; i++) {
        const kept = spans[low + i]!;
        spans[low + i] = spans[high + i]!;
        spans[high + i] = kept;
      }
    }
  }
}

/** Writes `Route: <`. */
export function putLineBegin(bytes: Uint8Array, to: number): number {
  return putText(bytes, to, LINE_BEGIN);
}

function putLineEnd(bytes: Uint8Array, to: number): number {
  bytes[to] = CR;
  bytes[to + 1] = LF;
  return to + 2;
}

/** Writes `>` and the end of the line. */
export function putBracketEnd(bytes: Uint8Array, to: number): number {
  bytes[to] = GREATER;
  return putLineEnd(bytes, to + 1);
}
