// IPv6 between our own ends, against SIPp, and through Kamailio to the other family: every end named.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSpotless } from './clean.ts';
import { playEveryFlow } from './every-flow.ts';
import { type Answerer, busyhour, startAnswerer } from './peers/busyhour.ts';
import { freePort } from './peers/free-port.ts';
import { have } from './peers/have.ts';
import { startKamailio } from './peers/kamailio.ts';
import { runSippCaller, startSippCallee } from './peers/sipp.ts';

const ADDRESS = '::1';
const HOST = '[::1]';

playEveryFlow('udp', { address: ADDRESS });
playEveryFlow('tcp', { address: ADDRESS, flows: ['prack-info-refer', 'refer-attended', 'subscribe'] });
playEveryFlow('ws', { address: ADDRESS, flows: ['prack-info-refer', 'refer-attended', 'subscribe'] });

describe('our own ends', () => {
  let callee: Answerer;
  beforeAll(async () => {
    callee = await startAnswerer([], { lifetimeMs: 90_000, address: ADDRESS });
  });
  afterAll(() => callee.stop());

  it('--io dgram', async () => {
    const args = ['--io', 'dgram', '--rate', '100', '--calls', '100'];
    const caller = await busyhour(['load', 'prack-info-refer', `udp:${HOST}:${callee.port}`, ...args]);
    expectSpotless(caller, 100);
    expect(caller.summary!.generator.io).toBe('dgram');
    expect(caller.summary!.generator.localAddresses[0]).toMatch(/^udp:\[::1\]:\d+$/);
  });

  it('conform finds nothing against the reference server, and can judge everything', async () => {
    const run = await busyhour(['conform', `udp:${HOST}:${callee.port}`, '--jobs', '8']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.summary!.conformance).toMatchObject({ fail: 0, error: 0, inconclusive: 0 });
    expect(run.summary!.conformance.pass).toBeGreaterThan(300);
    expect(run.summary!.rules.violations).toEqual([]);
  });

  it('nobody there: refused, by the ICMP of IPv6', async () => {
    const nobody = await freePort();
    const run = await busyhour(['load', 'options', `udp:${HOST}:${nobody}`, '--rate', '20', '--calls', '3']);
    expect(run.code).toBe(5);
    expect(run.summary!.reasons.join()).toContain(`nothing listens at ${HOST}:${nobody}`);
  });
});

it('one server listens in both families', async () => {
  const port = await freePort();
  const both = await startAnswerer(['--listen', `udp:${HOST}:${port}`], { lifetimeMs: 40_000, port });
  for (const host of ['127.0.0.1', HOST]) {
    const caller = await busyhour(['load', 'register', `udp:${host}:${port}`, '--rate', '100', '--calls', '50']);
    expectSpotless(caller, 50);
  }
  const answered = await both.stop();
  expect(answered.summary!.generator.localAddresses).toEqual(
    expect.arrayContaining([`udp:127.0.0.1:${port}`, `udp:${HOST}:${port}`]),
  );
});

describe.skipIf(!have('sipp'))('SIPp', () => {
  it('answers basic', async () => {
    const callee = await startSippCallee({ lifetimeMs: 20_000, address: ADDRESS });
    const caller = await busyhour(['load', 'basic', `udp:${HOST}:${callee.port}`, '--rate', '200', '--calls', '400']);
    const answered = await callee.stop();
    expectSpotless(caller, 400);
    expect(answered).toMatchObject({ created: 400, failed: 0, retransmissions: 0 });
  });

  it('calls the reference server', async () => {
    const callee = await startAnswerer([], { lifetimeMs: 40_000, address: ADDRESS });
    const caller = await runSippCaller({
      target: `${HOST}:${callee.port}`,
      address: ADDRESS,
      rateCps: 200,
      calls: 400,
      lifetimeMs: 20_000,
    });
    const answered = await callee.stop();
    expect(caller.code, caller.output).toBe(0);
    expect(caller.statistics).toMatchObject({ successful: 400, failed: 0, retransmissions: 0 });
    expect(answered.summary!.calls.failed).toBe(0);
    expect(answered.summary!.rules.violations).toEqual([]);
  });
});

describe.skipIf(!have('kamailio'))('Kamailio', () => {
  it.each(['basic', 'prack-info-refer', 'cancel'])('carries %s from IPv6 to IPv4', async (flow) => {
    const callee = await startAnswerer([], { lifetimeMs: 40_000 });
    const proxy = await startKamailio({ callee: `127.0.0.1:${callee.port}`, also: [HOST], lifetimeMs: 40_000 });
    const caller = await busyhour(['load', flow, `udp:${HOST}:${proxy.port}`, '--rate', '200', '--calls', '200']);
    const answered = await callee.stop();
    await proxy.stop();
    expectSpotless(caller, 200);
    expect(answered.summary!.calls).toMatchObject({ started: 200, failed: 0 });
  });
});
