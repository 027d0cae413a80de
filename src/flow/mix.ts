// A mix file from its text: which flows in which order, and whether their users are registered; or every problem at its line and column. Sends nothing.

import type * as z from 'zod';
import { type Path, type Problems, readDocument } from './document.ts';
import { durationUs } from './duration.ts';
import type { Flow } from './flow.ts';
import type { Loaded } from './load.ts';
import { MOST_CALLS, reduced, smoothOrder } from './mix-order.ts';
import {
  type MixedFlowFile,
  type MixFile,
  mixedFlow,
  mixHead,
  type RegisterFile,
  registration,
  SHARE_PATTERN,
} from './mix-schema.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';

export interface Mix {
  readonly name: string;
  readonly title: string;
  readonly flows: readonly MixedFlow[];
  /** Call k plays flow `order[k % order.length]`. */
  readonly order: Uint8Array;
  readonly register: Registration | null;
}

export interface MixedFlow {
  readonly name: string;
  readonly flow: Flow;
  /** Microseconds; null: that of --hold. */
  readonly holdUs: number | null;
  /** Part of the calls, 0 to 1. */
  readonly share: number;
}

/** How the users are kept registered. */
export interface Registration {
  readonly expiresS: number;
  /** Refresh after this part of the granted time, or after `refreshUs` when that is above 0 and earlier. */
  readonly refreshShare: number;
  readonly refreshUs: number;
  readonly rateCps: number;
  readonly rampUs: number;
  readonly unregister: boolean;
}

export type LoadedMix =
  | { readonly mix: Mix; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

/** A refresh later than this part of the granted time would come too late when its first try is lost. */
const LATEST_REFRESH = 0.95;

const TAKES: Readonly<Record<string, readonly [takes: string, mend: string]>> = {
  mix: ['is a name of small letters, digits and hyphens', 'write for example mix: office-hours'],
  title: ['is one line of text', 'write for example title: A morning at the office'],
  flows: ['is a list of one to fifty flows', 'write lines such as - { flow: basic, weight: 7 } under flows:'],
  register: ['takes expires, refresh, rate, ramp and unregister', 'write for example register: { expires: 300s }'],
  flow: ['is the name of a flow, or a file', 'write for example flow: basic'],
  weight: [`is a whole number from 1 to ${MOST_CALLS}`, 'write for example weight: 7'],
  share: ['is a part of the calls in percent, with two decimals at most', 'write for example share: 12.5%'],
  name: ['is a name of small letters, digits and hyphens', 'write for example name: basic-long'],
  hold: ['is a duration', 'write a number with us, ms, s, m or h, for example 30s'],
  expires: ['is a duration', 'write for example expires: 300s'],
  refresh: ['is a part of the granted time, or a duration', 'write for example refresh: 80%, or refresh: 240s'],
  rate: ['is a number of registrations a second, above 0', 'write for example rate: 500'],
  ramp: ['is a duration', 'write for example ramp: 5s'],
  unregister: ['is true or false', 'write unregister: false, or leave the key out'],
};

/** Whether a text is meant as a mix: its top has the key `mix`, or `flows`. */
export function isMix(text: string): boolean {
  return /^["']?(mix|flows)["']?\s*:/m.test(text);
}

/** @param find gives the flow of a name or path as it is written in the mix */
export function loadMix(text: string, file: string, find: (nameOrFile: string) => Loaded): LoadedMix {
  const { value, problems } = readDocument(text, file);
  const shaped = problems.failed ? null : checkShape(value, problems);
  if (shaped === null) return { problems: problems.sorted() };
  const weights = weightsOf(shaped.flows, problems);
  const others: Problem[] = [];
  const flows = shaped.flows.map((entry, i) => findOne(entry, ['flows', i], find, problems, others));
  const names = shaped.flows.map(({ flow, name }, i) => name ?? flows[i]?.name ?? flow);
  for (const [i, name] of names.entries())
    if (names.indexOf(name) < i)
      problems.add(['flows', i], 'value', `${name} stands here twice`, 'give one of them a name of its own: name: …');
  const register = shaped.register === undefined ? null : registrationOf(shaped.register, problems);
  const failed = problems.failed || others.some(({ severity }) => severity === 'error');
  const found = [...problems.sorted(), ...others];
  if (failed || weights === null) return { problems: found };
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    mix: {
      name: shaped.mix,
      title: shaped.title ?? shaped.mix,
      flows: shaped.flows.map(({ hold }, i) => ({
        name: names[i]!,
        flow: flows[i]!,
        holdUs: hold === undefined ? null : durationUs(hold),
        share: weights[i]! / total,
      })),
      order: smoothOrder(weights),
      register,
    },
    warnings: found,
  };
}

function checkShape(value: unknown, problems: Problems): MixFile | null {
  if (!isObject(value)) {
    problems.add([], 'value', 'the file holds no mix', 'start with mix: and flows:');
    return null;
  }
  check(mixHead, value, [], problems);
  if (Array.isArray(value.flows))
    value.flows.forEach((entry: unknown, i) => {
      if (isObject(entry)) check(mixedFlow, entry, ['flows', i], problems);
      else problems.add(['flows', i], 'value', 'a flow of a mix is a map', 'write - { flow: basic, weight: 7 }');
    });
  if (value.register !== undefined) {
    if (isObject(value.register)) check(registration, value.register, ['register'], problems);
    else problems.add(['register'], 'value', `register ${TAKES.register![0]}`, TAKES.register![1]);
  }
  return problems.failed ? null : (value as unknown as MixFile);
}

function check(shape: z.ZodObject, value: Record<string, unknown>, path: Path, problems: Problems): void {
  const result = shape.safeParse(value);
  if (result.success) return;
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(shape.shape);
      for (const key of issue.keys) {
        const near = nearest(key, known);
        const mend = near.length > 0 ? `write ${near.join(' or ')}` : `known here: ${known.join(', ')}`;
        problems.add([...path, key], 'key', `unknown key ${key}`, mend);
      }
      continue;
    }
    const key = String(issue.path[0]);
    const [takes, mend] = TAKES[key]!;
    if (key in value) problems.add([...path, key], 'value', `${key} ${takes}`, mend);
    else problems.add(path, 'value', `${key} is missing`, mend);
  }
}

/** Weights as whole numbers; null when they are none. */
function weightsOf(flows: readonly MixedFlowFile[], problems: Problems): number[] | null {
  const shares = flows.filter(({ share }) => share !== undefined).length;
  let wrong = false;
  const tell = (i: number, key: string, message: string, mend: string): void => {
    wrong = true;
    problems.add(['flows', i, key], 'value', message, mend);
  };
  flows.forEach(({ weight, share }, i) => {
    if (weight !== undefined && share !== undefined)
      tell(i, 'share', 'weight and share exclude each other', 'keep one');
    else if (shares > 0 && share === undefined)
      tell(i, weight === undefined ? 'flow' : 'weight', 'other flows of this mix have a share', 'give it a share too');
    else if (share !== undefined && hundredths(share) === 0) tell(i, 'share', 'no call is 0%', 'leave the flow out');
  });
  if (wrong) return null;
  if (shares === 0) {
    const weights = reduced(flows.map(({ weight = 1 }) => weight));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total <= MOST_CALLS) return weights;
    problems.add(['flows'], 'key', `the weights are finer than 1 call in ${MOST_CALLS}`, 'round them');
    return null;
  }
  const parts = flows.map(({ share }) => hundredths(share!));
  const total = parts.reduce((sum, part) => sum + part, 0);
  if (total === 10_000) return parts;
  problems.add(
    ['flows'],
    'key',
    `the shares are ${total / 100}% together, not 100%`,
    'make them 100%, or write weights',
  );
  return null;
}

function hundredths(share: string): number {
  return Math.round(Number(SHARE_PATTERN.exec(share)![1]) * 100);
}

function findOne(
  { flow }: MixedFlowFile,
  path: Path,
  find: (nameOrFile: string) => Loaded,
  problems: Problems,
  others: Problem[],
): Flow | null {
  const loaded = find(flow);
  if ('flow' in loaded) {
    others.push(...loaded.warnings);
    return loaded.flow;
  }
  // What is wrong with the name is wrong here; what is wrong in its file is told of that file.
  for (const problem of loaded.problems)
    if (problem.line === 0) problems.add([...path, 'flow'], 'value', problem.message, problem.mend);
    else others.push(problem);
  return null;
}

export const REGISTRATION: Registration = {
  expiresS: 300,
  refreshShare: 0.8,
  refreshUs: 0,
  rateCps: 100,
  rampUs: 0,
  unregister: true,
};

function registrationOf(given: RegisterFile, problems: Problems): Registration {
  const expiresS = given.expires === undefined ? REGISTRATION.expiresS : durationUs(given.expires) / 1e6;
  if (!Number.isInteger(expiresS) || expiresS < 1)
    problems.add(['register', 'expires'], 'value', 'expires is not whole seconds', 'write for example expires: 300s');
  const { refresh } = given;
  const share = refresh === undefined ? null : SHARE_PATTERN.exec(refresh);
  const refreshShare = share === null ? REGISTRATION.refreshShare : Number(share[1]) / 100;
  if (refreshShare > LATEST_REFRESH || refreshShare < 0.01)
    problems.add(['register', 'refresh'], 'value', 'a refresh comes after 1% to 95% of the granted time', 'write 80%');
  const refreshUs = refresh === undefined || share !== null ? 0 : durationUs(refresh);
  if (refresh !== undefined && share === null && refreshUs < 1e6)
    problems.add(
      ['register', 'refresh'],
      'value',
      'a refresh comes after a second at the earliest',
      'write for example 240s',
    );
  return {
    expiresS,
    // A time that is given holds up to the latest; a part holds by itself.
    refreshShare: refreshUs > 0 ? LATEST_REFRESH : refreshShare,
    refreshUs,
    rateCps: given.rate ?? REGISTRATION.rateCps,
    rampUs: given.ramp === undefined ? REGISTRATION.rampUs : durationUs(given.ramp),
    unregister: given.unregister ?? REGISTRATION.unregister,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
