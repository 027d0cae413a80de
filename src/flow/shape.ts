// Compares a flow file with the schema and says what is wrong in the words of a ladder. Knows keys and types, no SIP.

import type * as z from 'zod';
import type { Path, Problems } from './document.ts';
import { nearest } from './nearest.ts';
import { type FlowFile, METHODS, SHAPES, type StepKind } from './schema.ts';

/** What a key takes, and an example of it. */
const TAKES: Readonly<Record<string, readonly [takes: string, mend: string]>> = {
  flow: ['is a name of small letters, digits and hyphens', 'write for example flow: my-flow'],
  title: ['is one line of text', 'write for example title: A call with early media'],
  description: ['is a text', 'write a text, or leave the key out'],
  credentials: ['takes user and password', 'write for example credentials: { user: alice, password: secret }'],
  user: ['is a user part: letters, digits and . _ ~ + * -', 'write for example user: ring'],
  ladder: ['is a list of at least one step', 'write a line such as - caller: INVITE under ladder:'],
  headers: [
    'takes texts and numbers by header name',
    'put the value in quotes, for example headers: { Subject: "test" }',
  ],
  body: ['is sdp-offer, sdp-answer or a text', 'write one of them'],
  of: ['is a method', 'write for example of: INVITE'],
  reason: ['is a text', 'put it in quotes'],
  optional: ['is true or false', 'write optional: true, or leave the key out'],
  reliable: ['is true or false', 'write reliable: true, or leave the key out'],
  capture: [
    'takes a header name, or header and pattern, by variable',
    'write for example capture: { tag: { header: To, pattern: "tag=(.+)" } }',
  ],
  where: ['takes patterns by header name', 'write for example where: { Subscription-State: "^terminated" }'],
  leg: ['is a name of letters, digits, - and _', 'write for example leg: consultation'],
  timeout: ['is a duration', 'write a number with us, ms, s, m or h, for example 2s'],
  onTimeout: ['is a label', 'write the name of a label'],
  label: ['is a name of letters, digits, - and _', 'write for example label: again'],
  goto: ['is a label', 'write the name of a label'],
  pause: ['is hold or a duration', 'write pause: hold, or a number with us, ms, s, m or h, for example 250ms'],
  repeat: ['is a whole number from 1 to 2000', 'write for example repeat: 3'],
  steps: ['is a list of at least one step', 'write a line such as - caller: INFO under steps:'],
  anyOf: ['is a list of at least two messages', 'write a line such as - callee: 200 under anyOf:'],
};

const KINDS: readonly StepKind[] = ['caller', 'callee', 'pause', 'repeat', 'anyOf', 'goto', 'label'];

/** The file when its shape is right; problems are added otherwise. */
export function checkShape(value: unknown, problems: Problems): FlowFile | null {
  if (!isObject(value)) {
    problems.add([], 'value', 'the file holds no flow', 'start with flow:, title: and ladder:');
    return null;
  }
  check(SHAPES.flow, value, [], problems);
  if (Array.isArray(value.ladder))
    value.ladder.forEach((step, i) => {
      checkStep(step, ['ladder', i], problems, false);
    });
  return problems.failed ? null : (value as unknown as FlowFile);
}

function checkStep(value: unknown, path: Path, problems: Problems, messageOnly: boolean): void {
  if (!isObject(value)) {
    problems.add(path, 'value', 'a step is a key and its value', 'write for example - caller: INVITE');
    return;
  }
  const kind = KINDS.find((key) => key in value);
  if (kind === undefined) {
    const [first] = Object.keys(value);
    const [near] = first === undefined ? [] : nearest(first, [...KINDS]);
    const known = `a step begins with ${KINDS.slice(0, -1).join(', ')} or ${KINDS.at(-1)}`;
    problems.add(
      first === undefined ? path : [...path, first],
      'key',
      first === undefined ? 'a step says nothing' : `no step is called ${first}`,
      near === undefined ? known : `write ${near}`,
    );
    return;
  }
  if ('caller' in value && 'callee' in value) {
    problems.add(
      [...path, 'callee'],
      'key',
      'one step has both a caller and a callee',
      'make two steps: one message has one sender',
    );
    return;
  }
  if (messageOnly && kind !== 'caller' && kind !== 'callee') {
    problems.add([...path, kind], 'key', `anyOf takes messages, not ${kind}`, 'write caller: or callee:');
    return;
  }
  check(SHAPES[kind], value, path, problems);
  const children = kind === 'repeat' ? 'steps' : kind === 'anyOf' ? 'anyOf' : null;
  if (children === null || !Array.isArray(value[children])) return;
  (value[children] as unknown[]).forEach((child, i) => {
    checkStep(child, [...path, children, i], problems, kind === 'anyOf');
  });
}

function check(shape: z.ZodType, value: object, path: Path, problems: Problems): void {
  const result = shape.safeParse(value);
  if (result.success) return;
  for (const issue of result.error.issues) {
    const at = [...path, ...(issue.path as (string | number)[])];
    if (issue.code === 'unrecognized_keys') {
      const known = issue.path.length > 0 ? ['header', 'pattern'] : Object.keys((shape as z.ZodObject).shape);
      for (const key of issue.keys) unknownKey([...at, key], key, known, problems);
    } else fault(at, issue.path.map(String), value, problems);
  }
}

function unknownKey(path: Path, key: string, known: readonly string[], problems: Problems): void {
  const near = nearest(key, known);
  const mend = near.length > 0 ? `write ${near.join(' or ')}` : `known here: ${known.join(', ')}`;
  problems.add(path, 'key', `unknown key ${key}`, mend);
}

/** A value that does not fit: told by the key it stands under. */
function fault(path: Path, inside: readonly string[], value: object, problems: Problems): void {
  const key = inside[0]!;
  const given = (value as Record<string, unknown>)[key];
  if (!(key in value)) problems.add(path.slice(0, -1), 'value', `${key} is missing`, TAKES[key]![1]);
  else if (key === 'caller' || key === 'callee') badEvent(path, given, problems);
  else if (key === 'of' && typeof given === 'string') unknownMethod(path, given, problems);
  else {
    const [takes, mend] = TAKES[key]!;
    problems.add(path, 'value', inside.length > 1 ? `${inside.join('.')}: ${key} ${takes}` : `${key} ${takes}`, mend);
  }
}

function badEvent(path: Path, given: unknown, problems: Problems): void {
  if (typeof given === 'string' && /^\d+$/.test(given))
    problems.add(path, 'value', `the status "${given}" is a text`, `write ${given} without quotes`);
  else if (typeof given === 'string' && /^\d/.test(given))
    problems.add(path, 'value', `unknown class ${given}`, 'write 1xx, 2xx, 3xx, 4xx, 5xx or 6xx');
  else if (typeof given === 'string') unknownMethod(path, given, problems);
  else if (typeof given === 'number' || Array.isArray(given))
    problems.add(path, 'value', `unknown status ${JSON.stringify(given)}`, 'write whole numbers from 100 to 699');
  else
    problems.add(path, 'value', 'a message is a method or a status', 'write for example caller: INVITE or callee: 200');
}

function unknownMethod(path: Path, given: string, problems: Problems): void {
  const near = nearest(given, METHODS);
  problems.add(
    path,
    'value',
    `unknown method ${given}`,
    near.length > 0 ? `write ${near[0]}` : `known: ${METHODS.join(', ')}`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
