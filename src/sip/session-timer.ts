// Session-Expires and Min-SE (RFC 4028 §4, §5): seconds, and who refreshes. Integers only.

import { bytesOf, equalsIgnoreCase } from './bytes.ts';
import { NONE } from './message.ts';
import { readSeconds } from './numbers.ts';
import { findParam } from './params.ts';
import { Span } from './scan.ts';

export const REFRESHER = { UAC: 1, UAS: 2 } as const;

const NAME = bytesOf('refresher');
const UAC = bytesOf('uac');
const UAS = bytesOf('uas');

/** What `readSessionExpires` fills; Min-SE has seconds alone (`secondsOf`). */
export class SessionExpires {
  /** BAD when it is no number. */
  seconds = NONE;
  /** REFRESHER, or NONE when the value names none that is known. */
  refresher = NONE;
}

const value = new Span();

/** Reads a Session-Expires value. @returns its seconds, or BAD */
export function readSessionExpires(buf: Uint8Array, start: number, end: number, out: SessionExpires): number {
  // RFC 4028 §4: an interval, and which side refreshes.
  out.seconds = readSeconds(buf, start, end);
  out.refresher = NONE;
  if (findParam(buf, start, end, NAME, value)) {
    if (equalsIgnoreCase(buf, value.start, value.end, UAC)) out.refresher = REFRESHER.UAC;
    else if (equalsIgnoreCase(buf, value.start, value.end, UAS)) out.refresher = REFRESHER.UAS;
  }
  return out.seconds;
}
