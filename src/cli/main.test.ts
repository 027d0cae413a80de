// The command line as commander reads it: every option of load, its mirror in the environment, what is unknown, and exit codes. Runs no command.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const called = vi.hoisted(() => ({
  load: vi.fn(),
  answer: vi.fn(),
  demo: vi.fn(),
  flows: vi.fn(),
  validate: vi.fn(),
  report: vi.fn(),
}));
vi.mock('./load.ts', () => ({ load: called.load }));
vi.mock('./answer.ts', () => ({ answer: called.answer }));
vi.mock('./demo.ts', () => ({ demo: called.demo }));
vi.mock('./flows.ts', () => ({ flows: called.flows }));
vi.mock('./validate.ts', () => ({ validate: called.validate }));
vi.mock('./report.ts', () => ({ report: called.report }));

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const { argv } = process;

/** One start of the program in this process. */
async function busyhour(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      out[name] += String(text);
      return true;
    });
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  process.argv = ['node', 'busyhour', ...args];
  process.exitCode = undefined;
  vi.resetModules();
  await import('./main.ts');
  return { code: process.exitCode, ...out };
}

function variable(flag: string): string {
  return `BUSYHOUR_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
}

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('BUSYHOUR_')) vi.stubEnv(name, undefined);
  for (const mock of Object.values(called)) mock.mockReset();
});
afterEach(() => {
  process.argv = argv;
  process.exitCode = undefined;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const TARGET = 'udp:127.0.0.1:9';
const LOAD = ['load', 'basic', TARGET];

function optionsOf(command: keyof typeof called): Record<string, unknown> {
  expect(called[command]).toHaveBeenCalledOnce();
  return called[command].mock.calls[0]!.at(-1) as Record<string, unknown>;
}

describe('load', () => {
  it('has these defaults', async () => {
    expect((await busyhour(LOAD)).code).toBeUndefined();
    expect(called.load.mock.calls[0]!.slice(0, 2)).toEqual(['basic', TARGET]);
    expect(optionsOf('load')).toEqual({
      hold: '0s',
      workers: 1,
      io: 'auto',
      segmentation: true,
      rules: true,
      rcvbuf: 33_554_432,
      arrivals: 'uniform',
      seed: 1,
      dataOrder: 'sequential',
      connections: 'one',
    });
  });

  const MIRRORED: [flag: string, value: string | null, key: string, read: unknown][] = [
    ['--rate', '500', 'rate', 500],
    ['--rate', '1_000.5', 'rate', 1_000.5],
    ['--duration', '30s', 'duration', '30s'],
    ['--calls', '1_000', 'calls', 1_000],
    ['--profile', 'hold 5 10s', 'profile', 'hold 5 10s'],
    ['--users', '10', 'users', 10],
    ['--concurrency', '7', 'concurrency', 7],
    ['--arrivals', 'poisson', 'arrivals', 'poisson'],
    ['--seed', '0', 'seed', 0],
    ['--seed', '4294967295', 'seed', 4_294_967_295],
    ['--local', '127.0.0.1:7000', 'local', '127.0.0.1:7000'],
    ['--connections', 'per-call', 'connections', 'per-call'],
    ['--data', 'users.csv', 'data', 'users.csv'],
    ['--register', null, 'register', true],
    ['--register-expires', '60s', 'registerExpires', '60s'],
    ['--register-rate', '500', 'registerRate', 500],
    ['--data-order', 'random', 'dataOrder', 'random'],
    ['--user', 'u', 'user', 'u'],
    ['--password', 'p', 'password', 'p'],
    ['--threshold', 'srd.p99<1s', 'threshold', ['srd.p99<1s']],
    ['--shard', '1/3', 'shard', '1/3'],
    ['--once', null, 'once', true],
    ['--verbose', null, 'verbose', true],
    ['--hold', '2s', 'hold', '2s'],
    ['--workers', '4', 'workers', 4],
    ['--io', 'dgram', 'io', 'dgram'],
    ['--no-segmentation', null, 'segmentation', false],
    ['--no-rules', null, 'rules', false],
    ['--max-calls', '5', 'maxCalls', 5],
    ['--rcvbuf', '4096', 'rcvbuf', 4_096],
    ['--out', 'there', 'out', 'there'],
    ['--json', null, 'json', true],
    ['--quiet', null, 'quiet', true],
  ];

  it.each(MIRRORED)('%s %s', async (flag, value, key, read) => {
    expect(await busyhour([...LOAD, flag, ...(value === null ? [] : [value])])).toMatchObject({ stderr: '' });
    expect(optionsOf('load')[key]).toEqual(read);
  });

  it.each(MIRRORED)('%s %s, from the environment', async (flag, value, key, read) => {
    expect(await busyhour(LOAD, { [variable(flag)]: value ?? '1' })).toMatchObject({ stderr: '' });
    expect(optionsOf('load')[key]).toEqual(read);
  });

  it('has no option without a row above, and each says its variable', async () => {
    const { stdout } = await busyhour(['help', 'load']);
    const offered = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map((m) => m[1]!);
    const flags = offered.filter((flag) => flag !== '--help');
    expect(new Set(flags)).toEqual(new Set(MIRRORED.map(([flag]) => flag)));
    for (const flag of flags) expect(stdout).toContain(variable(flag));
  });

  it('the command line wins over the environment', async () => {
    await busyhour([...LOAD, '--rate', '5', '--threshold', 'srd.p50<1s'], {
      BUSYHOUR_RATE: '9',
      BUSYHOUR_THRESHOLD: 'srd.p99<1s',
    });
    expect(optionsOf('load')).toMatchObject({ rate: 5, threshold: ['srd.p50<1s'] });
  });

  it('gathers thresholds', async () => {
    await busyhour([...LOAD, '--threshold', 'srd.p50<1s', '--threshold', 'srd.p99<2s']);
    expect(optionsOf('load').threshold).toEqual(['srd.p50<1s', 'srd.p99<2s']);
  });

  it.each([
    ['--rate', ['fast', '0', '-5', '', 'Infinity', 'NaN', '5/s']],
    ['--calls', ['0', '1.5', '-1', '', 'many', '9007199254740993']],
    ['--users', ['0', 'x']],
    ['--concurrency', ['0', 'x']],
    ['--seed', ['-1', '4294967296', '1.5']],
    ['--workers', ['0', '65', '1.5']],
    ['--rcvbuf', ['4095', 'big']],
    ['--max-calls', ['0', '4000001']],
    ['--arrivals', ['bursty']],
    ['--data-order', ['sorted']],
    ['--io', ['epoll']],
    ['--connections', ['many']],
  ])('%s refuses %j, on the line and in the environment', async (flag, values) => {
    for (const value of values) {
      const typed = await busyhour([...LOAD, `${flag}=${value}`]);
      expect([value, typed.code]).toEqual([value, 2]);
      expect(typed.stderr).toContain(flag);
      expect(typed.stderr.startsWith('busyhour: ')).toBe(true);
      const mirrored = await busyhour(LOAD, { [variable(flag)]: value });
      vi.unstubAllEnvs();
      expect([value, mirrored.code]).toEqual([value, 2]);
      expect(mirrored.stderr).toContain(variable(flag));
    }
    expect(called.load).not.toHaveBeenCalled();
  });
});

describe('the other commands', () => {
  it.each([
    [['demo'], 'demo', { rate: 200, duration: '10s' }],
    [
      ['answer'],
      'answer',
      {
        hold: '0s',
        workers: 1,
        user: 'busyhour',
        password: 'busyhour',
        authAlgorithms: 'SHA-512-256,SHA-256,MD5',
        delay: '0s',
        rules: true,
      },
    ],
    [
      ['answer', '--listen', 'udp:127.0.0.1:1', '--listen', '127.0.0.1:2'],
      'answer',
      { listen: ['udp:127.0.0.1:1', '127.0.0.1:2'] },
    ],
    [
      ['answer', '--auth', '--auth-algorithms', 'MD5', '--refer-calls', '--rate-limit', '5', '--duration', '3s'],
      'answer',
      { auth: true, authAlgorithms: 'MD5', referCalls: true, rateLimit: 5, duration: '3s' },
    ],
    [['flows', '--json'], 'flows', { json: true }],
  ] as const)('%j', async (args, command, options) => {
    expect((await busyhour(args)).code).toBeUndefined();
    expect(optionsOf(command)).toMatchObject(options);
  });

  it('hand on their arguments', async () => {
    await busyhour(['answer', 'basic', 'cancel']);
    expect(called.answer.mock.calls[0]![0]).toEqual(['basic', 'cancel']);
    await busyhour(['flows', 'basic']);
    expect(called.flows.mock.calls[0]![0]).toBe('basic');
    await busyhour(['validate', 'a.yaml', 'b.yaml']);
    expect(called.validate).toHaveBeenCalledWith(['a.yaml', 'b.yaml']);
    await busyhour(['report', 'there']);
    expect(called.report).toHaveBeenCalledWith('there');
  });
});

describe('what is unknown or missing', () => {
  it.each([
    [['laod', 'basic', TARGET], /unknown command 'laod'[\s\S]*Did you mean load/],
    [[...LOAD, '--rtae', '5'], /unknown option '--rtae'[\s\S]*Did you mean --rate/],
    [[...LOAD, '-x'], /unknown option '-x'/],
    [['demo', '--users', '5'], /unknown option '--users'/],
    [['flows', '--frob'], /unknown option '--frob'/],
    [[...LOAD, 'more'], /too many arguments/],
    [['load'], /missing required argument 'flow'/],
    [['load', 'basic'], /missing required argument 'target'\nusage: busyhour load \[options\] <flow> <target>\n/],
    [['validate'], /missing required argument 'file'/],
    [[...LOAD, '--rate'], /'--rate <cps>' argument missing/],
    [['--frob'], /unknown option '--frob'/],
  ])('%j: 2, and what to type next', async (args, said) => {
    const { code, stdout, stderr } = await busyhour(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(said);
    expect(stderr).toContain('(busyhour help, or busyhour help COMMAND, says what there is)');
    for (const mock of Object.values(called)) expect(mock).not.toHaveBeenCalled();
  });

  it('nothing at all says what there is, and is no success', async () => {
    const { code, stdout, stderr } = await busyhour([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    for (const name of Object.keys(called)) expect(stderr).toContain(name);
  });

  it.each([[['help']], [['--help']], [['help', 'load']], [['load', '--help']]])(
    '%j is asked for: 0, on stdout',
    async (args) => {
      const { code, stdout, stderr } = await busyhour(args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Usage: busyhour/);
      expect(stderr).toBe('');
    },
  );

  it('--version is a version', async () => {
    expect(await busyhour(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('how a command ends the program', () => {
  it.each([2, 5])('a usage error with %d: its line alone', async (exitCode) => {
    called.load.mockImplementation(async () => {
      // The copy of the class that the program has.
      const { UsageError } = await import('../controller/usage-error.ts');
      throw new UsageError('target "x" is no target', exitCode);
    });
    expect(await busyhour(LOAD)).toEqual({ code: exitCode, stdout: '', stderr: 'busyhour: target "x" is no target\n' });
  });

  it('a report that cannot be made: 2', async () => {
    called.report.mockRejectedValue(Object.assign(new Error('no summary.json'), { name: 'ReportError' }));
    expect(await busyhour(['report', 'x'])).toEqual({ code: 2, stdout: '', stderr: 'busyhour: no summary.json\n' });
  });

  it('anything else: 1, with where it happened', async () => {
    called.load.mockRejectedValue(new TypeError('x is not a function'));
    const { code, stderr } = await busyhour(LOAD);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^busyhour: internal error: TypeError: x is not a function\n\s+at /);
    called.load.mockImplementation(() => {
      throw 'a string';
    });
    expect(await busyhour(LOAD)).toMatchObject({ code: 1, stderr: 'busyhour: internal error: a string\n' });
  });

  it('an error outranks the code that a run had set: 1 and 2 come before all others', async () => {
    for (const set of [3, 4, 5, 99]) {
      called.load.mockImplementation(async () => {
        process.exitCode = set;
        throw new Error('while writing');
      });
      expect((await busyhour(LOAD)).code).toBe(1);
      called.load.mockImplementation(async () => {
        process.exitCode = set;
        const { UsageError } = await import('../controller/usage-error.ts');
        throw new UsageError('no room');
      });
      expect((await busyhour(LOAD)).code).toBe(2);
    }
  });

  it('the code that a run has set stays', async () => {
    for (const exitCode of [0, 4, 5, 99, 130, 143]) {
      called.load.mockImplementation(async () => {
        process.exitCode = exitCode;
      });
      expect((await busyhour(LOAD)).code).toBe(exitCode);
    }
  });
});
