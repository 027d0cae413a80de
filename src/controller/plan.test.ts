// From options to what each worker is told: shares, ports, sizes, users. Opens nothing.
import { describe, expect, it } from 'vitest';
import { compile } from '../flow/compile.ts';
import { findFlow } from '../flow/find.ts';
import type { Program } from '../flow/program.ts';
import { parseData } from './data.ts';
import { type AnswerOptions, type LoadOptions, PLAIN_LOAD, planAnswer, planLoad } from './plan.ts';
import { UsageError } from './usage-error.ts';

function program(name: string, role: 'caller' | 'callee' = 'caller'): Program {
  const found = findFlow(name);
  if ('problems' in found) throw new Error(name);
  return compile(found.flow, role, { holdUs: 0 });
}

const basic = program('basic');
const rehearsal = { caller: basic, callee: program('basic', 'callee') };

const COMMON = {
  workers: 1,
  io: 'auto' as const,
  segmentation: true,
  rules: true,
  rcvbufBytes: 8_388_608,
  maxCalls: 0,
  rehearsal,
};

const LOAD: LoadOptions = {
  ...PLAIN_LOAD,
  ...COMMON,
  programs: [basic],
  target: {
    text: 'udp:a@127.0.0.1:5070',
    protocol: 'udp',
    user: 'a',
    host: '127.0.0.1',
    port: 5070,
    address: '127.0.0.1',
  },
  local: { protocol: 'udp', address: '127.0.0.1', port: 0 },
  phases: [{ fromCps: 100, toCps: 100, durationUs: 10e6 }],
  seed: 7,
};

const ANSWER: AnswerOptions = {
  ...COMMON,
  programs: [rehearsal.callee],
  credentials: { user: 'busyhour', password: 'busyhour' },
  challenge: false,
  referCalls: false,
  referHoldUs: 0,
  algorithms: ['SHA-256', 'MD5'],
  server: false,
  listen: [{ protocol: 'udp', address: '127.0.0.1', port: 5060 }],
  rateLimitCps: 0,
  delayUs: 0,
};

describe('planLoad', () => {
  it('gives each worker its index, one token, and the whole schedule', () => {
    const configs = planLoad({ ...LOAD, workers: 3, shardIndex: 1, shardCount: 2 });
    expect(configs.map((c) => [c.index, c.count])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    expect(new Set(configs.map((c) => c.token)).size).toBe(1);
    expect(configs[0]!.token).toMatch(/^[0-9a-z]{6}$/);
    for (const { load, role, server } of configs) {
      expect([role, server]).toEqual(['caller', false]);
      expect(load).toMatchObject({ phases: LOAD.phases, seed: 7, shardIndex: 1, shardCount: 2, arrivals: 'uniform' });
    }
  });

  it('gives runs different tokens', () => {
    const tokens = new Set(Array.from({ length: 20 }, () => planLoad(LOAD)[0]!.token));
    expect(tokens.size).toBe(20);
  });

  it('worker i takes port + i; 0 stays any free one', () => {
    const ports = (port: number) =>
      planLoad({ ...LOAD, workers: 3, local: { ...LOAD.local, port } }).map((c) => c.locals[0]!.port);
    expect(ports(6000)).toEqual([6000, 6001, 6002]);
    expect(ports(0)).toEqual([0, 0, 0]);
    expect(ports(65_533)).toEqual([65_533, 65_534, 65_535]);
  });

  it('advertises the address it is bound to, and another than 0.0.0.0 where it is bound to all', () => {
    expect(planLoad({ ...LOAD, local: { ...LOAD.local, address: '127.0.0.5' } })[0]!.locals[0]!.host).toBe('127.0.0.5');
    const all = planLoad({ ...LOAD, local: { ...LOAD.local, address: '0.0.0.0' } })[0]!.locals[0]!;
    expect(all.address).toBe('0.0.0.0');
    expect(all.host).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(all.host).not.toBe('0.0.0.0');
  });

  it('shares the concurrency out, nothing lost', () => {
    const shares = (concurrency: number, workers: number) =>
      planLoad({ ...LOAD, concurrency, workers }).map((c) => c.load!.concurrency);
    expect(shares(10, 3)).toEqual([4, 3, 3]);
    expect(shares(4, 4)).toEqual([1, 1, 1, 1]);
    expect(shares(0, 3)).toEqual([0, 0, 0]);
  });

  it.each<[Partial<LoadOptions>, string]>([
    [{ phases: [], users: 3, workers: 4 }, '--users 3 is less than 4 workers in all; give fewer --workers'],
    [{ phases: [], users: 3, workers: 2, shardCount: 2 }, '--users 3 is less than 4 workers in all'],
    [{ concurrency: 3, workers: 4 }, '--concurrency 3 is less than 4 workers; give fewer --workers'],
    [{ workers: 3, local: { ...LOAD.local, port: 65_534 } }, '3 workers go beyond 65535; give a lower port'],
  ])('refuses %j', (options, said) => {
    expect(() => planLoad({ ...LOAD, ...options })).toThrow(UsageError);
    expect(() => planLoad({ ...LOAD, ...options })).toThrow(said);
  });

  it('has room for calls that are lost: rate times 40 s and the hold, never below 20,000', () => {
    const room = (options: Partial<LoadOptions>) => planLoad({ ...LOAD, ...options })[0]!.maxCalls;
    const phases = [
      { fromCps: 0, toCps: 2_000, durationUs: 1e6 },
      { fromCps: 2_000, toCps: 10, durationUs: 1e6 },
    ];
    expect(room({})).toBe(20_000);
    expect(room({ phases })).toBe(80_000);
    expect(room({ phases, holdUs: 10e6 })).toBe(100_000);
    expect(room({ phases, workers: 2 })).toBe(40_000);
    expect(room({ phases, shardCount: 2 })).toBe(40_000);
    expect(room({ phases: [{ fromCps: 1e6, toCps: 1e6, durationUs: 1e6 }] })).toBe(2_000_000);
    expect(room({ phases, calls: 50_000 })).toBe(50_001);
    expect(room({ phases, maxCalls: 7 })).toBe(7);
    expect(room({ phases: [], users: 30_000 })).toBe(30_000);
  });

  it('refuses more users than there is room for, and says the mend', () => {
    const plan = () => planLoad({ ...LOAD, phases: [], users: 101, workers: 2, maxCalls: 50 });
    expect(plan).toThrow(UsageError);
    expect(plan).toThrow('--users 101 is more than 50 calls a worker; raise --workers or --max-calls');
    expect(planLoad({ ...LOAD, phases: [], users: 100, workers: 2, maxCalls: 50 })).toHaveLength(2);
  });

  it.each([
    ['the one of the target', 'basic', 'a', 'a'],
    ['service where the target names none', 'basic', '', 'service'],
    ['nobody for a REGISTER, which is about a user of its own', 'register', '', ''],
  ])('calls %s', (_, flow, user, expected) => {
    const [config] = planLoad({ ...LOAD, programs: [program(flow)], target: { ...LOAD.target, user } });
    expect(config!.target).toEqual({ address: '127.0.0.1', port: 5070, host: '127.0.0.1', users: [expected] });
  });

  it("calls the flow's user before service, and the target's before the flow's", () => {
    const programs = [{ ...basic, user: 'echo' }];
    const user = (given: string) =>
      planLoad({ ...LOAD, programs, target: { ...LOAD.target, user: given } })[0]!.target!.users[0];
    expect(user('')).toBe('echo');
    expect(user('bob')).toBe('bob');
  });

  it('rehearses only for rates that leave no time to warm up', () => {
    const at = (cps: number, rest: Partial<LoadOptions> = {}) =>
      planLoad({ ...LOAD, phases: [{ fromCps: cps, toCps: cps, durationUs: 1e6 }], ...rest })[0]!.warmUp?.calls ?? null;
    expect(at(999)).toBeNull();
    expect(at(1_000)).toBe(300);
    expect(at(20_000)).toBe(1_000);
    expect(at(1e6)).toBe(6_000);
    expect(at(1_500, { workers: 2 })).toBeNull();
    expect(at(0, { phases: [], users: 1_000 })).toBe(300);
  });

  it('hands on what it does not decide', () => {
    const credentials = { user: 'u', password: 'p' };
    const [config] = planLoad({
      ...LOAD,
      credentials,
      io: 'dgram',
      segmentation: false,
      rules: false,
      trace: true,
      calls: 5,
      data: parseData('user\na\n', 'users.csv'),
      dataOrder: 'random',
    });
    expect(config).toMatchObject({
      credentials,
      io: 'dgram',
      segmentation: false,
      rules: false,
      trace: true,
      dataOrder: 'random',
      reusePort: false,
      challenge: false,
      referCalls: false,
      referHoldUs: 0,
      rateLimitCps: 0,
    });
    expect(config!.load!.calls).toBe(5);
  });
});

describe('--data-order', () => {
  const data = parseData('user\na\nb\nc\n', 'users.csv');

  it.each(['unique', 'per-shard'] as const)('%s needs a row for each worker', (dataOrder) => {
    expect(() => planLoad({ ...LOAD, data, dataOrder, workers: 4 })).toThrow(
      `--data-order ${dataOrder} shares the rows out to 4 workers, and the file has 3; give more rows or fewer --workers`,
    );
    expect(planLoad({ ...LOAD, data, dataOrder, workers: 3 })).toHaveLength(3);
  });

  it('unique needs a row for each call of the closed model', () => {
    const options = { ...LOAD, data, dataOrder: 'unique', phases: [] } as const;
    expect(() => planLoad({ ...options, users: 4 })).toThrow('--users 4 need a row each with --data-order unique');
    expect(planLoad({ ...options, users: 3 })).toHaveLength(1);
  });

  it('without a file means nothing', () => {
    expect(() => planLoad({ ...LOAD, dataOrder: 'random' })).toThrow('--data-order random without --data');
  });
});

describe('planAnswer', () => {
  it('each worker listens at every address and shares its port', () => {
    const listen = [
      { protocol: 'udp', address: '127.0.0.1', port: 5060 },
      { protocol: 'tcp', address: '127.0.0.2', port: 5061 },
    ] as const;
    const configs = planAnswer({ ...ANSWER, listen, workers: 2 });
    const locals = listen.map((local) => ({ ...local, host: local.address }));
    expect(configs.map((c) => [c.index, c.count, c.locals, c.reusePort])).toEqual([
      [0, 2, locals, true],
      [1, 2, locals, true],
    ]);
    expect(new Set(configs.map((c) => c.token)).size).toBe(1);
    for (const { role, target, load, data } of configs)
      expect([role, target, load, data]).toEqual(['callee', null, null, null]);
  });

  it('one worker keeps its port to itself', () => {
    expect(planAnswer(ANSWER)[0]!.reusePort).toBe(false);
  });

  it('shares the rate limit out', () => {
    expect(planAnswer({ ...ANSWER, workers: 4, rateLimitCps: 100 }).map((c) => c.rateLimitCps)).toEqual([
      25, 25, 25, 25,
    ]);
    expect(planAnswer(ANSWER)[0]!.rateLimitCps).toBe(0);
  });

  it('hands on what it does not decide', () => {
    const [config] = planAnswer({ ...ANSWER, server: true, challenge: true, delayUs: 5_000, maxCalls: 9 });
    expect(config).toMatchObject({
      server: true,
      challenge: true,
      delayUs: 5_000,
      maxCalls: 9,
      credentials: { user: 'busyhour', password: 'busyhour' },
      trace: false,
    });
    expect(planAnswer(ANSWER)[0]!.maxCalls).toBe(500_000);
  });
});
