// Event and Subscription-State (RFC 6665 §8.2.1, §8.2.3). Spans and integers; allocates nothing.

import { bytesOf, equalsIgnoreCase } from './bytes.ts';
import { BAD, NONE } from './message.ts';
import { readSeconds } from './numbers.ts';
import { findParam } from './params.ts';
import { Span, wordEnd } from './scan.ts';

/** States of a subscription; OTHER is one of an extension. */
export const SUBSCRIPTION = { OTHER: 0, ACTIVE: 1, PENDING: 2, TERMINATED: 3 } as const;

const STATES = ['', 'active', 'pending', 'terminated'].map(bytesOf);
const ID = bytesOf('id');
const EXPIRES = bytesOf('expires');
const REASON = bytesOf('reason');
const RETRY_AFTER = bytesOf('retry-after');

/** What `readEvent` fills. */
export class EventValue {
  packageStart = NONE;
  packageEnd = NONE;
  readonly id = new Span();
}

/** Reads an Event value. @returns 0, or BAD without a package */
export function readEvent(buf: Uint8Array, start: number, end: number, out: EventValue): number {
  // RFC 6665 §8.2.1: the package, with its templates, then an id that is part of the name of the subscription.
  out.packageStart = start;
  out.packageEnd = wordEnd(buf, start, end);
  findParam(buf, out.packageEnd, end, ID, out.id);
  return out.packageEnd > start ? 0 : BAD;
}

/** What `readSubscriptionState` fills. */
export class SubscriptionState {
  /** SUBSCRIPTION. */
  state = 0;
  stateStart = NONE;
  stateEnd = NONE;
  /** NONE without the parameter, BAD when it is no number. */
  expiresS = NONE;
  retryAfterS = NONE;
  readonly reason = new Span();
}

const value = new Span();

/** Reads a Subscription-State value. @returns 0, or BAD without a state */
export function readSubscriptionState(buf: Uint8Array, start: number, end: number, out: SubscriptionState): number {
  // RFC 6665 §8.2.3: a state, then how long it will be so, why it is, and when to try again.
  out.stateStart = start;
  out.stateEnd = wordEnd(buf, start, end);
  out.state = SUBSCRIPTION.OTHER;
  for (let i = 1; i < STATES.length; i++) if (equalsIgnoreCase(buf, start, out.stateEnd, STATES[i]!)) out.state = i;
  out.expiresS = secondsParam(buf, out.stateEnd, end, EXPIRES);
  out.retryAfterS = secondsParam(buf, out.stateEnd, end, RETRY_AFTER);
  findParam(buf, out.stateEnd, end, REASON, out.reason);
  return out.stateEnd > start ? 0 : BAD;
}

function secondsParam(buf: Uint8Array, start: number, end: number, name: Uint8Array): number {
  return findParam(buf, start, end, name, value) ? readSeconds(buf, value.start, value.end) : NONE;
}
