// The server's side of digest (RFC 7616, RFC 8760, RFC 3261 §22): nonces issued and remembered, credentials verified on bytes. For a request nothing is made but what a hash leaves behind. Opens nothing.

import { bytesOf, equalSpans, equalsIgnoreCase, putHex, putText, rawBytesOf, readHex, sameLetters } from './bytes.ts';
import { readAuthParam, readScheme } from './challenge.ts';
import { ALGORITHM_NAMES, hashOf, newCnonce, putHash, quoted, userKey } from './digest.ts';
import { NONE } from './message.ts';
import { Param } from './params.ts';
import { putRequest, RequestHashes } from './request-hashes.ts';
import { putUnquoted, type Span } from './scan.ts';

/** What `Gate.check` finds. */
export const VERDICT = { OK: 0, NONE: 1, STALE: 2, WRONG: 3, BROKEN: 4 } as const;

const NONCE_LIFE_S = 300;
/** Nonces that are remembered: an older one is stale. A user who stays registered uses one again and again. */
const MOST_NONCES = 524_288;
/** Of a nonce: its number, and what nobody can guess of it. */
const NUMBER_DIGITS = 8;
const NONCE_DIGITS = NUMBER_DIGITS + 16;

/** Parameters of credentials that are looked at, by position. */
const NAMES = ['username', 'realm', 'nonce', 'uri', 'response', 'algorithm', 'qop', 'nc', 'cnonce', 'username*'].map(
  (name) => bytesOf(name),
);
const P = {
  USERNAME: 0,
  REALM: 1,
  NONCE: 2,
  URI: 3,
  RESPONSE: 4,
  ALGORITHM: 5,
  QOP: 6,
  NC: 7,
  CNONCE: 8,
  OTHER_USERNAME: 9,
} as const;
/** Parameters one value may have; more are broken. */
const MOST_PARAMS = 32;
const LONGEST_VALUE = 65_536;
/** Room for a text that is hashed: such values and what stands around them. */
const TEXT_BYTES = LONGEST_VALUE + 1_024;
/** A longer name is hashed each time. */
const KEPT_USER = 256;

const DIGEST = bytesOf('digest');
const AUTH = bytesOf('auth');
const AUTH_INT = bytesOf('auth-int');
const ALGORITHMS = ALGORITHM_NAMES.map((name) => ({ name, lower: bytesOf(name.toLowerCase()), ...hashOf(name) }));
type Algorithm = (typeof ALGORITHMS)[number];
const COLON = 58;
const NC_DIGITS = 8;

/** H(A1) of the last user. */
interface UserKey {
  readonly user: Uint8Array;
  readonly key: Uint8Array;
}

export class Gate {
  readonly realm: string;
  private readonly realmBytes: Uint8Array;
  private readonly passwordOf: (user: string) => string | null;
  private issued = 0;
  /** By number of a nonce, the last ones: its secret half, when it was issued, and the highest nc that has come with it. */
  private readonly numbers: Int32Array;
  private readonly secretA: Int32Array;
  private readonly secretB: Int32Array;
  private readonly issuedS: Float64Array;
  private readonly counts: Uint32Array;
  /** Values without their quotes, and the texts that are hashed. */
  private readonly work = new Uint8Array(LONGEST_VALUE + 2 * TEXT_BYTES);
  private readonly starts = new Int32Array(NAMES.length);
  private readonly ends = new Int32Array(NAMES.length);
  private readonly nameStarts = new Int32Array(MOST_PARAMS);
  private readonly nameEnds = new Int32Array(MOST_PARAMS);
  private readonly param = new Param();
  private readonly scheme: Span = { start: 0, end: 0 };
  private readonly bad = new Int32Array(1);
  private readonly keys = new Map<string, UserKey>();
  private readonly requests = new RequestHashes();

  /** @param passwordOf null for a user who is not known; both texts have a character for each byte */
  constructor(realm: string, passwordOf: (user: string) => string | null, mostNonces = MOST_NONCES) {
    this.realm = realm;
    this.numbers = new Int32Array(mostNonces);
    this.secretA = new Int32Array(mostNonces);
    this.secretB = new Int32Array(mostNonces);
    this.issuedS = new Float64Array(mostNonces);
    this.counts = new Uint32Array(mostNonces);
    this.realmBytes = rawBytesOf(realm);
    this.passwordOf = passwordOf;
  }

  /** The values of a challenge with a new nonce, one for each algorithm. */
  challenges(nowS: number, algorithms: readonly string[], stale: boolean): string[] {
    const head = `Digest realm=${quoted(this.realm)}, nonce="${this.issue(nowS)}", algorithm=`;
    const tail = `, qop="auth,auth-int"${stale ? ', stale=true' : ''}`;
    return algorithms.map((algorithm) => head + algorithm + tail);
  }

  private issue(nowS: number): string {
    const { work, bad } = this;
    const number = ++this.issued | 0;
    const slot = (number >>> 0) % this.numbers.length;
    putHex(work, 0, number, NUMBER_DIGITS);
    putText(work, NUMBER_DIGITS, bytesOf(newCnonce()));
    this.numbers[slot] = number;
    this.secretA[slot] = readHex(work, NUMBER_DIGITS, 8, bad);
    this.secretB[slot] = readHex(work, NUMBER_DIGITS + 8, 8, bad);
    this.issuedS[slot] = nowS;
    this.counts[slot] = 0;
    return Buffer.from(work.buffer, 0, NONCE_DIGITS).toString('latin1');
  }

  /** Judges one Authorization value, `[start, end)`; the body is a span of the same bytes. RFC 7616 §3.4, RFC 3261 §22.4. */
  check(
    bytes: Uint8Array,
    start: number,
    end: number,
    method: Uint8Array,
    bodyStart: number,
    bodyEnd: number,
    nowS: number,
  ): number {
    const { scheme } = this;
    const first = readScheme(bytes, start, end, scheme);
    if (first <= scheme.end || first >= end || !equalsIgnoreCase(bytes, scheme.start, scheme.end, DIGEST))
      return VERDICT.NONE;
    if (!this.read(bytes, first, end)) return VERDICT.BROKEN;
    // RFC 3261 §22.4: the uri may differ from the Request-URI, which a proxy may have changed; what was signed is the uri.
    if (!this.has(P.USERNAME) || !this.has(P.NONCE) || !this.has(P.RESPONSE) || !this.has(P.URI)) return VERDICT.BROKEN;
    // RFC 7616 §3.4: one name of the user, not two.
    if (this.has(P.OTHER_USERNAME)) return VERDICT.BROKEN;
    if (!this.has(P.REALM) || !this.isText(P.REALM, this.realmBytes)) return VERDICT.NONE;
    const algorithm = this.algorithm();
    if (algorithm === null) return VERDICT.BROKEN;
    const counted = this.has(P.QOP) && this.length(P.QOP) > 0;
    if (counted && !this.isCounted()) return VERDICT.BROKEN;
    const slot = this.slotOf();
    if (slot === NONE) return VERDICT.STALE;
    if (!this.putKey(algorithm, LONGEST_VALUE)) return VERDICT.WRONG;
    const half = LONGEST_VALUE + TEXT_BYTES;
    let halfEnd = 0;
    if (counted && this.isWord(P.QOP, AUTH_INT)) {
      // RFC 7616 §3.4.3: auth-int covers the body too.
      halfEnd = putRequest(method, this.work, this.starts[P.URI]!, this.ends[P.URI]!, this.work, half);
      this.work[halfEnd] = COLON;
      halfEnd = putHash(algorithm.hash, bytes, bodyStart, bodyEnd, this.work, halfEnd + 1);
      halfEnd = putHash(algorithm.hash, this.work, half, halfEnd, this.work, half);
    } else {
      const { work, starts, ends } = this;
      halfEnd = this.requests.put(algorithm.hash, method, work, starts[P.URI]!, ends[P.URI]!, work, half);
    }
    if (!this.isResponse(algorithm, counted, half, halfEnd)) return VERDICT.WRONG;
    if (nowS - this.issuedS[slot]! > NONCE_LIFE_S) return VERDICT.STALE;
    // RFC 7616 §3.4: a count that does not rise is a replay; without one a nonce serves once.
    const count = counted ? this.count() : 1;
    if (count <= this.counts[slot]!) return VERDICT.STALE;
    this.counts[slot] = count;
    return VERDICT.OK;
  }

  /** Reads the parameters, the values of those in NAMES without quotes and escapes to the beginning of `work`; false when they are broken. */
  private read(bytes: Uint8Array, from: number, end: number): boolean {
    const { work, param, starts, ends } = this;
    if (end - from > LONGEST_VALUE) return false;
    starts.fill(NONE);
    let to = 0;
    let count = 0;
    let at = readAuthParam(bytes, from, end, param);
    for (; at >= 0; at = readAuthParam(bytes, at, end, param)) {
      if (count === MOST_PARAMS || this.isRepeated(bytes, count)) return false;
      this.nameStarts[count] = param.nameStart;
      this.nameEnds[count++] = param.nameEnd;
      for (let i = 0; i < NAMES.length; i++) {
        if (!equalsIgnoreCase(bytes, param.nameStart, param.nameEnd, NAMES[i]!)) continue;
        starts[i] = to;
        to = putUnquoted(work, to, bytes, param.valueStart, param.valueEnd);
        ends[i] = to;
      }
    }
    return at === NONE;
  }

  /** RFC 7616 §3.3: a parameter stands once. */
  private isRepeated(bytes: Uint8Array, count: number): boolean {
    const { param, nameStarts, nameEnds } = this;
    for (let i = 0; i < count; i++)
      if (sameLetters(bytes, nameStarts[i]!, nameEnds[i]!, param.nameStart, param.nameEnd)) return true;
    return false;
  }

  private has(p: number): boolean {
    return this.starts[p] !== NONE;
  }

  private length(p: number): number {
    return this.ends[p]! - this.starts[p]!;
  }

  private isText(p: number, text: Uint8Array): boolean {
    return equalSpans(this.work, this.starts[p]!, this.ends[p]!, text, 0, text.length);
  }

  private isWord(p: number, lower: Uint8Array): boolean {
    return equalsIgnoreCase(this.work, this.starts[p]!, this.ends[p]!, lower);
  }

  /** RFC 7616 §3.3: MD5 where none is named. Null for one that is not known. */
  private algorithm(): Algorithm | null {
    if (!this.has(P.ALGORITHM)) return ALGORITHMS[0]!;
    for (let i = 0; i < ALGORITHMS.length; i++)
      if (this.isWord(P.ALGORITHM, ALGORITHMS[i]!.lower)) return ALGORITHMS[i]!;
    return null;
  }

  /** RFC 7616 §3.4: qop is one that was offered, and nc (eight digits) and cnonce come with it. */
  private isCounted(): boolean {
    if (!this.isWord(P.QOP, AUTH) && !this.isWord(P.QOP, AUTH_INT)) return false;
    return this.has(P.NC) && this.count() >= 0 && this.has(P.CNONCE) && this.length(P.CNONCE) > 0;
  }

  /** The value of nc; NONE when it is none. */
  private count(): number {
    const { work, starts } = this;
    if (this.length(P.NC) !== NC_DIGITS) return NONE;
    let value = 0;
    for (let i = 0; i < NC_DIGITS; i++) {
      const c = lowerCase(work[starts[P.NC]! + i]!);
      const digit = c >= 48 && c <= 57 ? c - 48 : c >= 97 && c <= 102 ? c - 87 : NONE;
      if (digit === NONE) return NONE;
      value = value * 16 + digit;
    }
    return value;
  }

  /** Where the nonce is remembered; NONE for one that was not issued, or too long ago. */
  private slotOf(): number {
    const { work, bad } = this;
    if (this.length(P.NONCE) !== NONCE_DIGITS) return NONE;
    const at = this.starts[P.NONCE]!;
    bad[0] = 0;
    const number = readHex(work, at, NUMBER_DIGITS, bad);
    const a = readHex(work, at + NUMBER_DIGITS, 8, bad);
    const b = readHex(work, at + NUMBER_DIGITS + 8, 8, bad);
    const slot = (number >>> 0) % this.numbers.length;
    if (bad[0] !== 0 || number === 0 || this.numbers[slot] !== number) return NONE;
    // Both words are looked at whatever the first says.
    return ((this.secretA[slot]! ^ a) | (this.secretB[slot]! ^ b)) === 0 ? slot : NONE;
  }

  /** RFC 7616 §3.4.2: writes H(A1) without the session at `at`; false for a user who is not known. */
  private putKey({ name, hash }: Algorithm, at: number): boolean {
    const { work } = this;
    const start = this.starts[P.USERNAME]!;
    const length = this.length(P.USERNAME);
    let known = this.keys.get(hash);
    if (known === undefined || !this.isText(P.USERNAME, known.user)) {
      const user = Buffer.from(work.buffer, start, length).toString('latin1');
      const password = this.passwordOf(user);
      if (password === null) return false;
      const key = bytesOf(userKey(name, user, this.realm, password));
      if (length > KEPT_USER) {
        putText(work, at, key);
        return true;
      }
      known = { user: work.slice(start, start + length), key };
      this.keys.set(hash, known);
    }
    putText(work, at, known.key);
    return true;
  }

  /** RFC 7616 §3.4.1: whether the response is that of the key at the beginning of the text and of H(A2) at `[half, halfEnd)`. */
  private isResponse({ hash, session, digits }: Algorithm, counted: boolean, half: number, halfEnd: number): boolean {
    const { work } = this;
    const text = LONGEST_VALUE;
    let to = text + digits;
    if (session) {
      // RFC 7616 §3.4.2: A1 of a session.
      to = this.add(P.NONCE, to);
      to = this.add(P.CNONCE, to);
      to = putHash(hash, work, text, to, work, text);
    }
    to = this.add(P.NONCE, to);
    if (counted) {
      to = this.add(P.NC, to);
      to = this.add(P.CNONCE, to);
      work[to++] = COLON;
      to = putText(work, to, this.isWord(P.QOP, AUTH) ? AUTH : AUTH_INT);
    }
    work[to++] = COLON;
    for (let i = half; i < halfEnd; i++) work[to++] = work[i]!;
    const end = putHash(hash, work, text, to, work, text);
    const at = this.starts[P.RESPONSE]!;
    if (this.length(P.RESPONSE) !== end - text) return false;
    let differs = 0;
    // Every digit is looked at whatever the others say.
    for (let i = 0; i < end - text; i++) differs |= lowerCase(work[at + i]!) ^ work[text + i]!;
    return differs === 0;
  }

  /** Writes a colon and a value, nothing for one that is not there; returns the offset after it. */
  private add(p: number, at: number): number {
    const { work, starts, ends } = this;
    work[at] = COLON;
    let to = at + 1;
    if (starts[p] !== NONE) for (let i = starts[p]!; i < ends[p]!; i++) work[to++] = work[i]!;
    return to;
  }
}

function lowerCase(c: number): number {
  return c >= 65 && c <= 90 ? c | 32 : c;
}
