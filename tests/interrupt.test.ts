// A user who has had enough: Ctrl-C once and twice, and SIGTERM. Never loses the results so far.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startAnswerer, startBusyhour } from './peers/busyhour.ts';

describe('an interrupted run', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('writes what it has on %s', async (signal, code) => {
    const callee = await startAnswerer(['basic'], { lifetimeMs: 30_000 });
    const args = ['load', 'basic', `udp:127.0.0.1:${callee.port}`, '--rate', '100', '--duration', '60s'];
    const started = startBusyhour(args, { lifetimeMs: 25_000 });
    await sleep(2_500);
    started.process.signal(signal);
    const result = await started.result();
    await callee.stop();
    expect(result.timedOut).toBe(false);
    expect(result.code, result.stderr).toBe(code);
    const { calls } = result.summary!;
    expect(result.summary!.exitCode).toBe(code);
    expect(calls.started).toBeGreaterThan(50);
    expect(calls.started).toBeLessThan(3_000);
    expect(calls.failed).toBe(0);
    expect(calls.succeeded).toBe(calls.started);
  });

  it('waits for calls in progress at the first Ctrl-C, and for nothing at the second', async () => {
    const callee = await startAnswerer(['basic'], { lifetimeMs: 60_000 });
    const args = [
      'load',
      'basic',
      `udp:127.0.0.1:${callee.port}`,
      '--rate',
      '50',
      '--duration',
      '60s',
      '--hold',
      '50s',
    ];
    const started = startBusyhour(args, { lifetimeMs: 30_000 });
    await sleep(2_000);
    started.process.signal('SIGINT');
    let ended = false;
    void started.process.exited.then(() => {
      ended = true;
    });
    await sleep(1_500);
    expect(ended, started.process.output()).toBe(false);
    started.process.signal('SIGINT');
    const result = await started.result();
    await callee.stop();
    expect(result.timedOut).toBe(false);
    expect(result.code, result.stderr).toBe(130);
    expect(result.summary!.calls.started).toBeGreaterThan(0);
  });
});
