// Proves the Kamailio helper with SIPp at both ends and sipsak. Never involves busyhour.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { have } from './have.ts';
import { startKamailio } from './kamailio.ts';
import { runSippCaller, startSippCallee } from './sipp.ts';
import { sipsakOptions } from './sipsak.ts';

describe.skipIf(!have('kamailio', 'sipp', 'sipsak'))('kamailio', () => {
  it('carries 500 calls a second to a fixed callee and loses none', async () => {
    const scenario = join(import.meta.dirname, 'uas-record-route.xml');
    const callee = await startSippCallee({ scenario, lifetimeMs: 30_000 });
    const proxy = await startKamailio({ callee: `127.0.0.1:${callee.port}`, lifetimeMs: 30_000 });
    const caller = await runSippCaller({
      target: `127.0.0.1:${proxy.port}`,
      rateCps: 500,
      calls: 1_500,
      scenario: join(import.meta.dirname, 'uac-record-route.xml'),
      lifetimeMs: 20_000,
    });
    await proxy.stop();
    const answered = await callee.stop();
    expect(caller.statistics, proxy.process.output()).toMatchObject({ created: 1_500, successful: 1_500, failed: 0 });
    expect(caller.code).toBe(0);
    expect(answered.created).toBe(1_500);
  });

  it('answers OPTIONS to itself', async () => {
    const proxy = await startKamailio({ port: await freePort(4), lifetimeMs: 20_000 });
    expect(await sipsakOptions(`sip:127.0.0.1:${proxy.port}`)).toMatchObject({ code: 0, status: 200 });
    await proxy.stop();
  });
});
