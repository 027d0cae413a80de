// What a request template says that its responses are judged by: options offered, Timestamp, Expires. Read once when the template is made; judges nothing.

import { NO, YES } from '../rules/rule.ts';
import { NONE } from '../sip/message.ts';
import type { Part } from '../sip/template.ts';

/** As in RuleContext; NONE where it is not known before the message is sent. */
export interface Asked {
  readonly timestamp: number;
  readonly expiresS: number;
  readonly offered100rel: number;
  readonly offeredExtensions: number;
}

/** Of a response, and of a request that is not from a flow. */
export const ASKED_UNKNOWN: Asked = { timestamp: NONE, expiresS: NONE, offered100rel: NONE, offeredExtensions: NONE };

/** @param headers of the template: names as written, values with fields in place of what differs from message to message */
export function askedOf(headers: readonly (readonly [name: string, value: readonly Part[]])[]): Asked {
  const valuesOf = (...names: string[]) =>
    headers.filter(([name]) => names.includes(name.toLowerCase())).map(([, value]) => value);
  const options = valuesOf('supported', 'k', 'require');
  const expires = valuesOf('expires')[0] ?? [];
  return {
    timestamp: valuesOf('timestamp').length > 0 ? YES : NO,
    expiresS: /^\d+$/.test(textOf(expires)) ? Number(textOf(expires)) : NONE,
    offered100rel: offers100rel(options),
    offeredExtensions: options.length > 0 ? YES : NO,
  };
}

/** A field may stand for any text, so that a list with one that does not show 100rel may still hold it. */
function offers100rel(options: readonly (readonly Part[])[]): number {
  const tags = options.flatMap((value) => textOf(value).split(','));
  if (tags.some((tag) => tag.trim().toLowerCase() === '100rel')) return YES;
  return options.some((value) => value.some((part) => typeof part === 'number')) ? NONE : NO;
}

/** A field reads as a mark that no number and no option tag has. */
function textOf(value: readonly Part[]): string {
  return value
    .map((part) => (typeof part === 'number' ? '{}' : part))
    .join('')
    .trim();
}
