// The users of the reference server: which user part of a Request-URI gets which treatment. A table; decides nothing else.

import { bytesOf } from '../sip/bytes.ts';
import { NONE } from '../sip/message.ts';
import type { Uri } from '../sip/uri.ts';

/** Every user but these is answered. */
export const EXTENSION = {
  ANSWER: 0,
  RING: 1,
  BUSY: 2,
  AWAY: 3,
  DECLINE: 4,
  AUTH: 5,
  MOVED: 6,
  EARLY: 7,
  TRANSFER: 8,
  NOBODY: 9,
  LATER: 10,
} as const;

/**
 * By id: `ring` rings until it is cancelled (or for RING_LIMIT_S), `busy` is 486, `away` 480, `decline` 603, `auth` is answered to who can
 * authenticate, `moved` is 302 to a user that is answered, `early` waits for an offer in the early dialog before it answers, `transfer` is
 * answered and makes the calls that a REFER asks for, `nobody` is 404, `later` is answered, but who subscribes is told to come back later.
 */
export const EXTENSION_NAMES = [
  '',
  'ring',
  'busy',
  'away',
  'decline',
  'auth',
  'moved',
  'early',
  'transfer',
  'nobody',
  'later',
] as const;
/** The final status that a user's treatment is, 0 where it is none: the caller is answered, or rings. */
const STATUSES = [0, 0, 486, 480, 603, 0, 302, 0, 0, 404, 0] as const;
const NAMES = EXTENSION_NAMES.map((name) => bytesOf(name));
/** RFC 3261 §13.3.1.1 has a proxy give up after three minutes without an answer; so does `ring`. */
export const RING_LIMIT_S = 180;
/** RFC 3261 §13.3.1.1: a caller who waits gets a sign of life every minute. */
export const RING_AGAIN_S = 60;
/** A call without a session timer ends after this long: its caller may be gone for good, and nothing else would tell. */
export const LONGEST_CALL_S = 12 * 3600;
/** How long `early` waits for an offer behind its last reliable provisional. */
export const EARLY_LIMIT_S = 2;

/** The final status an INVITE for this user gets at once, 0 when it gets another way. */
export function refusalOf(extension: number): number {
  return STATUSES[extension]!;
}

/** Whether a URI is that of a user the server plays, whom nobody can be. */
export function isPlayed(buf: Uint8Array, of: Uri): boolean {
  return extensionOf(buf, of) !== EXTENSION.ANSWER;
}

/** The treatment of the user that a URI names. */
export function extensionOf(buf: Uint8Array, of: Uri): number {
  if (of.userStart === NONE) return EXTENSION.ANSWER;
  const { userStart: at, userEnd: end } = of;
  for (let id = 1; id < NAMES.length; id++) {
    const name = NAMES[id]!;
    if (name.length !== end - at) continue;
    let i = 0;
    while (i < name.length && buf[at + i] === name[i]) i++;
    if (i === name.length) return id;
  }
  return EXTENSION.ANSWER;
}
