// Statuses as a case writes them, and what a refusal says that is none of these. Pure.

import type { Outgoing, Received } from './outgoing.ts';
import type { Verdict } from './verdict.ts';

/** A status, a class (`'2xx'`), `'final'` (200 to 699), `'refusal'` (300 to 699), `'provisional'` (100 to 199); of a list any. */
export type Status =
  | number
  | '1xx'
  | '2xx'
  | '3xx'
  | '4xx'
  | '5xx'
  | '6xx'
  | 'final'
  | 'refusal'
  | 'provisional'
  | readonly Status[];

export function statusFits(wanted: Status, status: number): boolean {
  if (typeof wanted === 'number') return status === wanted;
  if (typeof wanted !== 'string') return wanted.some((one) => statusFits(one, status));
  if (wanted === 'final') return status >= 200;
  if (wanted === 'refusal') return status >= 300;
  if (wanted === 'provisional') return status < 200;
  return Math.floor(status / 100) === Number(wanted[0]);
}

/** Whether it is asked for by its number, not by a class. */
export function statusIsNamed(wanted: Status, status: number): boolean {
  return typeof wanted === 'object' ? wanted.some((one) => statusIsNamed(one, status)) : wanted === status;
}

export function isChallenge(status: number): boolean {
  return status === 401 || status === 407;
}

export function describeStatus(wanted: Status): string {
  if (typeof wanted === 'number') return String(wanted);
  if (typeof wanted !== 'string') return wanted.map(describeStatus).join(' or ');
  const words: Record<string, string> = {
    final: 'a final response',
    refusal: 'a refusal',
    provisional: 'a provisional response',
  };
  return words[wanted] ?? wanted;
}

/** RFC 3261 §7.1: what every user agent is taken to know; another method is an optional feature. */
const CORE = new Set(['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS']);

/**
 * A final response that the case did not look for may say nothing about the rule: the server would not let us in, does not know
 * the user, or lacks an optional feature. Null when it does say something.
 */
export function judgeRefusal(request: Outgoing, response: Received): Verdict | null {
  const { reading } = request;
  switch (response.status) {
    case 401:
    case 403:
    case 404:
    case 407:
      return 'inconclusive';
    case 503:
      return response.has('Retry-After') ? 'inconclusive' : null;
    case 405:
    case 501:
      return CORE.has(request.method) ? null : 'unsupported';
    case 489:
      return 'unsupported';
    case 420:
      return reading.has('Require') || reading.has('Proxy-Require') ? 'unsupported' : null;
    case 415:
      return reading.body !== '' && reading.contentType !== 'application/sdp' ? 'unsupported' : null;
    default:
      return null;
  }
}
