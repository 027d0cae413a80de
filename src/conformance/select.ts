// Which cases are asked for, and whether one applies to the server of a profile. Pure.

import { type Case, type Entry, type Level, rfcOf, type TransportKind } from './case.ts';
import { lacks, type Profile } from './profile.ts';

export interface Selection {
  readonly rfcs?: readonly number[];
  readonly methods?: readonly string[];
  readonly roles?: readonly string[];
  /** `must`, `should`, `may`, `info`; the NOT forms go with them. */
  readonly levels?: readonly string[];
  /** Globs over the id: `rfc3261/17.*`. */
  readonly globs?: readonly string[];
}

export function select<E extends Entry>(entries: readonly E[], wanted: Selection): E[] {
  const { rfcs, methods, roles, levels, globs } = wanted;
  const patterns = globs?.map(globPattern);
  return entries.filter(
    (one) =>
      (rfcs === undefined || rfcs.includes(rfcOf(one.id))) &&
      (methods === undefined || one.methods.some((method) => methods.includes(method))) &&
      (roles === undefined || one.role === 'all' || roles.includes(one.role)) &&
      (levels === undefined || levels.includes(levelWord(one.level))) &&
      (patterns === undefined || patterns.some((pattern) => pattern.test(one.id))),
  );
}

export function levelWord(level: Level): string {
  return level.split(' ')[0]!.toLowerCase();
}

/** `*` stands for any characters. */
function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`);
}

/** Why a case does not apply, null when it does. */
export function inapplicable(one: Case, profile: Profile, target: TransportKind, slow: boolean): string | null {
  if (one.slow === true && !slow) return 'it is slow; run with --slow';
  if (one.role !== 'all' && !profile.roles.includes(one.role)) return `the profile has no role ${one.role}`;
  if (transportOf(one, profile, target) === null)
    return `the profile has no ${one.transports!.map((kind) => kind.toUpperCase()).join(' or ')}`;
  const foreign = one.methods.find((method) => profile.methods !== null && !profile.methods.includes(method));
  if (foreign !== undefined) return `the profile has no method ${foreign}`;
  for (const need of one.needs ?? []) {
    const why = lacks(profile, need);
    if (why !== null) return why;
  }
  return null;
}

/** The transport of the case's first end: that of the target where it may, else one that both have. */
export function transportOf(one: Case, profile: Profile, target: TransportKind): TransportKind | null {
  if (one.transports === undefined || one.transports.includes(target)) return target;
  return one.transports.find((kind) => profile.transports.includes(kind)) ?? null;
}
