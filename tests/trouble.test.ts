// Peers that misbehave, die or are not there, and a generator that cannot keep up. Every end is named and has its exit code; never a hang.
import { createSocket } from 'node:dgram';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { failedEnd } from './clean.ts';
import { busyhour, MAIN, type Result, startAnswerer, startBusyhour } from './peers/busyhour.ts';
import { freePort } from './peers/free-port.ts';
import { start } from './peers/process.ts';
import { answerPlainly, startScripted } from './peers/scripted.ts';
import { tempDir } from './peers/temp-dir.ts';

const STACK = /^\s+at .+:\d+:\d+/m;

/** The process, its summary and its verdict say the same. */
function expectEnd(result: Result, code: number, verdict: string): void {
  const end = code === 99 && verdict === 'fail' ? failedEnd(result) : { exitCode: code, verdict };
  expect(result.code, result.stderr).toBe(end.exitCode);
  expect(result.stderr).not.toMatch(STACK);
  expect(result.summary).toMatchObject(end);
  expect(result.summary!.reasons.length).toBeGreaterThan(0);
}

describe.concurrent('a peer', () => {
  it('that never answers: exit 5, and the timeout is named', async () => {
    const silent = await startScripted();
    const result = await busyhour(['load', 'basic', `udp:127.0.0.1:${silent.port}`, '--rate', '5', '--calls', '5']);
    await silent.stop();
    expectEnd(result, 5, 'inconclusive');
    expect(result.summary!.calls).toMatchObject({ started: 5, succeeded: 0, failed: 5 });
    expect(result.summary!.failures).toHaveLength(1);
    expect(result.summary!.failures[0]).toMatchObject({ count: 5 });
    expect(result.summary!.failures[0]!.reason).toMatch(/INVITE/);
    expect(result.stderr).toContain(`127.0.0.1:${silent.port}`);
  }, 70_000);

  it('that is not there: exit 5, and the address is named', async () => {
    const port = await freePort();
    const result = await busyhour(['load', 'options', `udp:127.0.0.1:${port}`, '--rate', '5', '--calls', '5']);
    expectEnd(result, 5, 'inconclusive');
    expect(result.summary!.calls.succeeded).toBe(0);
    expect(result.stderr).toContain(`127.0.0.1:${port}`);
  }, 70_000);

  it('that dies in the middle of a run: calls before it succeed, calls after it fail by name', async () => {
    const mortal = await startScripted((request, send) => answerPlainly(request, send));
    const started = startBusyhour(
      ['load', 'basic', `udp:127.0.0.1:${mortal.port}`, '--rate', '50', '--duration', '3s'],
      { lifetimeMs: 65_000 },
    );
    while (mortal.requests.length < 150) await sleep(10);
    await mortal.stop();
    const result = await started.result();
    expect(result.timedOut).toBe(false);
    const { calls, failures } = result.summary!;
    expect(calls.started).toBe(150);
    expect(calls.succeeded).toBeGreaterThan(0);
    expect(calls.failed).toBeGreaterThan(0);
    expect(calls.succeeded + calls.failed).toBe(150);
    expect(failures.reduce((sum, failure) => sum + failure.count, 0)).toBe(calls.failed);
    expectEnd(result, 99, 'fail');
  }, 70_000);

  it('that answers everything twice: no call suffers, and each 200 gets its ACK', async () => {
    const twice = await startScripted((request, send) => {
      answerPlainly(request, send);
      answerPlainly(request, send);
    });
    const result = await busyhour([
      'load',
      'basic',
      `udp:127.0.0.1:${twice.port}`,
      '--rate',
      '100',
      '--calls',
      '100',
      '--hold',
      '50ms',
    ]);
    const acks = twice.requests.filter((request) => request.method === 'ACK');
    await twice.stop();
    expect(result.summary!.failures, result.stderr).toEqual([]);
    expect(result.summary!.calls).toMatchObject({ succeeded: 100, failed: 0 });
    // RFC 3261 §13.2.2.4: the ACK goes out again for each 200 that comes again.
    expect(acks).toHaveLength(200);
    expect(new Set(acks.map((ack) => ack.callId)).size).toBe(100);
  });

  it('that forks: two 200s with tags of their own, and both are acknowledged', async () => {
    const forking = await startScripted((request, send) => {
      if (request.method === 'INVITE') send(request.response(200, { tag: 'second-branch' }));
      answerPlainly(request, send);
    });
    const result = await busyhour([
      'load',
      'basic',
      `udp:127.0.0.1:${forking.port}`,
      '--rate',
      '50',
      '--calls',
      '50',
      '--hold',
      '50ms',
    ]);
    const tagsOf = (method: string): Set<string> =>
      new Set(forking.requests.filter((request) => request.method === method).map((request) => request.toTag));
    await forking.stop();
    expect(result.summary!.calls, result.stderr).toMatchObject({ succeeded: 50, failed: 0 });
    expect(result.summary!.messages.forked).toBe(50);
    // RFC 3261 §13.2.2.4: every 2xx is acknowledged, and a dialog that is not wanted is ended with BYE.
    expect(tagsOf('ACK')).toEqual(new Set(['scripted', 'second-branch']));
    expect(tagsOf('BYE')).toEqual(new Set(['scripted', 'second-branch']));
  });

  it('that answers from another port: its answers count, and are told apart', async () => {
    const other = await startScripted((request, _send, sendElsewhere) => answerPlainly(request, sendElsewhere));
    const result = await busyhour(['load', 'basic', `udp:127.0.0.1:${other.port}`, '--rate', '50', '--calls', '50']);
    await other.stop();
    expect(result.summary!.calls, result.stderr).toMatchObject({ succeeded: 50, failed: 0 });
    expect(result.summary!.messages.otherSource).toBeGreaterThan(0);
  });

  it('that refuses: the status is the reason', async () => {
    const busy = await startScripted((request, send) => {
      if (request.method !== 'ACK') send(request.response(486));
    });
    const result = await busyhour(['load', 'basic', `udp:127.0.0.1:${busy.port}`, '--rate', '50', '--calls', '50']);
    const acks = busy.requests.filter((request) => request.method === 'ACK').length;
    await busy.stop();
    expect(result.summary!.calls, result.stderr).toMatchObject({ succeeded: 0, failed: 50 });
    expect(result.summary!.failures[0]!.reason).toMatch(/486/);
    // RFC 3261 §17.1.1.3: the transaction itself acknowledges a final status of 300 and above.
    expect(acks).toBe(50);
    expectEnd(result, 99, 'fail');
  });
});

describe('a port that somebody else holds', () => {
  it.each([
    ['answer', (port: number) => ['answer', 'basic', '--listen', `udp:127.0.0.1:${port}`, '--duration', '1s']],
    ['load', (port: number) => ['load', 'basic', 'udp:127.0.0.1:9', '--local', `127.0.0.1:${port}`, '--calls', '1']],
  ])('%s: exit 2, and the port is named', async (_, args) => {
    const port = await freePort();
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve()));
    const result = await busyhour(args(port), { lifetimeMs: 20_000 });
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    expect(result.code, result.stderr).toBe(2);
    expect(result.stderr).toContain(String(port));
    expect(result.stderr).not.toMatch(STACK);
  });
});

describe('a generator that cannot keep up', () => {
  it('says inconclusive when it was held up for a second', async () => {
    const callee = await startAnswerer(['options'], { lifetimeMs: 40_000 });
    const args = ['load', 'options', `udp:127.0.0.1:${callee.port}`, '--rate', '500', '--duration', '4s'];
    const started = startBusyhour(args, { lifetimeMs: 30_000 });
    await sleep(2_000);
    started.process.signal('SIGSTOP');
    await sleep(1_000);
    started.process.signal('SIGCONT');
    const result = await started.result();
    await callee.stop();
    expectEnd(result, 4, 'inconclusive');
    expect(result.summary!.generator.saturated).toBe(true);
    expect(result.summary!.calls.late).toBeGreaterThan(100);
    expect(result.summary!.generator.scheduleLagUs.max).toBeGreaterThan(500_000);
  });

  it('says inconclusive when more is asked for than one processor can do', async () => {
    const callee = await startAnswerer(['options'], { lifetimeMs: 60_000 });
    const args = [
      'load',
      'options',
      `udp:127.0.0.1:${callee.port}`,
      '--rate',
      '2000000',
      '--duration',
      '1s',
      '--workers',
      '1',
    ];
    const result = await busyhour(args, { lifetimeMs: 55_000 });
    await callee.stop();
    expectEnd(result, 4, 'inconclusive');
    expect(result.summary!.generator.saturated).toBe(true);
  }, 70_000);
});

it('a reader of --json that goes away changes no exit code, and the files are written', async () => {
  const out = join(tempDir(), 'out');
  const args = ['load', 'options', `udp:127.0.0.1:${await freePort()}`, '--calls', '1', '--json', '--out', out];
  const command = 'set -o pipefail; "$0" "$@" | true';
  const piped = start('/bin/bash', ['-c', command, process.execPath, MAIN, ...args], { lifetimeMs: 30_000 });
  const { code } = await piped.exited;
  expect(code, piped.stderr()).toBe(5);
  expect(piped.stderr()).not.toMatch(/EPIPE/);
  expect(readdirSync(out)).toContain('summary.json');
});

it.each([
  ['load', ['options'], /Calls +3 started, 3 succeeded/],
  ['conform', ['--case', 'rfc3261/11.2/*'], /pass/],
] as const)(
  '%s whose results cannot be written tells them all the same, and says what is in the way',
  async (command, rest, told) => {
    const callee = await startAnswerer([], { lifetimeMs: 30_000 });
    const out = tempDir();
    mkdirSync(join(out, 'summary.json'));
    const target = `udp:127.0.0.1:${callee.port}`;
    const args = command === 'load' ? [...rest, target, '--rate', '20', '--calls', '3'] : [target, ...rest];
    const failed = start(process.execPath, [MAIN, command, ...args, '--json', '--out', out], { lifetimeMs: 30_000 });
    const { code } = await failed.exited;
    await callee.stop();
    expect(code, failed.stderr()).toBe(2);
    expect(failed.stderr()).toMatch(told);
    expect(failed.stderr()).toContain(
      'summary.json: a folder of that name is in the way; name another folder with --out DIR',
    );
    expect(JSON.parse(failed.stdout())).toMatchObject({ schemaVersion: 1, command });
  },
);
