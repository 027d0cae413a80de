// Worker threads that do what they should not: each is told of once, none is waited for without end. The workers are written here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { COMMAND, type FromWorker, type WorkerConfig } from '../engine/protocol.ts';
import { Pool, StartError } from './pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'busyhour-pool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A worker's file; `body` sees port, config, `ready()`, `final()`, `started` and `command()`. */
function worker(name: string, body: string): string {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `export default async function work({ port, config }) {
      const { index } = config;
      const ready = () => port.postMessage({ type: 'ready', index, io: 'dgram', places: [{ protocol: 'udp', reliable: false, stream: false, address: '127.0.0.1', port: 7000 + index }], rcvbufBytes: 1 });
      const final = () => port.postMessage({ type: 'snapshot', index, final: true });
      const started = new Promise((resolve) => port.on('message', ({ type }) => type === 'start' && resolve()));
      const command = () => Atomics.load(new Int32Array(config.control), 0);
      const turn = () => new Promise((resolve) => setTimeout(resolve, 2));
      ${body}
      port.close();
    }`,
  );
  return file;
}

function configs(count: number): Omit<WorkerConfig, 'control'>[] {
  return Array.from({ length: count }, (_, index) => ({ index }) as Omit<WorkerConfig, 'control'>);
}

interface Heard {
  readonly messages: FromWorker[];
  readonly deaths: [number, string][];
}

let pool: Pool | null = null;
afterEach(async () => {
  await pool?.destroy();
  pool = null;
});

async function open(file: string, count = 1, readyMs?: number): Promise<Heard> {
  const heard: Heard = { messages: [], deaths: [] };
  pool = await Pool.open(
    configs(count),
    {
      onMessage: (message) => heard.messages.push(message),
      onDeath: (index, reason) => heard.deaths.push([index, reason]),
    },
    file,
    readyMs,
  );
  return heard;
}

const GOOD = 'ready(); await started; final();';

describe('Pool', () => {
  it('opens, starts and ends; every message is heard, nobody is dead', async () => {
    const heard = await open(worker('good', GOOD), 3);
    expect(pool!.ready.map((r) => [r.index, r.places[0]!.port])).toEqual([
      [0, 7000],
      [1, 7001],
      [2, 7002],
    ]);
    pool!.start();
    await pool!.ended();
    expect(heard.deaths).toEqual([]);
    expect(heard.messages.map((m) => m.type).sort()).toEqual([
      'ready',
      'ready',
      'ready',
      'snapshot',
      'snapshot',
      'snapshot',
    ]);
  });

  it('lists the ready by index, whoever was first', async () => {
    await open(worker('slow-first', `if (index === 0) for (let i = 0; i < 5; i++) await turn(); ${GOOD}`), 2);
    expect(pool!.ready.map((r) => r.index)).toEqual([0, 1]);
  });

  it('no worker starts before start()', async () => {
    const heard = await open(worker('good', GOOD), 2);
    expect(heard.messages.filter((m) => m.type === 'snapshot')).toEqual([]);
  });

  it('commands and rate reach every worker', async () => {
    const heard = await open(
      worker(
        'commanded',
        `ready(); await started; while (command() !== ${COMMAND.STOP}) await turn();
         port.postMessage({ type: 'trace', index, text: String(new Int32Array(config.control)[1]) });
         while (command() !== ${COMMAND.QUIT}) await turn(); final();`,
      ),
      2,
    );
    expect(pool!.ratePercent).toBe(100);
    pool!.ratePercent = 150;
    expect(pool!.ratePercent).toBe(150);
    pool!.start();
    pool!.command(COMMAND.STOP);
    while (heard.messages.filter((m) => m.type === 'trace').length < 2) await new Promise(setImmediate);
    pool!.command(COMMAND.QUIT);
    await pool!.ended();
    expect(heard.messages.flatMap((m) => (m.type === 'trace' ? [m.text] : []))).toEqual(['150', '150']);
    expect(heard.deaths).toEqual([]);
  });
});

describe('a worker that cannot start', () => {
  it('is refused with what it said', async () => {
    const message = 'cannot open UDP 127.0.0.1 port 5060';
    const file = worker('failing', `port.postMessage({ type: 'failed', index, message: '${message}', usage: true });`);
    const error = await open(file).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ message, usage: true });
  });

  it('takes the others down with it', async () => {
    const file = worker(
      'one-fails',
      `if (index === 1) port.postMessage({ type: 'failed', index, message: 'no', usage: false });
       else { ready(); await started; final(); }`,
    );
    await expect(open(file, 3)).rejects.toMatchObject({ message: 'no', usage: false });
  });

  it.each([
    ['throws', "throw new Error('no socket');", /no socket/],
    ['exits', 'process.exit(3);', /3/],
    ['runs out of stack', 'const f = () => f() + 1; f();', /stack/],
  ])('and %s is an error, not a wait', async (name, body, said) => {
    await expect(open(worker(`early-${name.replaceAll(' ', '-')}`, body))).rejects.toThrow(said);
  });

  it.each([
    ['is not there', 'nosuch.mjs', ''],
    ['is no program', 'broken.mjs', 'export default function ('],
    ['throws as it is loaded', 'throws.mjs', "throw new Error('at load');"],
  ])('whose file %s is an error', async (_, name, text) => {
    const file = join(folder, name);
    if (text !== '') writeFileSync(file, text);
    await expect(open(file)).rejects.toThrow();
  });
});

describe('a worker that never gets ready', () => {
  it('but ends is an error', async () => {
    await expect(open(worker('never-ready', ''))).rejects.toThrow('worker 0 ended before it was ready');
  });

  it.each([
    ['waits', 'await new Promise(() => {});'],
    ['loops', 'for (;;);'],
  ])('but %s is an error', async (name, body) => {
    await expect(open(worker(`never-${name}`, `if (index === 1) { ${body} } ${GOOD}`), 2, 300)).rejects.toThrow(
      'worker 1 was not ready after 0.3 s',
    );
  });
});

describe('a worker that dies', () => {
  it.each([
    ['throws', "throw new Error('out of slots');", /out of slots/],
    ['exits', 'process.exit(7);', /7/],
    [
      'throws where nobody catches',
      "setTimeout(() => { throw new Error('astray'); }); await new Promise(() => {});",
      /astray/,
    ],
    [
      'rejects where nobody listens',
      "void Promise.reject(new Error('unheard')); await new Promise(() => {});",
      /unheard/,
    ],
    ['returns without its results', 'port.close(); return;', /ended without its results/],
  ])('and %s is told of once; the others end as they would', async (name, body, said) => {
    const file = worker(
      `late-${name.replaceAll(' ', '-')}`,
      `ready(); await started; if (index === 1) { ${body} } final();`,
    );
    const heard = await open(file, 3);
    pool!.start();
    await pool!.ended();
    expect(heard.deaths).toEqual([[1, expect.stringMatching(said)]]);
    expect(
      heard.messages
        .filter((m) => m.type === 'snapshot')
        .map((m) => m.index)
        .sort(),
    ).toEqual([0, 2]);
  });

  it('after its results has lost nothing', async () => {
    const heard = await open(
      worker('late-exit', 'ready(); await started; final(); await turn(); throw new Error("late");'),
    );
    pool!.start();
    await pool!.ended();
    expect(heard.deaths).toEqual([]);
    expect(heard.messages.at(-1)!.type).toBe('snapshot');
  });

  it('before the start is told of', async () => {
    const heard = await open(worker('between', 'ready(); await turn(); throw new Error("between");'));
    await pool!.ended();
    expect(heard.deaths).toEqual([[0, expect.stringMatching(/between/)]]);
  });

  it('all of them', async () => {
    const heard = await open(worker('all-die', "ready(); await started; throw new Error('all');"), 3);
    pool!.start();
    await pool!.ended();
    expect(heard.deaths.map(([index]) => index).sort()).toEqual([0, 1, 2]);
  });
});

describe('a worker that wedges', () => {
  it.each([
    ['in a loop', 'for (;;);'],
    ['in a wait', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'],
    ['in a promise', 'await new Promise(() => {});'],
  ])('%s ends with destroy(), and so does ended()', async (name, body) => {
    await open(worker(`wedge-${name.replaceAll(' ', '-')}`, `ready(); await started; ${body}`), 2);
    pool!.start();
    const ended = pool!.ended();
    await pool!.destroy();
    await ended;
  });
});
