// What each user answers challenges with, in columns: the key and the nonce it was last challenged with, and how often that nonce has served (RFC 7616 §3.4). Sends nothing; decides nothing of when.

import { bytesOf, putHex, putText, rawBytesOf } from '../sip/bytes.ts';
import { type Challenge, hashOf, newCnonce, putHash, quoted, userKey } from '../sip/digest.ts';
import { copyWithin, type Memory } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { putRequest, RequestHashes } from '../sip/request-hashes.ts';

/** What the challenges of one server have in common; hundreds of thousands of users share it. */
interface Space {
  readonly realm: string;
  readonly algorithm: string;
  readonly named: boolean;
  readonly opaque: string | null;
  /** `auth`, `auth-int`, or '' for a server of RFC 2069. */
  readonly qop: string;
  readonly hash: string;
  readonly digits: number;
  readonly session: boolean;
  /** `", realm="…", nonce="`; and what follows the response, up to nc or to the end. */
  readonly middle: Uint8Array;
  readonly tail: Uint8Array;
  readonly qopBytes: Uint8Array;
}

const HEADERS = [bytesOf('Authorization: Digest username="'), bytesOf('Proxy-Authorization: Digest username="')];
const URI = bytesOf('", uri="');
const RESPONSE = bytesOf('", response="');
const CNONCE = bytesOf(', cnonce="');
const QUOTE_LINE = bytesOf('"\r\n');
const LINE = bytesOf('\r\n');
const AUTH_INT = 'auth-int';
const COLON = 58;
const QUOTE = 34;
const NC_DIGITS = 8;
/** A space is a 16-bit number. */
const MOST_SPACES = 65_535;
/** What a challenge may say: more is not answered. */
const LONGEST_CHALLENGE = 8_192;
/** Room for a text that is hashed: a URI of a whole datagram and what stands around it. */
const TEXT_BYTES = 65_536 + 4 * LONGEST_CHALLENGE;
/** Room for one header line: a name and a challenge, escaped, and a URI. */
export const LINE_BYTES = 65_536 + 4 * LONGEST_CHALLENGE;

/** The request that credentials are for: one reused object. URI and body are spans of the block; the body matters where `needsBody`. */
export interface Signed {
  /** The same array for the same method: what was computed for it is found by it. */
  method: Uint8Array;
  uriStart: number;
  uriLength: number;
  bodyStart: number;
  bodyLength: number;
}

export class CredentialColumns {
  private readonly memory: Memory;
  private readonly bytes: Uint8Array;
  private readonly spaces: Space[] = [];
  /** By row: the chunk (offset + 1) with key and nonce, its nonce's length, the space, and nc. */
  private readonly chunk: Int32Array;
  private readonly nonceLength: Uint16Array;
  private readonly space: Uint16Array;
  private readonly nc: Int32Array;
  private readonly cnonce = bytesOf(newCnonce());
  private readonly header: Uint8Array;
  private readonly scratch: number;
  private readonly requests = new RequestHashes();

  /** @param side 0 answers 401, 1 answers 407 */
  constructor(memory: Memory, rows: number, side: 0 | 1) {
    this.memory = memory;
    this.bytes = memory.bytes;
    this.chunk = new Int32Array(rows);
    this.nonceLength = new Uint16Array(rows);
    this.space = new Uint16Array(rows);
    this.nc = new Int32Array(rows);
    this.header = HEADERS[side]!;
    this.scratch = memory.reserve(2 * TEXT_BYTES);
  }

  /** Whether the user of `row` has a nonce to use. */
  ready(row: number): boolean {
    return this.chunk[row] !== 0;
  }

  /** Whether the next answer covers the body. */
  needsBody(row: number): boolean {
    return this.spaces[this.space[row]!]!.qop === AUTH_INT;
  }

  /** Takes a challenge; false when there is no room for it. Texts have a character for each byte. */
  take(row: number, challenge: Challenge, user: string, password: string): boolean {
    const { realm, nonce, opaque } = challenge;
    if (realm.length + nonce.length + (opaque?.length ?? 0) > LONGEST_CHALLENGE) return false;
    const number = this.spaceOf(challenge);
    if (number === NONE) return false;
    const space = this.spaces[number]!;
    const chunk = this.memory.alloc(space.digits + nonce.length);
    if (chunk === NONE) return false;
    const { chunk: chunks } = this;
    if (chunks[row] !== 0 && this.space[row] === number) copyWithin(this.bytes, chunk, chunks[row]! - 1, space.digits);
    else this.put(chunk, userKey(challenge.algorithm, user, realm, password));
    this.put(chunk + space.digits, nonce);
    this.free(row);
    chunks[row] = chunk + 1;
    this.nonceLength[row] = nonce.length;
    this.space[row] = number;
    this.nc[row] = 0;
    return true;
  }

  private free(row: number): void {
    if (this.chunk[row] === 0) return;
    this.memory.free(this.chunk[row]! - 1, this.spaces[this.space[row]!]!.digits + this.nonceLength[row]!);
    this.chunk[row] = 0;
  }

  private put(at: number, text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes[at + i] = text.charCodeAt(i);
  }

  private spaceOf({ realm, algorithm, named, opaque, qop }: Challenge): number {
    // RFC 7616 §3.4: auth where it is offered; no qop for a server of RFC 2069.
    const chosen = qop.includes('auth') ? 'auth' : qop.length > 0 ? AUTH_INT : '';
    const known = this.spaces.findIndex(
      (s) =>
        s.realm === realm && s.algorithm === algorithm && s.named === named && s.opaque === opaque && s.qop === chosen,
    );
    if (known >= 0) return known;
    if (this.spaces.length === MOST_SPACES) return NONE;
    const { hash, digits, session } = hashOf(algorithm);
    const tail =
      (named ? `", algorithm=${algorithm}` : '"') +
      (opaque === null ? '' : `, opaque=${quoted(opaque)}`) +
      (chosen === '' ? '' : `, qop=${chosen}, nc=`);
    const middle = `", realm=${quoted(realm)}, nonce="`;
    const bytes = { middle: rawBytesOf(middle), tail: rawBytesOf(tail), qopBytes: bytesOf(chosen) };
    this.spaces.push({ realm, algorithm, named, opaque, qop: chosen, hash, digits, session, ...bytes });
    return this.spaces.length - 1;
  }

  /**
   * Writes the header line for the request `r` of `row` at `at`, and counts nc up; returns the offset after it.
   * `name`: where the user's name stands.
   */
  putLine(row: number, at: number, name: Uint8Array, nameStart: number, nameEnd: number, r: Signed): number {
    const { bytes, cnonce } = this;
    const space = this.spaces[this.space[row]!]!;
    const nonce = this.chunk[row]! - 1 + space.digits;
    const nonceLength = this.nonceLength[row]!;
    let to = putText(bytes, at, this.header);
    for (let i = nameStart; i < nameEnd; i++) {
      if (name[i] === QUOTE || name[i] === 92) bytes[to++] = 92;
      bytes[to++] = name[i]!;
    }
    to = putText(bytes, to, space.middle);
    // RFC 7616 §3.3: a nonce is opaque text; what would end its quotes was escaped when it came.
    for (let i = 0; i < nonceLength; i++) {
      const c = bytes[nonce + i]!;
      if (c === QUOTE || c === 92) bytes[to++] = 92;
      bytes[to++] = c;
    }
    to = putText(bytes, to, URI);
    copyWithin(bytes, to, r.uriStart, r.uriLength);
    to = putText(bytes, to + r.uriLength, RESPONSE);
    const nc = ++this.nc[row]!;
    this.putResponse(space, row, nc, r, to);
    to = putText(bytes, to + space.digits, space.tail);
    if (space.qop !== '') {
      // RFC 7616 §3.4: eight hexadecimal digits, from 00000001.
      putHex(bytes, to, nc, NC_DIGITS);
      to += NC_DIGITS;
    }
    // RFC 7616 §3.4.2: the session key of a -sess algorithm is made with the cnonce, so that it is told also without qop.
    if (space.qop === '' && !space.session) return putText(bytes, to, LINE);
    to = putText(bytes, to, CNONCE);
    to = putText(bytes, to, cnonce);
    return putText(bytes, to, QUOTE_LINE);
  }

  /** RFC 7616 §3.4.1: the value of `response`, written at `at`. */
  private putResponse(space: Space, row: number, nc: number, r: Signed, at: number): void {
    const { bytes, scratch, cnonce } = this;
    const { hash, digits } = space;
    const key = this.chunk[row]! - 1;
    const nonceLength = this.nonceLength[row]!;
    // H(A2) stands at the end of what is hashed last: it is put together behind it and moved there.
    const half = scratch + TEXT_BYTES;
    this.putHalf(space, r, half);

    copyWithin(bytes, scratch, key, digits);
    let to = scratch + digits;
    if (space.session) {
      // RFC 7616 §3.4.2: A1 of a session.
      bytes[to++] = COLON;
      copyWithin(bytes, to, key + digits, nonceLength);
      to += nonceLength;
      bytes[to++] = COLON;
      to = putText(bytes, to, cnonce);
      to = putHash(hash, bytes, scratch, to, bytes, scratch);
    }
    bytes[to++] = COLON;
    copyWithin(bytes, to, key + digits, nonceLength);
    to += nonceLength;
    bytes[to++] = COLON;
    if (space.qop !== '') {
      putHex(bytes, to, nc, NC_DIGITS);
      to += NC_DIGITS;
      bytes[to++] = COLON;
      to = putText(bytes, to, cnonce);
      bytes[to++] = COLON;
      to = putText(bytes, to, space.qopBytes);
      bytes[to++] = COLON;
    }
    copyWithin(bytes, to, half, digits);
    putHash(hash, bytes, scratch, to + digits, bytes, at);
  }

  /** RFC 7616 §3.4.3: H(A2), written at `at`. */
  private putHalf({ hash, qop }: Space, r: Signed, at: number): void {
    const { bytes } = this;
    const uriEnd = r.uriStart + r.uriLength;
    if (qop !== AUTH_INT) {
      this.requests.put(hash, r.method, bytes, r.uriStart, uriEnd, bytes, at);
      return;
    }
    // RFC 7616 §3.4.3: auth-int covers the body too.
    let to = putRequest(r.method, bytes, r.uriStart, uriEnd, bytes, at);
    bytes[to++] = COLON;
    to = putHash(hash, bytes, r.bodyStart, r.bodyStart + r.bodyLength, bytes, to);
    putHash(hash, bytes, at, to, bytes, at);
  }
}
