// A message of ours: its bytes, how they were made, and when they left. Sends nothing.

import type { Place } from '../transport/raw-socket.ts';
import type { Dialog } from './dialog.ts';
import { type Draft, override, render } from './draft.ts';
import { Reading } from './reading.ts';

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

  /** Whether it can be sent again with credentials. */
  get canReissue(): boolean {
    return this.made !== null && this.now.fault === null && this.challenged < 2;
  }

  /** RFC 3261 §22.2: the same request once more, with credentials: next CSeq, a new branch. */
  reissue(header: string, credentials: string, branch: string): void {
    const cseq = this.cseq + 1;
    this.challenged++;
    if (this.dialog !== null) this.dialog.localCseq = Math.max(this.dialog.localCseq, cseq);
    this.made = {
      ...this.made!,
      rows: override(this.made!.rows, {
        Via: (was) => was.replace(/branch=[^;,\s]*/, `branch=${branch}`),
        CSeq: (was) => was.replace(/^\d+/, String(cseq)),
        [header]: credentials,
      }),
    };
    this.now = new Reading(Buffer.from(render(this.made)));
  }
}

/** A message that came in. */
export class Received extends Reading {
  /** When our loop read it. */
  readonly atUs: number;
  /** It came after this: it may have lain there since, where our loop was late. */
  readonly sinceUs: number;
  readonly from: Place;

  constructor(bytes: Uint8Array, from: Place, atUs: number, sinceUs: number) {
    super(bytes);
    this.from = from;
    this.atUs = atUs;
    this.sinceUs = sinceUs;
  }
}
