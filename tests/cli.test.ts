// What a user types wrongly, and what comes back: one line that names the mend, and the right exit code. Never traffic.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { busyhour } from './peers/busyhour.ts';
import { tempDir } from './peers/temp-dir.ts';

const TARGET = 'udp:127.0.0.1:9';

async function refused(args: readonly string[], cwd?: string): Promise<string> {
  const result = await busyhour(args, { lifetimeMs: 20_000, ...(cwd === undefined ? {} : { cwd }) });
  expect(result.code, result.stderr).toBe(2);
  expect(result.stdout).toBe('');
  expect(result.summary).toBeNull();
  const lines = result.stderr.trim().split('\n');
  expect(lines.length, result.stderr).toBeLessThanOrEqual(4);
  expect(result.stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);
  return result.stderr;
}

describe.concurrent('usage', () => {
  it.each([
    ['an unknown command', ['laod', 'basic', TARGET], /load/],
    ['an unknown flag', ['load', 'basic', TARGET, '--rtae', '5'], /--rate/],
    ['no flow', ['load'], /flow/i],
    ['no target', ['load', 'basic'], /target/i],
    ['an unknown flow', ['load', 'baisc', TARGET], /basic/],
    ['a target that is none', ['load', 'basic', 'udp:'], /udp:HOST:PORT/],
    ['a target with an impossible port', ['load', 'basic', 'udp:127.0.0.1:70000'], /70000/],
    ['a target with an unknown scheme', ['load', 'basic', 'sctp:127.0.0.1:5060'], /sctp/],
    ['a rate that is no number', ['load', 'basic', TARGET, '--rate', 'fast'], /--rate.*fast|fast.*--rate/],
    ['a negative rate', ['load', 'basic', TARGET, '--rate', '-5'], /--rate/],
    ['a duration that is none', ['load', 'basic', TARGET, '--duration', '3 parsecs'], /--duration/],
    ['no calls at all', ['load', 'basic', TARGET, '--calls', '0'], /--calls/],
    ['a threshold that cannot be read', ['load', 'basic', TARGET, '--threshold', 'srd.p99<<3'], /srd\.p99<<3/],
    ['a threshold on an unknown series', ['load', 'basic', TARGET, '--threshold', 'sdr.p99<3ms'], /sdr/],
    ['two load models at once', ['load', 'basic', TARGET, '--rate', '5', '--users', '5'], /--users/],
    ['a shard outside its count', ['load', 'basic', TARGET, '--shard', '3/2'], /--shard/],
    ['a listen address that is none', ['answer', 'basic', '--listen', 'udp:nowhere'], /--listen|udp:nowhere/],
    ['a flow to draw that is not there', ['flows', 'nosuch'], /nosuch/],
    ['a file that is not there', ['validate', 'nosuch.yaml'], /nosuch\.yaml/],
  ])('%s', async (_, args, named) => {
    expect(await refused(args, tempDir())).toMatch(named);
  });

  it.each([
    ['text that is no YAML', 'flow: [', /broken\.yaml:\d+:\d+/],
    [
      'an unknown key',
      'flow: broken\ntitle: Broken\nladder:\n  - caller: INVITE\n    heders: {}\n',
      /broken\.yaml:5:5.*headers/s,
    ],
    [
      'an unknown method',
      'flow: broken\ntitle: Broken\nladder:\n  - caller: INVTE\n  - callee: 200\n',
      /broken\.yaml:4:\d+.*INVITE/s,
    ],
    ['an answer to nothing', 'flow: broken\ntitle: Broken\nladder:\n  - callee: 200\n', /broken\.yaml:4:\d+/],
  ])('a flow file with %s: file, line and column', async (_, text, named) => {
    const folder = tempDir();
    writeFileSync(join(folder, 'broken.yaml'), text);
    for (const args of [
      ['validate', 'broken.yaml'],
      ['load', './broken.yaml', TARGET],
    ]) {
      const result = await busyhour(args, { lifetimeMs: 20_000, cwd: folder });
      expect(result.code, result.stderr).toBe(2);
      expect(result.stdout + result.stderr).toMatch(named);
    }
  });

  it('an output folder that cannot be made', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'taken'), '');
    const message = await refused(['load', 'basic', TARGET, '--calls', '1', '--out', join(folder, 'taken', 'deeper')]);
    expect(message).toContain('taken');
  });
});

describe.concurrent('help', () => {
  it.each([[['--help']], [['help', 'load']], [['load', '--help']], [['answer', '--help']]])(
    '%j: exit 0, and what to type',
    async (args) => {
      const result = await busyhour(args, { lifetimeMs: 20_000 });
      expect(result.code, result.stderr).toBe(0);
      expect(result.stdout).toMatch(/usage/i);
    },
  );

  it('--version prints the version alone', async () => {
    const result = await busyhour(['--version'], { lifetimeMs: 20_000 });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('without arguments says what to type next', async () => {
    const result = await busyhour([], { lifetimeMs: 20_000 });
    expect(result.stdout + result.stderr).toMatch(/load/);
  });
});

describe.concurrent('flows and validate', () => {
  it('lists the flows as JSON', async () => {
    const result = await busyhour(['flows', '--json'], { lifetimeMs: 20_000 });
    expect(result.code, result.stderr).toBe(0);
    const flows = JSON.parse(result.stdout) as { name: string; title: string; methods: string[]; file: string }[];
    expect(flows.map((flow) => flow.name)).toEqual(
      expect.arrayContaining(['options', 'basic', 'cancel', 'prack-info-refer']),
    );
    expect(flows.find((flow) => flow.name === 'prack-info-refer')!.methods).toEqual(
      expect.arrayContaining(['INVITE', 'PRACK', 'INFO', 'REFER', 'BYE']),
    );
  });

  it('draws a ladder', async () => {
    const result = await busyhour(['flows', 'basic'], { lifetimeMs: 20_000 });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/INVITE[\s\S]*200[\s\S]*ACK[\s\S]*BYE/);
  });

  it('accepts a good file, from any folder', async () => {
    const folder = join(tempDir(), 'a folder with spaces');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'ping.yaml'),
      'flow: ping\ntitle: A ping\nladder:\n  - caller: OPTIONS\n  - callee: 200\n',
    );
    const result = await busyhour(['validate', 'ping.yaml'], { lifetimeMs: 20_000, cwd: folder });
    expect(result.code, result.stdout + result.stderr).toBe(0);
  });
});
