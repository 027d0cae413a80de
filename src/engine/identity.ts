// Branches, tags and Call-IDs of this worker: fixed width, with the slot number inside, so that what comes back finds its slot without a table. Never guesses: a foreign text is NONE.

import { bytesOf, putHex, putText, readHex } from '../sip/bytes.ts';
import { NONE } from '../sip/message.ts';

/** RFC 3261 §8.1.1.7: a branch begins with this cookie. */
const COOKIE = 'z9hG4bK';
const STEM = 8; // token and worker
const SLOT_DIGITS = 6;
const SERIAL_DIGITS = 8;
const SLOT_MASK = 0xffffff;

/** Length of tags and of the part of a Call-ID before the `@`: stem, slot, serial. */
export const TAG_LENGTH = STEM + SLOT_DIGITS + SERIAL_DIGITS;
/** Length of branches: cookie, kind, stem, slot, serial. */
export const BRANCH_LENGTH = COOKIE.length + 1 + TAG_LENGTH;

/** What a branch belongs to: a transaction slot, or the ACK for a 2xx of an INVITE transaction. */
export const BRANCH_KIND = { TRANSACTION: 116 /* t */, ACK: 97 /* a */ } as const;

/** Every 32-bit number to another one and back (the finalizer of a hash, which is a bijection). */
function scramble(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

function unscramble(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x43021123);
  x = Math.imul(x ^ (x >>> 15) ^ (x >>> 30), 0x1d69e2a5);
  return x ^ (x >>> 16);
}

/**
 * RFC 3261 §19.3: a tag has at least 32 bits that nobody can foretell: slot and serial number stand in it scrambled under the
 * secret of the run.
 */
export class Identity {
  private readonly stem: Uint8Array;
  private readonly keys: Int32Array;
  private readonly cookie: Uint8Array;
  private readonly bad = new Int32Array(1);
  /** Serial number found by the last successful `tagSlot` or `branchSlot`, as a signed 32-bit integer. */
  serial = 0;

  /** @param token six characters that tell this run from others; @param worker 0–255; @param secret of 32 bits each */
  constructor(token: string, worker: number, secret: readonly [number, number]) {
    this.keys = Int32Array.of(secret[0], secret[1]);
    if (!/^[0-9a-z]{6}$/.test(token)) throw new TypeError(`identity: token ${token} is not six of [0-9a-z]`);
    this.stem = bytesOf(token + worker.toString(16).padStart(2, '0'));
    this.cookie = bytesOf(COOKIE);
  }

  /** Writes the tag of a call: TAG_LENGTH bytes. */
  putTag(bytes: Uint8Array, at: number, slot: number, serial: number): void {
    const hidden = scramble(serial ^ this.keys[0]!);
    putText(bytes, at, this.stem);
    putHex(bytes, at + STEM, slot ^ (scramble(hidden ^ this.keys[1]!) & SLOT_MASK), SLOT_DIGITS);
    putHex(bytes, at + STEM + SLOT_DIGITS, hidden, SERIAL_DIGITS);
  }

  /** Writes the branch of a transaction slot: BRANCH_LENGTH bytes. */
  putBranch(bytes: Uint8Array, at: number, kind: number, slot: number, serial: number): void {
    putText(bytes, at, this.cookie);
    bytes[at + COOKIE.length] = kind;
    this.putTag(bytes, at + COOKIE.length + 1, slot, serial);
  }

  /** The slot in a tag (or in the first part of a Call-ID) of ours, NONE when it is not ours; sets `serial`. */
  tagSlot(bytes: Uint8Array, start: number, end: number): number {
    if (end - start !== TAG_LENGTH) return NONE;
    for (let i = 0; i < STEM; i++) if (bytes[start + i] !== this.stem[i]) return NONE;
    this.bad[0] = 0;
    const slot = readHex(bytes, start + STEM, SLOT_DIGITS, this.bad);
    const hidden = readHex(bytes, start + STEM + SLOT_DIGITS, SERIAL_DIGITS, this.bad);
    this.serial = unscramble(hidden) ^ this.keys[0]!;
    return this.bad[0] === 0 ? slot ^ (scramble(hidden ^ this.keys[1]!) & SLOT_MASK) : NONE;
  }

  /** The serial number in a Call-ID of this run, of whichever of its workers; 0 for a Call-ID from elsewhere. */
  runSerial(bytes: Uint8Array, start: number, end: number): number {
    if (end - start <= TAG_LENGTH || bytes[start + TAG_LENGTH] !== 64) return 0;
    for (let i = 0; i < STEM - 2; i++) if (bytes[start + i] !== this.stem[i]) return 0;
    this.bad[0] = 0;
    const hidden = readHex(bytes, start + STEM + SLOT_DIGITS, SERIAL_DIGITS, this.bad);
    return this.bad[0] === 0 ? unscramble(hidden) ^ this.keys[0]! : 0;
  }

  /** The transaction slot in a branch of ours, NONE when it is not ours; sets `serial`. */
  branchSlot(bytes: Uint8Array, start: number, end: number): number {
    if (end - start !== BRANCH_LENGTH || bytes[start + COOKIE.length] !== BRANCH_KIND.TRANSACTION) return NONE;
    for (let i = 0; i < COOKIE.length; i++) if (bytes[start + i] !== this.cookie[i]) return NONE;
    return this.tagSlot(bytes, start + COOKIE.length + 1, end);
  }
}
