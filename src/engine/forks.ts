// Early dialogs of an INVITE beside the one that its call follows: what RFC 3262 §4 has counted for each apart. Columns only; the oldest is forgotten when all are in use.

import { NONE } from '../sip/message.ts';

/** Most at a time; each lives as long as its INVITE, and only those that respond reliably are here. */
const MOST = 256;

export class Forks {
  /** Serial number of the INVITE's transaction and hash of the To tag; 0: free. */
  private readonly invite = new Int32Array(MOST);
  private readonly tag = new Int32Array(MOST);
  private last = 0;
  /** RSeq of the last reliable provisional that was acknowledged, and CSeq of its PRACK. */
  readonly rseq = new Int32Array(MOST);
  readonly cseq = new Int32Array(MOST);

  /** The dialog of that tag, or NONE. */
  find(invite: number, tag: number): number {
    for (let i = 0; i < MOST; i++) if (this.tag[i] === tag && this.invite[i] === invite) return i;
    return NONE;
  }

  /** A place for a dialog that began with an INVITE of this CSeq. */
  take(invite: number, tag: number, cseq: number): number {
    this.last = (this.last + 1) % MOST;
    this.invite[this.last] = invite;
    this.tag[this.last] = tag;
    this.cseq[this.last] = cseq;
    return this.last;
  }
}
