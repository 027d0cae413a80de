// What a conformance case is: a record with a permanent id and a body of a few moves. Runs nothing.

import type { Talk } from './talk.ts';

export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY' | 'INFO';
export const LEVELS: readonly Level[] = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY', 'INFO'];

/** What the server under test is in this case. */
export type Role = 'uas' | 'uac' | 'registrar' | 'proxy' | 'redirect' | 'notifier' | 'subscriber' | 'esc' | 'all';
export const ROLES: readonly Role[] = [
  'uas',
  'uac',
  'registrar',
  'proxy',
  'redirect',
  'notifier',
  'subscriber',
  'esc',
  'all',
];

export type TransportKind = 'udp' | 'tcp' | 'ws';

/**
 * Users of the server by what it does with a call to them; `early` sends several reliable provisional responses, `echo` sends our media
 * back, `moved` sends the caller elsewhere by a 3xx, `transfer` answers and calls whom a REFER names.
 */
export type Extension =
  | 'answer'
  | 'ring'
  | 'busy'
  | 'away'
  | 'decline'
  | 'auth'
  | 'early'
  | 'echo'
  | 'moved'
  | 'transfer';
export const EXTENSIONS: readonly Extension[] = [
  'answer',
  'ring',
  'busy',
  'away',
  'decline',
  'auth',
  'early',
  'echo',
  'moved',
  'transfer',
];

/**
 * What the profile must have: an extension; `account` (the case gets one to itself), `password` (one with a password);
 * `ipv4`, `ipv6`: the target is such an address; `event` (any package) or `event:NAME`; `far` (the far side of a proxy); `originate:METHOD` (a command that makes the server send it;
 * `originate:INVITE:late-offer` is one of a kind: see ORIGINATED).
 */
export type Need =
  | Extension
  | 'ipv4'
  | 'ipv6'
  | 'account'
  | 'password'
  | 'far'
  | 'event'
  | `event:${string}`
  | `originate:${string}`;

/** What makes the server send more than one request of a method, or a particular one. */
export const ORIGINATED: Readonly<Record<string, string>> = {
  INVITE: 'a call, ended by the server half a second or so after the ACK',
  'INVITE:late-offer': 'a call whose INVITE has no offer',
  'INVITE:hold': 'a call, and in it a re-INVITE that puts it on hold',
  'INVITE:fewer-streams': 'a call with two streams, and in it a re-INVITE that ends one of them',
  'INVITE:timer': 'a call with a session timer that the server is ready to refresh',
  'INVITE:tcp': 'a call over TCP',
  'INVITE:redirect': 'a call that may be sent elsewhere by a 3xx',
  CANCEL: 'a call that is given up when it rings',
  UPDATE: 'a call, and in it an UPDATE',
  PRACK: 'a call that takes reliable provisional responses',
  INFO: 'a call, and in it an INFO',
  'INFO:kept': 'a call, and in it an INFO, which goes on for two seconds or more after its response',
  REGISTER: 'a registration, refreshed at once and removed',
  SUBSCRIBE: 'a subscription to presence, refreshed at once and ended',
  PUBLISH: 'a publication, refreshed, changed and removed',
};

interface Head {
  /** Permanent, never reused: `rfc3261/8.2.2.3/require-unknown-420` (document / section / words). */
  readonly id: string;
  /** The requirement in our own words, one sentence. */
  readonly title: string;
  /** Ids in the catalogue of requirements; may be empty. */
  readonly req: readonly string[];
  readonly level: Level;
  readonly role: Role;
  /** Methods it is about. */
  readonly methods: readonly string[];
}

export interface Case extends Head {
  /** Absent: any. */
  readonly transports?: readonly TransportKind[];
  readonly needs?: readonly Need[];
  /** Takes longer than some ten seconds: run with --slow only. */
  readonly slow?: boolean;
  /** Depends on when something comes: tried again when it fails, and every attempt is shown. */
  readonly timing?: boolean;
  /** Longest time for the whole case; 30 s, or 240 s for a slow one. */
  readonly limitMs?: number;
  readonly run: (t: Talk) => Promise<void>;
}

/** A requirement that no message can show, or that is stated wrongly: listed with its reason. */
export interface NotObservable extends Head {
  readonly reason: string;
}

export type Entry = Case | NotObservable;

export function isCase(entry: Entry): entry is Case {
  return 'run' in entry;
}

/** `notObservable('rfc3261/17.1.1.2/timer-b-value', { title, req, level, role, methods, reason })` */
export function notObservable(id: string, rest: Omit<NotObservable, 'id'>): NotObservable {
  return { id, ...rest };
}

const ID = /^rfc(\d{4,5})\/([0-9A-Z]+(?:\.\d+)*)\/[a-z0-9]+(?:-[a-z0-9]+)*$/;

export function rfcOf(id: string): number {
  return Number(ID.exec(id)![1]);
}

export function sectionOf(id: string): string {
  return ID.exec(id)![2]!;
}

/** What is wrong with a list of cases, one line each; empty when nothing is. */
export function checkEntries(entries: readonly Entry[]): string[] {
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (const { id, title, req, level, role, methods } of entries) {
    if (!ID.test(id)) wrong.push(`${id}: want rfcNNNN/SECTION/words-in-small-letters`);
    if (seen.has(id)) wrong.push(`${id}: stands twice`);
    seen.add(id);
    if (title.trim().length < 15) wrong.push(`${id}: the title does not say what is required`);
    for (const one of req) if (!/^[A-Z0-9]+-\d{3}[a-z]?$/.test(one)) wrong.push(`${id}: "${one}" is no requirement id`);
    if (!LEVELS.includes(level)) wrong.push(`${id}: unknown level ${level}`);
    if (!ROLES.includes(role)) wrong.push(`${id}: unknown role ${role}`);
    if (methods.length === 0) wrong.push(`${id}: no method`);
  }
  return wrong;
}
