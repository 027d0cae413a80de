// Digest authentication (RFC 7616, RFC 8760, RFC 3261 §22): challenges read and answered. Text in, text out; opens nothing, keeps only what it is given.

import { createHash, hash as hashOnce, randomBytes } from 'node:crypto';
import { putHex } from './bytes.ts';
import { readAuthParam } from './challenge.ts';
import { MD5_HEX, putMd5 } from './md5.ts';
import { NONE } from './message.ts';
import { Param } from './params.ts';

/** The object identifier of SHA-512/256: a name with a hyphen is written anew by Node at every call. */
const SHA_512_256 = '2.16.840.1.101.3.4.2.6';

/** Algorithms by their token, strongest last; the digest of each and whether the session key is mixed in (`-sess`). */
const ALGORITHMS: Readonly<Record<string, { readonly hash: string; readonly session: boolean }>> = {
  MD5: { hash: 'md5', session: false },
  'MD5-SESS': { hash: 'md5', session: true },
  'SHA-256': { hash: 'sha256', session: false },
  'SHA-256-SESS': { hash: 'sha256', session: true },
  'SHA-512-256': { hash: SHA_512_256, session: false },
  'SHA-512-256-SESS': { hash: SHA_512_256, session: true },
};

export const ALGORITHM_NAMES: readonly string[] = Object.keys(ALGORITHMS);

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  /** null when the challenge gave none: then the answer gives none either. */
  readonly opaque: string | null;
  /** As written; 'MD5' when the challenge names none (RFC 7616 §3.3). */
  readonly algorithm: string;
  /** Whether the challenge named its algorithm. */
  readonly named: boolean;
  /** Empty for a challenge of RFC 2069. */
  readonly qop: readonly string[];
  readonly stale: boolean;
}

/** name=value pairs of a challenge or of credentials (text in Latin-1), names in lower case; a quoted value loses its quotes and escapes. Null when the text is broken. */
export function readParams(text: string): Map<string, string> | null {
  const buf = Buffer.from(text, 'latin1');
  const param = new Param();
  const params = new Map<string, string>();
  let at = readAuthParam(buf, 0, buf.length, param);
  for (; at >= 0; at = readAuthParam(buf, at, buf.length, param)) {
    const name = text.slice(param.nameStart, param.nameEnd).toLowerCase();
    // RFC 7616 §3.3: a parameter stands once.
    if (params.has(name)) return null;
    const value = text.slice(param.valueStart, param.valueEnd);
    params.set(name, value.startsWith('"') ? value.slice(1, -1).replace(/\\([\s\S])/g, '$1') : value);
  }
  return at === NONE ? params : null;
}

/** One WWW-Authenticate or Proxy-Authenticate value; null for another scheme or a challenge that cannot be answered. */
export function readChallenge(value: string): Challenge | null {
  const scheme = /^\s*Digest\s+/i.exec(value);
  if (scheme === null) return null;
  const params = readParams(value.slice(scheme[0].length));
  const realm = params?.get('realm');
  const nonce = params?.get('nonce');
  if (params === null || realm === undefined || nonce === undefined) return null;
  const algorithm = params.get('algorithm');
  const qop = (params.get('qop') ?? '')
    .split(',')
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== '');
  return {
    realm,
    nonce,
    opaque: params.get('opaque') ?? null,
    algorithm: algorithm ?? 'MD5',
    named: algorithm !== undefined,
    qop,
    stale: params.get('stale')?.toLowerCase() === 'true',
  };
}

/** The challenge to answer: RFC 8760 §2.4: the topmost whose algorithm and protection are known. Null when there is none. */
export function chooseChallenge(values: readonly string[]): Challenge | null {
  for (const value of values) {
    const challenge = readChallenge(value);
    if (challenge === null || ALGORITHMS[challenge.algorithm.toUpperCase()] === undefined) continue;
    if (challenge.qop.length === 0 || challenge.qop.some((token) => token === 'auth' || token === 'auth-int'))
      return challenge;
  }
  return null;
}

function digest(hash: string, text: string): string {
  return createHash(hash).update(text, 'latin1').digest('hex');
}

/** RFC 7616 §3.4.2: A1 without the session; what a server may keep instead of the password. */
export function userKey(algorithm: string, user: string, realm: string, password: string): string {
  return digest(ALGORITHMS[algorithm.toUpperCase()]!.hash, `${user}:${realm}:${password}`);
}

/** The hash of an algorithm, how many hexadecimal digits it gives, and whether the session key is mixed in; the algorithm must be known. */
export function hashOf(algorithm: string): {
  readonly hash: string;
  readonly digits: number;
  readonly session: boolean;
} {
  const { hash, session } = ALGORITHMS[algorithm.toUpperCase()]!;
  return { hash, digits: hash === 'md5' ? MD5_HEX : 64, session };
}

/** Texts up to this length are hashed where they are copied to: a view for each would cost more than the copy. */
const COPIED_BYTES = 1_024;
const copied = new Uint8Array(COPIED_BYTES);
const copies: Uint8Array[] = [];

function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const length = end - start;
  if (length > COPIED_BYTES) return bytes.subarray(start, end);
  for (let i = 0; i < length; i++) copied[i] = bytes[start + i]!;
  copies[length] ??= copied.subarray(0, length);
  return copies[length];
}

/**
 * Writes the hash of `[start, end)` as hexadecimal digits at `at` of `out`, which may be the same bytes; returns the offset after them.
 * MD5, which most servers ask for, makes no object; of the others one short text is left (bench/auth.ts).
 */
export function putHash(
  hash: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  if (hash === 'md5') {
    putMd5(bytes, start, end, out, at);
    return at + MD5_HEX;
  }
  const raw = hashOnce(hash, viewOf(bytes, start, end), 'binary');
  for (let i = 0; i < raw.length; i++) putHex(out, at + 2 * i, raw.charCodeAt(i), 2);
  return at + 2 * raw.length;
}

/** A new cnonce: sixteen hexadecimal digits. */
export function newCnonce(): string {
  return randomBytes(8).toString('hex');
}

interface Answer {
  readonly algorithm: string;
  /** `userKey`. */
  readonly key: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  readonly qop: string;
  readonly nc: string;
  readonly cnonce: string;
  readonly body: string;
}

/** RFC 7616 §3.4.1: the value of `response`. */
export function responseOf(a: Answer): string {
  const { hash, session } = ALGORITHMS[a.algorithm.toUpperCase()]!;
  const a1 = session ? digest(hash, `${a.key}:${a.nonce}:${a.cnonce}`) : a.key;
  // RFC 7616 §3.4.3: auth-int covers the body too.
  const a2 = digest(
    hash,
    a.qop === 'auth-int' ? `${a.method}:${a.uri}:${digest(hash, a.body)}` : `${a.method}:${a.uri}`,
  );
  return digest(hash, a.qop === '' ? `${a1}:${a.nonce}:${a2}` : `${a1}:${a.nonce}:${a.nc}:${a.cnonce}:${a.qop}:${a2}`);
}

/** Quoted-string of RFC 3261 §25.1. */
export function quoted(text: string): string {
  return `"${text.replace(/(["\\])/g, '\\$1')}"`;
}

/** A user's credentials and the nonce they were last challenged with: the same nonce serves request after request, counted by nc. */
export class Credentials {
  readonly user: string;
  private readonly password: string;
  private challenge: Challenge | null = null;
  private key = '';
  private qop = '';
  private nc = 0;
  private cnonce = '';
  /** Text before `uri`, and the parameters that never change for this challenge. */
  private head = '';
  private tail = '';

  constructor(user: string, password: string) {
    this.user = user;
    this.password = password;
  }

  /** Whether there is a nonce to use. */
  get ready(): boolean {
    return this.challenge !== null;
  }

  /** Whether the next answer covers the body. */
  get needsBody(): boolean {
    return this.qop === 'auth-int';
  }

  /** Takes a challenge. */
  take(challenge: Challenge): void {
    const { realm, nonce, opaque, algorithm, named } = challenge;
    if (this.challenge?.realm !== realm || this.challenge.algorithm !== algorithm)
      this.key = userKey(algorithm, this.user, realm, this.password);
    this.challenge = challenge;
    this.nc = 0;
    this.cnonce = newCnonce();
    // RFC 7616 §3.4: auth where it is offered; no qop for a server of RFC 2069.
    this.qop = challenge.qop.includes('auth') ? 'auth' : challenge.qop.length > 0 ? 'auth-int' : '';
    this.head = `Digest username=${quoted(this.user)}, realm=${quoted(realm)}, nonce=${quoted(nonce)}, uri="`;
    this.tail = (named ? `, algorithm=${algorithm}` : '') + (opaque === null ? '' : `, opaque=${quoted(opaque)}`);
  }

  /** RFC 7616 §3.5: Authentication-Info names the nonce for the next request. */
  renew(nonce: string): void {
    if (this.challenge !== null) this.take({ ...this.challenge, nonce });
  }

  /** The value of Authorization or Proxy-Authorization for the next request; counts nc up. `body` matters where `needsBody`. */
  value(method: string, uri: string, body: string): string {
    if (this.challenge === null) throw new Error('digest: no challenge to answer');
    const { algorithm, nonce } = this.challenge;
    const { key, qop, cnonce } = this;
    // RFC 7616 §3.4: eight hexadecimal digits, from 00000001.
    const nc = (++this.nc).toString(16).padStart(8, '0');
    const response = responseOf({ algorithm, key, nonce, method, uri, qop, nc, cnonce, body });
    // RFC 7616 §3.4.2: the session key of a -sess algorithm is made with the cnonce, so that it is told also without qop.
    const { session } = ALGORITHMS[algorithm.toUpperCase()]!;
    const counted = qop === '' ? (session ? `, cnonce="${cnonce}"` : '') : `, qop=${qop}, nc=${nc}, cnonce="${cnonce}"`;
    return `${this.head}${uri}", response="${response}"${this.tail}${counted}`;
  }
}
