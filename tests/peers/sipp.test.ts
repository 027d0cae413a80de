// Proves the SIPp helper with SIPp alone: caller against callee. Never involves busyhour.
import { describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { have } from './have.ts';
import { runSippCaller, startSippCallee } from './sipp.ts';

describe.skipIf(!have('sipp'))('sipp', () => {
  it('calls itself, and both ends count the same calls', async () => {
    const callee = await startSippCallee({ lifetimeMs: 20_000 });
    const caller = await runSippCaller({
      target: `127.0.0.1:${callee.port}`,
      rateCps: 200,
      calls: 200,
      lifetimeMs: 15_000,
    });
    const answered = await callee.stop();
    expect(caller).toMatchObject({ code: 0, timedOut: false });
    expect(caller.statistics).toMatchObject({ created: 200, successful: 200, failed: 0 });
    expect(answered.created).toBe(200);
    expect(answered.failed).toBe(0);
  });

  it('tells by exit code and statistics that nobody answered', async () => {
    const target = `127.0.0.1:${await freePort()}`;
    const caller = await runSippCaller({
      target,
      rateCps: 10,
      calls: 2,
      args: ['-nr', '-recv_timeout', '500'],
      lifetimeMs: 10_000,
    });
    expect(caller.code).not.toBe(0);
    expect(caller.statistics.successful).toBe(0);
  });
});
