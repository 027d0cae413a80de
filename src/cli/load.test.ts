// `load` from options to the plan of a run: the load models, what excludes what, shards, credentials. The run itself stands still.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunPlan } from '../controller/run.ts';
import { UsageError } from '../controller/usage-error.ts';
import { credentialsOf, DEFAULT_RCVBUF, load, rateAt } from './load.ts';

const seen = vi.hoisted(() => ({
  plans: [] as unknown[],
  shown: [] as unknown[],
  concluded: [] as unknown[][],
  ended: 0,
  fail: null as Error | null,
}));
vi.mock('../controller/run.ts', () => ({
  Run: class {
    constructor(plan: unknown) {
      seen.plans.push(plan);
    }
    async go() {
      if (seen.fail !== null) throw seen.fail;
      return { exitCode: 0 };
    }
  },
}));
vi.mock('./show.ts', () => ({
  Show: class {
    constructor(options: unknown) {
      seen.shown.push(options);
    }
    async begin() {}
    progress() {}
    end() {
      seen.ended++;
    }
  },
  conclude: async (...args: unknown[]) => {
    seen.concluded.push(args);
  },
}));

const folder = mkdtempSync(join(tmpdir(), 'busyhour-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  Object.assign(seen, { plans: [], shown: [], concluded: [], ended: 0, fail: null });
});

type Flags = Parameters<typeof load>[2];
const FLAGS: Flags = {
  hold: '0s',
  workers: 1,
  io: 'auto',
  connections: 'one',
  segmentation: true,
  rules: true,
  rcvbuf: DEFAULT_RCVBUF,
  arrivals: 'uniform',
  seed: 1,
  dataOrder: 'sequential',
  out: folder,
};
const TARGET = 'udp:127.0.0.1:9';
const EVER = Number.POSITIVE_INFINITY;

async function planned(flags: Partial<Flags> = {}): Promise<RunPlan> {
  await load('basic', TARGET, { ...FLAGS, ...flags });
  return seen.plans.at(-1) as RunPlan;
}

async function refused(flags: Partial<Flags>, flow = 'basic', target = TARGET): Promise<string> {
  const error = await load(flow, target, { ...FLAGS, ...flags }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as UsageError).exitCode).toBe(2);
  expect(seen.plans).toEqual([]);
  return (error as UsageError).message;
}

const loadOf = (plan: RunPlan) => plan.configs[0]!.load!;
const steady = (cps: number, durationUs: number) => ({ fromCps: cps, toCps: cps, durationUs });

describe('the load asked for', () => {
  it.each<[string, Partial<Flags>, object, number]>([
    ['10 calls a second for 10 s unless it is said', {}, { phases: [steady(10, 10e6)], calls: 0, users: 0 }, 10],
    ['a rate', { rate: 500 }, { phases: [steady(500, 10e6)] }, 10],
    ['a rate and a time', { rate: 5, duration: '1m' }, { phases: [steady(5, 60e6)] }, 60],
    ['a number of calls: as long as they take', { calls: 50 }, { phases: [steady(10, EVER)], calls: 50 }, EVER],
    ['calls and a time', { calls: 50, duration: '2s' }, { phases: [steady(10, 2e6)], calls: 50 }, 2],
    ['a profile', { profile: 'hold 5 3s, hold 9 4s' }, { phases: [steady(5, 3e6), steady(9, 4e6)] }, 7],
    ['a profile up to a number of calls', { profile: 'hold 5 forever', calls: 7 }, { calls: 7 }, EVER],
    ['one call', { once: true }, { phases: [steady(1, EVER)], calls: 1 }, EVER],
    ['users for 10 s', { users: 5 }, { phases: [], users: 5, durationUs: 10e6 }, 10],
    ['users for a time', { users: 5, duration: '3s' }, { users: 5, durationUs: 3e6 }, 3],
    ['users and calls', { users: 5, calls: 20 }, { users: 5, calls: 20, durationUs: 0 }, EVER],
    ['a cap', { concurrency: 3 }, { concurrency: 3 }, 10],
  ])('%s', async (_, flags, expected, scheduleS) => {
    const plan = await planned(flags);
    expect(loadOf(plan)).toMatchObject(expected);
    expect(plan).toMatchObject({ command: 'load', target: TARGET, flow: 'basic', scheduleS });
    expect(plan.openModel).toBe(flags.users === undefined);
  });

  it.each<[Partial<Flags>, string]>([
    [{ once: true, rate: 5 }, '--once and --rate exclude each other'],
    [{ once: true, calls: 5 }, '--once and --calls'],
    [{ once: true, users: 5 }, '--once and --users'],
    [{ once: true, profile: 'hold 1 1s' }, '--once and --profile'],
    [{ once: true, duration: '1s' }, '--once and --duration'],
    [{ profile: 'hold 1 1s', rate: 5 }, '--profile and --rate'],
    [{ profile: 'hold 1 1s', users: 5 }, '--profile and --users'],
    [{ profile: 'hold 1 1s', duration: '1s' }, '--profile and --duration'],
    [{ users: 5, rate: 5 }, '--users and --rate'],
    [{ users: 5, concurrency: 5 }, '--users and --concurrency'],
  ])('%j is a contradiction', async (flags, said) => {
    expect(await refused(flags)).toContain(said);
  });

  it.each<[Partial<Flags>, RegExp]>([
    [{ duration: '0s' }, /--duration 0 makes no call/],
    [{ duration: '5' }, /^--duration "5": /],
    [{ hold: 'long' }, /^--hold "long": /],
    [{ profile: 'hold' }, /^--profile, column/],
    [{ threshold: ['srd.p99'] }, /^--threshold "srd\.p99", column/],
    [{ verbose: true }, /give --once with it/],
    [{ shard: '0/3' }, /^--shard "0\/3" is not I\/N/],
    [{ shard: '4/3' }, /^--shard/],
    [{ shard: '1' }, /^--shard/],
    [{ shard: '-1/3' }, /^--shard/],
    [{ local: 'localhost' }, /^--local "localhost"/],
    [{ data: 'nosuch.csv' }, /nosuch\.csv/],
    [{ user: 'u' }, /--user without --password/],
  ])('%j is refused before anything is opened', async (flags, said) => {
    expect(await refused(flags)).toMatch(said);
  });

  it('an unknown flow or target is refused', async () => {
    expect(await refused({}, 'baisc')).toMatch(/basic/);
    expect(await refused({}, 'basic', 'sctp:h:5')).toMatch(/sctp/);
  });
});

describe('the plan', () => {
  it('takes shard i of n, i from 1', async () => {
    expect(loadOf(await planned({ shard: '2/3' }))).toMatchObject({ shardIndex: 1, shardCount: 3 });
    expect(loadOf(await planned())).toMatchObject({ shardIndex: 0, shardCount: 1 });
  });

  it('sends from the address by which the target is reached, or from the one that is given', async () => {
    expect((await planned()).configs[0]!.locals).toEqual([
      { protocol: 'udp', address: '127.0.0.1', port: 0, host: '127.0.0.1' },
    ]);
    const { configs } = await planned({ local: '127.0.0.2:7000', workers: 2 });
    expect(configs.map((c) => `${c.locals[0]!.address}:${c.locals[0]!.port}`)).toEqual([
      '127.0.0.2:7000',
      '127.0.0.2:7001',
    ]);
  });

  it('reads the data file', async () => {
    const file = join(folder, 'users.csv');
    writeFileSync(file, 'user,password\na,b\n');
    const { configs } = await planned({ data: file, dataOrder: 'random' });
    expect(configs[0]!.data!.columns).toEqual(['user', 'password']);
    expect(configs[0]!.dataOrder).toBe('random');
  });

  it('plays a mix: its flows by their names, their holds and their order', async () => {
    const file = join(folder, 'mix.yaml');
    writeFileSync(
      file,
      'mix: m\nflows:\n  - { flow: basic, weight: 2, hold: 3s }\n  - { flow: cancel, name: given-up }\n',
    );
    await load(file, TARGET, { ...FLAGS, hold: '1s' });
    const plan = seen.plans.at(-1) as RunPlan;
    expect(plan.flow).toBe('m');
    const [config] = plan.configs;
    expect(config!.programs.map(({ flow, role }) => [flow, role])).toEqual([
      ['basic', 'caller'],
      ['given-up', 'caller'],
    ]);
    expect([...config!.load!.order]).toEqual([0, 1, 0]);
    expect(config!.target!.users).toEqual(['service', 'ring']);
    expect(config!.register).toBeNull();
  });

  it('tells what is wrong with a mix', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'mix: m\nflows:\n  - { flow: bsic }\n');
    expect(await refused({}, file)).toMatch(/wrong\.yaml:3:13: no flow is called bsic; mend: write basic/);
  });

  it('registers the users of the data file, by options or by the mix', async () => {
    const data = join(folder, 'registered.csv');
    writeFileSync(data, 'user,password\na,b\n');
    const plain = (await planned({ data, register: true, registerRate: 7 })).configs[0]!;
    expect(plain.register).toMatchObject({ expiresS: 300, rateCps: 7, refreshShare: 0.8, unregister: true });
    expect(plain.programs.map(({ role }) => role)).toEqual(['caller', 'callee']);
    expect(plain.calleeOf).toEqual([1]);
    const file = join(folder, 'registering.yaml');
    writeFileSync(
      file,
      'mix: m\nregister: { expires: 600s, unregister: false }\nflows:\n  - flow: register\n  - flow: basic\n',
    );
    await load(file, TARGET, { ...FLAGS, data, registerExpires: '90s' });
    const mixed = (seen.plans.at(-1) as RunPlan).configs[0]!;
    expect(mixed.register).toMatchObject({ expiresS: 90, rateCps: 100, unregister: false });
    // What only a server's store ties together has no callee here.
    expect(mixed.programs.map(({ flow, role }) => [flow, role])).toEqual([
      ['register', 'caller'],
      ['basic', 'caller'],
      ['basic', 'callee'],
    ]);
    expect(mixed.calleeOf).toEqual([-1, 2]);
  });

  it('registers nobody without users', async () => {
    const file = join(folder, 'nameless.csv');
    writeFileSync(file, 'number\n1\n');
    const wanted = /a data file with a column user \(and password, .*\); give --data/;
    expect(await refused({ register: true })).toMatch(wanted);
    expect(await refused({ register: true, data: file })).toMatch(wanted);
    expect(await refused({ registerRate: 5 })).toMatch('--register-rate without --register; give both');
    expect(await refused({ register: true, registerExpires: '1500ms' })).toMatch('is not whole seconds');
  });

  it('traces one call only when it is asked for', async () => {
    expect((await planned({ once: true })).configs[0]!.trace).toBe(false);
    expect((await planned({ once: true, verbose: true })).configs[0]!.trace).toBe(true);
  });

  it('hands on thresholds and rules', async () => {
    const plan = await planned({ threshold: ['srd.p99<1s', 'failed.rate<1%'] });
    expect(plan.thresholds.map((t) => t.expression)).toEqual(['srd.p99<1s', 'failed.rate<1%']);
    expect(Object.keys(plan.rules[0]!).sort()).toEqual(['id', 'level', 'rfc', 'section', 'title']);
  });

  it('writes its results where it is told and gives the screen back, also after an error', async () => {
    await planned({ json: true, quiet: true });
    expect(seen.concluded).toEqual([[{ exitCode: 0 }, { out: folder, json: true, quiet: true }]]);
    expect(seen.ended).toBeGreaterThan(0);
    Object.assign(seen, { ended: 0, concluded: [], fail: new Error('no sockets') });
    await expect(planned()).rejects.toBe(seen.fail);
    expect(seen.ended).toBeGreaterThan(0);
    expect(seen.concluded).toEqual([]);
  });

  it('offers keys and a rate only where there is one to change', async () => {
    await planned({ rate: 5 });
    expect(seen.shown.at(-1)).toMatchObject({ keys: true, totalS: 10 });
    await planned({ users: 5, calls: 9 });
    expect(seen.shown.at(-1)).toMatchObject({ keys: false, totalS: null, offeredCps: null });
  });
});

describe('rateAt', () => {
  it('follows the phases', () => {
    const at = rateAt([
      { fromCps: 0, toCps: 100, durationUs: 10e6 },
      steady(100, 5e6),
      { fromCps: 50, toCps: 0, durationUs: 10e6 },
    ]);
    expect([0, 5, 10, 14.9, 15, 20, 25, 99].map(at)).toEqual([0, 50, 100, 100, 50, 25, 0, 0]);
    expect(rateAt([steady(7, EVER)])(1e9)).toBe(7);
  });
});

describe('credentialsOf', () => {
  it('takes both or neither', () => {
    expect(credentialsOf({})).toBeNull();
    expect(credentialsOf({ user: 'u', password: '' })).toEqual({ user: 'u', password: '' });
    expect(() => credentialsOf({ user: 'u' })).toThrow('--user without --password; give both');
    expect(() => credentialsOf({ password: 'p' })).toThrow('--password without --user; give both');
  });
});
