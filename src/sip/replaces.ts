// Replaces (RFC 3891 §6.1): which dialog is to be replaced. Spans only; finds no dialog.

import { bytesOf } from './bytes.ts';
import { BAD, NONE } from './message.ts';
import { findParam, paramAt } from './params.ts';
import { Span, wordEnd } from './scan.ts';

const TO_TAG = bytesOf('to-tag');
const FROM_TAG = bytesOf('from-tag');
const EARLY_ONLY = bytesOf('early-only');

/** What `readReplaces` fills; as it stands in the header field, or unescaped from a Refer-To. */
export class Replaces {
  callIdStart = NONE;
  callIdEnd = NONE;
  readonly toTag = new Span();
  readonly fromTag = new Span();
  earlyOnly = false;
}

/** Reads a Replaces value. @returns 0, or BAD: RFC 3891 §3 wants a Call-ID and both tags */
export function readReplaces(buf: Uint8Array, start: number, end: number, out: Replaces): number {
  out.callIdStart = start;
  out.callIdEnd = wordEnd(buf, start, end);
  // RFC 3891 §6.1: both tags stand, to-tag being that of whoever receives it.
  const to = findParam(buf, out.callIdEnd, end, TO_TAG, out.toTag);
  const from = findParam(buf, out.callIdEnd, end, FROM_TAG, out.fromTag);
  out.earlyOnly = paramAt(buf, out.callIdEnd, end, EARLY_ONLY) !== NONE;
  if (!to || !from || out.toTag.start === out.toTag.end || out.fromTag.start === out.fromTag.end) return BAD;
  return out.callIdEnd > start ? 0 : BAD;
}
