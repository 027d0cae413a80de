// From checked options to what each worker is told. Pure arithmetic; opens nothing.

import { randomBytes, randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import {
  type DataOrder,
  type DataTable,
  hostText,
  type LoadConfig,
  METHOD_NAMES,
  type RegisterConfig,
  rowCount,
  type WorkerConfig,
} from '../engine/protocol.ts';
import type { Program } from '../flow/program.ts';
import type { Phase } from '../time/schedule.ts';
import type { LocalPlace, Target } from './target.ts';
import { UsageError } from './usage-error.ts';

export interface CommonOptions {
  readonly programs: readonly Program[];
  readonly workers: number;
  readonly io: 'auto' | 'batched' | 'dgram';
  readonly segmentation: boolean;
  readonly rules: boolean;
  readonly rcvbufBytes: number;
  /** 0: by what the run needs. */
  readonly maxCalls: number;
  /** Both ends of the (first) flow without holds. */
  readonly rehearsal: { readonly caller: Program; readonly callee: Program };
}

export interface LoadOptions extends CommonOptions {
  readonly target: Target;
  /** Each row of data is a user to be kept registered; and by program who answers its calls when they come back, null for nobody. */
  readonly register?: { readonly config: RegisterConfig; readonly callees: readonly (Program | null)[] } | null;
  /** Arrival k plays program order[k mod length]; without it all play the first. */
  readonly order?: Uint8Array;
  readonly data: DataTable | null;
  readonly dataOrder: DataOrder;
  readonly credentials: { readonly user: string; readonly password: string } | null;
  readonly local: LocalPlace;
  readonly connections: WorkerConfig['connections'];
  readonly phases: readonly Phase[];
  readonly arrivals: 'uniform' | 'poisson';
  readonly seed: number;
  readonly calls: number;
  readonly users: number;
  readonly durationUs: number;
  readonly concurrency: number;
  readonly holdUs: number;
  readonly shardIndex: number;
  readonly shardCount: number;
  readonly trace: boolean;
}

/** The open model from one machine and one connection, with neither users nor bounds: what is not said otherwise. */
export const PLAIN_LOAD = {
  data: null,
  dataOrder: 'sequential',
  credentials: null,
  connections: 'one',
  arrivals: 'uniform',
  seed: 1,
  calls: 0,
  users: 0,
  durationUs: 0,
  concurrency: 0,
  holdUs: 0,
  shardIndex: 0,
  shardCount: 1,
  trace: false,
} as const satisfies Partial<LoadOptions>;

export interface AnswerOptions extends CommonOptions {
  readonly credentials: { readonly user: string; readonly password: string };
  readonly challenge: boolean;
  readonly referCalls: boolean;
  readonly referHoldUs: number;
  readonly algorithms: readonly string[];
  /** The last program is that of the reference server. */
  readonly server: boolean;
  readonly listen: readonly LocalPlace[];
  /** Bindings of the registrar, each worker. */
  readonly maxBindings?: number;
  readonly rateLimitCps: number;
  readonly delayUs: number;
}

/** A million users, and some who come twice. */
const MAX_BINDINGS = 1_100_000;
const MIN_CALLS = 20_000;
const MAX_CALLS = 2_000_000;
/** A call whose requests are lost lives up to 64·T1 and a bit. */
const LOST_CALL_S = 40;
/** Below this rate the compiler has time enough while the run goes on. */
const WARM_UP_FROM_CPS = 1_000;
/** Calls of the rehearsal: as many as the rate brings in a twentieth of a second, within bounds; a slow run has time to warm up by itself. */
function rehearsed(peakCps: number): number {
  return Math.round(Math.min(6_000, Math.max(300, peakCps / 20)));
}

/** The user called where the target names none: the flow's, or `service` as everywhere; a REGISTER is then about a user of its own per call. */
function userOf(program: Program): string {
  const first = program.messages.find(({ kind }) => kind === 'request');
  if (program.user !== '' || METHOD_NAMES[first?.method ?? 0] === 'REGISTER') return program.user;
  return 'service';
}

/** Dialogs that one call has at a time, each in a slot of its own. */
function dialogsOf(programs: readonly Program[]): number {
  return 1 + Math.max(0, ...programs.flatMap(({ messages }) => messages.map(({ leg = 0 }) => leg)));
}

type Config = Omit<WorkerConfig, 'control'>;

/** For Identity: as random as can be had. */
function secret(): [number, number] {
  return [randomInt(2 ** 32) | 0, randomInt(2 ** 32) | 0];
}

function token(): string {
  const letters = '0123456789abcdefghijklmnopqrstuvwxyz';
  return Array.from(randomBytes(6), (byte) => letters[byte % 36]).join('');
}

/** The host for Via and Contact: bound to every address, it is the first that other machines can reach. */
function advertised(address: string): string {
  const [family, loopback] = address.includes(':') ? ['IPv6', '::1'] : ['IPv4', '127.0.0.1'];
  if (address !== '0.0.0.0' && address !== '::') return hostText(address);
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  // RFC 4291 §2.5.6: a link-local address means nothing without its link.
  const reachable = all.find((a) => a.family === family && !a.internal && !/^fe[89ab]/i.test(a.address));
  return hostText(reachable?.address ?? loopback!);
}

/** Part `index` of `total` in `count` shares. */
function share(total: number, index: number, count: number): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0);
}

export function planLoad(options: LoadOptions): Config[] {
  const { workers, shardCount } = options;
  const register = options.register?.config ?? null;
  const shards = workers * shardCount;
  const peakCps = Math.max(0, ...options.phases.map((p) => Math.max(p.fromCps, p.toCps))) / shards;
  const wanted =
    options.users > 0 ? Math.ceil(options.users / shards) : Math.ceil(peakCps * (options.holdUs / 1e6 + LOST_CALL_S));
  const bounded = options.calls > 0 ? Math.min(wanted, Math.ceil(options.calls / shards) + 1) : wanted;
  // Each dialog of a call may come back to us where our users are registered.
  const slots = bounded * dialogsOf(options.programs) * (register === null ? 1 : 2);
  const maxCalls = options.maxCalls || Math.min(MAX_CALLS, Math.max(MIN_CALLS, slots));
  if (options.users > 0 && Math.ceil(options.users / shards) > maxCalls)
    throw new UsageError(
      `--users ${options.users} is more than ${maxCalls} calls a worker; raise --workers or --max-calls`,
    );
  const { concurrency, users, local } = options;
  // A worker without a user, or without a call of the cap, would wait for ever or go beyond what was asked.
  if (users > 0 && users < shards)
    throw new UsageError(`--users ${users} is less than ${shards} workers in all; give fewer --workers`);
  if (concurrency > 0 && concurrency < workers)
    throw new UsageError(`--concurrency ${concurrency} is less than ${workers} workers; give fewer --workers`);
  if (local.port > 0 && local.port + workers - 1 > 65_535)
    throw new UsageError(
      `--local port ${local.port}: worker i takes port + i, and ${workers} workers go beyond 65535; give a lower port`,
    );
  checkRows(options, shards);
  checkUsers(options, shards);
  const load: LoadConfig = {
    phases: options.phases,
    arrivals: options.arrivals,
    seed: options.seed,
    calls: options.calls,
    users: options.users,
    durationUs: options.durationUs,
    concurrency: 0,
    shardIndex: options.shardIndex,
    shardCount,
    order: options.order ?? new Uint8Array(1),
  };
  const callees = options.register?.callees ?? [];
  const beside = callees.filter((program) => program !== null);
  const calleeOf = callees.map((program) =>
    program === null ? -1 : options.programs.length + beside.indexOf(program),
  );
  const id = token();
  const hidden = secret();
  return Array.from({ length: workers }, (_, index) => ({
    index,
    count: workers,
    token: id,
    secret: hidden,
    role: 'caller' as const,
    programs: [...options.programs, ...beside],
    calleeOf,
    register,
    server: false,
    data: options.data,
    dataOrder: options.dataOrder,
    credentials: options.credentials,
    challenge: false,
    referCalls: false,
    referHoldUs: 0,
    algorithms: [],
    io: options.io,
    segmentation: options.segmentation,
    locals: [
      {
        ...options.local,
        port: options.local.port === 0 ? 0 : options.local.port + index,
        host: advertised(options.local.address),
        ...(options.target.path !== undefined && { path: options.target.path }),
      },
    ],
    connections: options.connections,
    reusePort: false,
    target: {
      address: options.target.address,
      port: options.target.port,
      host: options.target.host,
      users: options.programs.map((program) => options.target.user || userOf(program)),
    },
    load: { ...load, concurrency: share(options.concurrency, index, workers) },
    maxCalls,
    rules: options.rules,
    rcvbufBytes: options.rcvbufBytes,
    maxBindings: 0,
    rateLimitCps: 0,
    delayUs: 0,
    trace: options.trace,
    warmUp:
      peakCps >= WARM_UP_FROM_CPS || options.users >= WARM_UP_FROM_CPS
        ? { ...options.rehearsal, calls: rehearsed(peakCps) }
        : null,
  }));
}

/** @throws UsageError when a worker would have no row of its own, or more calls at a time than rows */
function checkRows({ data, dataOrder, users }: LoadOptions, shards: number): void {
  if (data === null) {
    if (dataOrder !== 'sequential')
      throw new UsageError(`--data-order ${dataOrder} without --data; give the file whose rows it means`);
    return;
  }
  if (dataOrder !== 'unique' && dataOrder !== 'per-shard') return;
  const rows = rowCount(data);
  if (rows < shards)
    throw new UsageError(
      `--data-order ${dataOrder} shares the rows out to ${shards} workers, and the file has ${rows}; give more rows or fewer --workers`,
    );
  if (dataOrder === 'unique' && Math.ceil(users / shards) > Math.floor(rows / shards))
    throw new UsageError(
      `--users ${users} need a row each with --data-order unique, and the file has ${rows}; give more rows or fewer --users`,
    );
}

/** @throws UsageError when there is nobody to register */
function checkUsers({ register, data }: LoadOptions, shards: number): void {
  if (register === undefined || register === null) return;
  if (data === null || !data.columns.includes('user'))
    throw new UsageError(
      'users are registered from a data file with a column user (and password, where the registrar asks); give --data',
    );
  if (rowCount(data) < shards)
    throw new UsageError(`the file has ${rowCount(data)} users for ${shards} workers; give fewer --workers`);
}

/** Each worker listens at every address, so that what is told at one is known at all; several workers share the ports. */
export function planAnswer(options: AnswerOptions): Config[] {
  const { listen, workers: count } = options;
  const id = token();
  const hidden = secret();
  return Array.from({ length: count }, (_, index) => ({
    index,
    count,
    token: id,
    secret: hidden,
    role: 'callee' as const,
    programs: options.programs,
    calleeOf: [],
    register: null,
    server: options.server,
    data: null,
    dataOrder: 'sequential' as const,
    credentials: options.credentials,
    challenge: options.challenge,
    referCalls: options.referCalls,
    referHoldUs: options.referHoldUs,
    algorithms: options.algorithms,
    io: options.io,
    segmentation: options.segmentation,
    locals: listen.map((local) => ({ ...local, host: advertised(local.address) })),
    connections: 'one' as const,
    reusePort: count > 1,
    target: null,
    load: null,
    maxCalls: options.maxCalls || 500_000,
    rules: options.rules,
    rcvbufBytes: options.rcvbufBytes,
    maxBindings: options.maxBindings ?? MAX_BINDINGS,
    rateLimitCps: options.rateLimitCps / count,
    delayUs: options.delayUs,
    trace: false,
    warmUp: { ...options.rehearsal, calls: rehearsed(Number.POSITIVE_INFINITY) },
  }));
}
