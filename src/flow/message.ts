// One message step of a flow file as a Choice: event, headers, body, captures. Sees this one message only; the order of messages is walk.ts.

import { METHOD, METHOD_NAMES } from '../sip/names.ts';
import type { Path, Problems } from './document.ts';
import type { Choice, Role } from './flow.ts';
import { readHeaders } from './headers.ts';
import { nearest } from './nearest.ts';
import type { BodySpec } from './program.ts';
import type { EventFile, MessageFile } from './schema.ts';
import { DATA_PREFIX, hasStrayBraces, namesIn, SUBSTITUTIONS, VARIABLE_PATTERN } from './substitute.ts';

const NONE = -1;

/** A choice before the ladder around it is known: `of` not yet resolved, `goto` still a name. */
export type DraftChoice = { -readonly [K in keyof Choice]: Choice[K] } & {
  readonly path: Path;
  readonly from: Role;
  /** Method id written as `of`, or NONE. */
  readonly of: number;
  readonly goto: string | null;
  /** Names used in headers and body, with the place of each. */
  readonly uses: readonly { readonly name: string; readonly path: Path }[];
};

export interface Event {
  readonly kind: 'request' | 'response';
  readonly method: number;
  readonly ranges: readonly (readonly [lo: number, hi: number])[];
  readonly status: number;
}

/** What `caller:` or `callee:` says. */
export function readEvent(given: EventFile): Event {
  if (typeof given === 'number') return { kind: 'response', method: NONE, ranges: [[given, given]], status: given };
  if (typeof given === 'string') {
    if (given.endsWith('xx')) {
      const hundred = Number(given[0]) * 100;
      // RFC 3261 §16.2: 100 is hop by hop and no answer of the other end, so 1xx means 101 to 199.
      if (hundred === 100) return { kind: 'response', method: NONE, ranges: [[101, 199]], status: 180 };
      return { kind: 'response', method: NONE, ranges: [[hundred, hundred + 99]], status: hundred };
    }
    return { kind: 'request', method: METHOD[given as keyof typeof METHOD], ranges: [], status: 0 };
  }
  const ranges: [number, number][] = [];
  for (const status of [...new Set(given)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === status - 1) last[1] = status;
    else ranges.push([status, status]);
  }
  return { kind: 'response', method: NONE, ranges, status: given[0]! };
}

/** Provisional, 2xx, or any other final response: what becomes of the transaction. */
export function outcomeOf(status: number): 'provisional' | 'success' | 'failure' {
  return status < 200 ? 'provisional' : status < 300 ? 'success' : 'failure';
}

export function readMessage(
  from: Role,
  given: EventFile,
  message: MessageFile,
  path: Path,
  line: number,
  leg: number,
  dataColumns: readonly string[] | null,
  problems: Problems,
): DraftChoice {
  const event = readEvent(given);
  checkEvent(from, event, message, path, problems);
  const headers = readHeaders(event, message, path, problems);
  return {
    path,
    from,
    line,
    ...event,
    of: message.of === undefined ? NONE : METHOD[message.of as keyof typeof METHOD],
    byTransaction: event.status === 100,
    reason: message.reason ?? '',
    headers,
    body: readBody(message.body),
    reliable: message.reliable === true,
    captures: readCaptures(event, message, path, problems),
    where: readConditions(event, message, path, problems),
    leg,
    next: NONE,
    goto: message.goto ?? null,
    uses: readUses(message, path, dataColumns, problems),
  };
}

function readBody(body: string | undefined): BodySpec | null {
  if (body === undefined || body === '') return null;
  if (body === 'sdp-offer' || body === 'sdp-answer') return { kind: body };
  return { kind: 'text', text: body.replace(/\r\n|\r|\n/g, '\r\n') };
}

function checkEvent(from: Role, event: Event, message: MessageFile, path: Path, problems: Problems): void {
  const value = (key: string): Path => [...path, key];
  if (event.kind === 'request') {
    for (const key of ['of', 'reason', 'reliable'] as const)
      if (message[key] !== undefined)
        problems.add(
          value(key),
          'key',
          `${key} belongs to a response, and ${METHOD_NAMES[event.method]} is a request`,
          'leave it out',
        );
    return;
  }
  const { ranges } = event;
  if (new Set(ranges.flat().map(outcomeOf)).size > 1)
    problems.add(
      value(from),
      'value',
      'the statuses mean different things: provisional, 2xx and other final ones',
      'make them alternatives: anyOf',
    );
  // RFC 3261 §17.2.1: a server sends 100 by itself, and only when the answer takes long; so it may always be missing.
  if (ranges.some(([lo, hi]) => lo <= 100 && hi > 100) || (ranges.length > 1 && ranges[0]![0] === 100))
    problems.add(
      value(from),
      'value',
      '100 stands with other statuses',
      'give 100 a step of its own with optional: true',
    );
  else if (event.status === 100 && message.optional !== true)
    problems.add(
      value(from),
      'value',
      '100 is sent only when an answer takes long, and no flow can wait for it',
      'add optional: true',
    );
  if (message.optional === true && event.status >= 200)
    problems.add(
      value('optional'),
      'key',
      'a final response cannot be optional: its request would never end',
      'leave optional out, or use timeout and onTimeout',
    );
  // RFC 3262 §3: any provisional but 100 may be sent reliably.
  if (message.reliable === true && (event.status < 101 || event.status > 199))
    problems.add(
      value('reliable'),
      'key',
      `only 101 to 199 can be reliable, and this is ${event.status}`,
      'leave reliable out',
    );
  if (message.reason !== undefined && /[\r\n\0]|\{\{/.test(message.reason))
    problems.add(value('reason'), 'value', 'a reason phrase is one line without {{…}}', 'write plain words');
}

function readCaptures(event: Event, message: MessageFile, path: Path, problems: Problems): Choice['captures'] {
  return Object.entries(message.capture ?? {}).map(([name, what]) => {
    const at = [...path, 'capture', name];
    if (!VARIABLE_PATTERN.test(name) || (SUBSTITUTIONS as readonly string[]).includes(name))
      problems.add(
        at,
        'key',
        `no value can be kept as ${name}`,
        'use letters, digits, - and _; not a name of busyhour such as hold',
      );
    const header = typeof what === 'string' ? what : what.header;
    const pattern = typeof what === 'string' ? '' : what.pattern;
    const headerAt = typeof what === 'string' ? at : [...at, 'header'];
    checkSource(event, header, headerAt, 'value', problems);
    if (pattern !== '' || typeof what !== 'string') checkPattern(pattern, [...at, 'pattern'], problems);
    return { name, header, pattern };
  });
}

/** What a receiver looks at: a header field, `body` or `uri`. */
function checkSource(event: Event, header: string, path: Path, which: 'key' | 'value', problems: Problems): void {
  if (!/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(header))
    problems.add(path, which, `"${header}" is no header name`, 'write for example Contact, body or uri');
  if (header === 'uri' && event.kind === 'response')
    problems.add(path, which, 'a response has no Request-URI', 'name a header field or body');
}

function readConditions(event: Event, message: MessageFile, path: Path, problems: Problems): Choice['where'] {
  return Object.entries(message.where ?? {}).map(([header, pattern]) => {
    const at = [...path, 'where', header];
    checkSource(event, header, at, 'key', problems);
    try {
      new RegExp(pattern, 'i');
    } catch (error) {
      problems.add(at, 'value', `not a pattern: ${(error as Error).message}`, 'write a JavaScript regular expression');
    }
    return { header, pattern };
  });
}

function checkPattern(pattern: string, path: Path, problems: Problems): void {
  try {
    // With an empty alternative every pattern matches, and the result tells how many groups it has.
    const groups = new RegExp(`${pattern}|`).exec('')!.length - 1;
    new RegExp(pattern);
    if (groups === 0) problems.add(path, 'value', 'the pattern has no group', 'put the part to keep in ( )');
  } catch (error) {
    problems.add(path, 'value', `not a pattern: ${(error as Error).message}`, 'write a JavaScript regular expression');
  }
}

function readUses(
  message: MessageFile,
  path: Path,
  dataColumns: readonly string[] | null,
  problems: Problems,
): DraftChoice['uses'] {
  const uses: { name: string; path: Path }[] = [];
  const texts: (readonly [text: string, path: Path])[] = [];
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const at = [...path, 'headers', name];
    if (Array.isArray(value))
      value.forEach((one, i) => {
        texts.push([String(one), [...at, i]]);
      });
    else texts.push([String(value), at]);
  }
  if (message.body !== undefined) texts.push([message.body, [...path, 'body']]);
  for (const [text, at] of texts) {
    if (hasStrayBraces(text))
      problems.add(
        at,
        'value',
        'a {{ or }} belongs to no substitution',
        'write {{name}} with letters, digits, . - and _',
      );
    for (const name of namesIn(text)) {
      if ((SUBSTITUTIONS as readonly string[]).includes(name)) continue;
      if (!name.startsWith(DATA_PREFIX)) uses.push({ name, path: at });
      else checkColumn(name.slice(DATA_PREFIX.length), at, dataColumns, problems);
    }
  }
  return uses;
}

function checkColumn(column: string, path: Path, dataColumns: readonly string[] | null, problems: Problems): void {
  if (dataColumns === null) {
    problems.add(path, 'value', `no data file gives {{${DATA_PREFIX}${column}}}`, 'give one with --data FILE.csv');
    return;
  }
  if (dataColumns.includes(column)) return;
  const [near] = nearest(column, dataColumns);
  const mend =
    near === undefined ? `its columns: ${dataColumns.join(', ') || 'none'}` : `write {{${DATA_PREFIX}${near}}}`;
  problems.add(path, 'value', `no data file gives {{${DATA_PREFIX}${column}}}`, mend);
}
