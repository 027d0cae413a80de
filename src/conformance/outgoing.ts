// A message of ours: its bytes, how they were made, and when they left. Sends nothing.

import type { Frame, Place } from '../transport/raw-socket.ts';
import type { Dialog } from './dialog.ts';
import { type Draft, type Override, override, type Row, render } from './draft.ts';
import { canonical, Reading, split } from './reading.ts';

export type { Frame };

/** RFC 3261 §8.1.1.7: what a branch begins with. */
const COOKIE = 'z9hG4bK';

export class Outgoing {
  private now: Reading;
  private made: Draft | null;
  readonly dialog: Dialog | null;
  /** Where it goes; null: to the target. */
  readonly place: Place | null;
  /** Monotonic; one for each time it was sent. */
  readonly sentAtUs: number[] = [];
  /** Challenges of the server it has answered. */
  challenged = 0;

  constructor(content: Draft | Uint8Array, place: Place | null = null, dialog: Dialog | null = null) {
    this.made = content instanceof Uint8Array ? null : content;
    this.now = new Reading(content instanceof Uint8Array ? content : Buffer.from(render(content)));
    this.place = place;
    this.dialog = dialog;
  }

  /** As it is sent now, read back. */
  get reading(): Reading {
    return this.now;
  }

  get bytes(): Uint8Array {
    return this.now.bytes;
  }

  get text(): string {
    return this.now.text;
  }

  get method(): string {
    return this.now.method;
  }

  get uri(): string {
    return this.now.uri;
  }

  get branch(): string {
    return this.now.branch;
  }

  get callId(): string {
    return this.now.callId;
  }

  get cseq(): number {
    return this.now.cseq;
  }

  /** Whether `response` answers it: by its branch, or by Call-ID and CSeq where the server lost the branch. */
  isAnsweredBy(response: Reading): boolean {
    if (this.now.fault !== null || response.fault !== null) return true;
    const same = response.branch === this.branch && response.method === this.method;
    return same || (response.callId === this.callId && response.header('CSeq') === this.now.header('CSeq'));
  }

  get hasCredentials(): boolean {
    return this.now.has('Authorization') || this.now.has('Proxy-Authorization');
  }

  /** Whether it can be sent again with credentials: not where the case gave it some, and never an ACK or a CANCEL (RFC 3261 §22.1). */
  get canReissue(): boolean {
    const { fault, method } = this.now;
    if (fault !== null || method === 'ACK' || method === 'CANCEL') return false;
    if (this.challenged === 0 && this.hasCredentials) return false;
    return this.challenged < 2;
  }

  /** RFC 3261 §22.2: the same request once more, with credentials: next CSeq, a new branch. */
  reissue(header: string, credentials: string, fresh: string): void {
    const cseq = this.cseq + 1;
    const branch = branchLike(this.branch, fresh);
    this.challenged++;
    if (this.dialog !== null) this.dialog.localCseq = Math.max(this.dialog.localCseq, cseq);
    if (this.made === null) {
      this.now = new Reading(reissued(this.now, header, credentials, cseq, branch));
      return;
    }
    const top = this.made.rows.findIndex(([name]) => canonical(name) === canonical('Via'));
    const rows = this.made.rows.map((row, i): Row => (i === top ? [row[0], withBranch(row[1], branch)] : row));
    this.made = { ...this.made, rows };
    this.change({ CSeq: (was) => was.replace(/^\d+/, (old) => alike(old, cseq)), [header]: credentials });
  }

  /** The same request with credentials, before it is sent. */
  prove(header: string, credentials: string): void {
    this.challenged++;
    this.change({ [header]: credentials });
  }

  private change(headers: Readonly<Record<string, Override>>): void {
    this.made = { ...this.made!, rows: override(this.made!.rows, headers) };
    this.now = new Reading(Buffer.from(render(this.made)));
  }
}

/** What is odd in a branch stays: the cookie alone, or none (RFC 3261 §8.1.1.7). */
function branchLike(was: string, fresh: string): string {
  if (was === COOKIE) return was;
  return was.startsWith(COOKIE) ? fresh : fresh.slice(COOKIE.length);
}

/** The top value with its branch replaced; one that stands in it twice is new in both places. */
function withBranch(via: string, branch: string): string {
  let count = 0;
  const top = split(via, ',')[0]!;
  const changed = top.replace(/branch=[^;,\s]*/g, () => `branch=${branch}${count++ === 0 ? '' : count}`);
  return via.replace(top, () => changed);
}

/** Zeros in front stay. */
function alike(old: string, cseq: number): string {
  return String(cseq).padStart(old.length, '0');
}

/** Bytes that stand as they were written: the credentials are a row more, CSeq and branch are changed in their places. */
function reissued(was: Reading, header: string, credentials: string, cseq: number, branch: string): Uint8Array {
  // A character for each byte, so that what is no UTF-8 stays as it is.
  const text = Buffer.from(was.bytes).toString('latin1');
  const body = text.indexOf('\r\n\r\n');
  const head = text
    .slice(0, body)
    .replace(new RegExp(`^${header}: .*\\r\\n`, 'm'), '')
    .replace(/^(\s*[^\r\n]+\r\n)/, (line) => `${line}${header}: ${credentials}\r\n`)
    .replace(/^(cseq[ \t]*:\s*)(\d+)/im, (_, name: string, old: string) => name + alike(old, cseq));
  return Buffer.from((was.branch === '' ? head : head.replace(was.branch, () => branch)) + text.slice(body), 'latin1');
}

/** A message that came in. */
export class Received extends Reading {
  /** When our loop read it. */
  readonly atUs: number;
  /** It came after this: it may have lain there since, where our loop was late. */
  readonly sinceUs: number;
  readonly from: Place;
  /** Kind of the WebSocket message it came in, null where it came in none. */
  readonly frame: Frame | null;

  constructor(bytes: Uint8Array, from: Place, atUs: number, sinceUs: number, frame: Frame | null = null) {
    super(bytes);
    this.frame = frame;
    this.from = from;
    this.atUs = atUs;
    this.sinceUs = sinceUs;
  }
}
