// Credentials as a case wants them: right, or wrong in one thing; and challenges read off a response (RFC 7616 §3). Sends nothing.

import { type Challenge, readChallenge, responseOf, userKey } from '../sip/digest.ts';
import type { Account } from './profile.ts';
import type { Reading } from './reading.ts';

export type { Challenge } from '../sip/digest.ts';

/** Digest challenges of a 401 or 407, in order. */
export function challengesOf(response: Reading): Challenge[] {
  return ['WWW-Authenticate', 'Proxy-Authenticate']
    .flatMap((name) => response.headers(name))
    .map(readChallenge)
    .filter((challenge) => challenge !== null);
}

export interface Proof {
  readonly method: string;
  /** Request-URI. */
  readonly uri: string;
  readonly body?: string;
  /** Another one than that of the challenge; the digest is made with it. */
  readonly algorithm?: string;
  readonly nonce?: string;
  readonly password?: string;
  /** '' for none, as in RFC 2069; 'auth' where absent and the challenge has it. */
  readonly qop?: string;
  /** Nonce count; 1 where absent. */
  readonly count?: number;
}

/** Value of Authorization that answers a challenge for an account. */
export function credentialsOf(account: Account, challenge: Challenge, proof: Proof): string {
  const { realm, opaque, named } = challenge;
  const { method, uri, body = '', nonce = challenge.nonce, password = account.password ?? '' } = proof;
  const algorithm = proof.algorithm ?? challenge.algorithm;
  const qop = proof.qop ?? (challenge.qop.length === 0 ? '' : 'auth');
  const nc = (proof.count ?? 1).toString(16).padStart(8, '0');
  const cnonce = 'c0ffee00c0ffee00';
  const key = userKey(algorithm, account.user, realm, password);
  const response = responseOf({ algorithm, key, nonce, method, uri, qop, nc, cnonce, body });
  const params = [
    `username="${account.user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    ...(named || proof.algorithm !== undefined ? [`algorithm=${algorithm}`] : []),
    ...(opaque === null ? [] : [`opaque="${opaque}"`]),
    ...(qop === '' ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`]),
  ];
  return `Digest ${params.join(', ')}`;
}
