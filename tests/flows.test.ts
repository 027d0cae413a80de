// Every built-in flow between our own ends and against SIPp, Kamailio, baresip and sipsak, at acceptance rates. Never passes with a single failed call.
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClean, expectFailed } from './clean.ts';
import { startBaresip } from './peers/baresip.ts';
import { type Answerer, busyhour, startAnswerer } from './peers/busyhour.ts';
import { freePort } from './peers/free-port.ts';
import { have } from './peers/have.ts';
import { type Kamailio, startKamailio } from './peers/kamailio.ts';
import { lanes } from './peers/lanes.ts';
import { runSippCaller, startSippCallee } from './peers/sipp.ts';
import { sipsakOptions } from './peers/sipsak.ts';
import { tempDir } from './peers/temp-dir.ts';

const FLOWS = ['options', 'basic', 'cancel', 'prack-info-refer'];
const PEERS = join(import.meta.dirname, 'peers');

/** So many runs of load at a time leave two cores room for the other end, and hide each other's start and end. */
const inLane = lanes(3);

describe('`answer FLOW`', () => {
  const callees = new Map<string, Answerer>();
  const proxies = new Map<string, Kamailio>();
  beforeAll(async () => {
    await Promise.all(
      FLOWS.map(async (flow) => {
        const callee = await startAnswerer([flow], { lifetimeMs: 90_000 });
        callees.set(flow, callee);
        if (have('kamailio'))
          proxies.set(flow, await startKamailio({ callee: `127.0.0.1:${callee.port}`, lifetimeMs: 90_000 }));
      }),
    );
  });
  const load = (flow: string, port: number) =>
    inLane(() => busyhour(['load', flow, `udp:127.0.0.1:${port}`, '--rate', '500', '--duration', '2s']));

  it.concurrent.each(FLOWS)('%s runs at 500 calls a second between our own ends', async (flow) => {
    const caller = await load(flow, callees.get(flow)!.port);
    expectClean(caller, 1_000);
    expect(caller.summary!.messages.retransmitted).toBe(0);
  });

  it.skipIf(!have('kamailio')).concurrent.each(FLOWS)(
    '%s runs at 500 calls a second through Kamailio',
    async (flow) => {
      expectClean(await load(flow, proxies.get(flow)!.port), 1_000);
    },
  );

  it.each(FLOWS)('has answered every call of %s', async (flow) => {
    const calls = have('kamailio') ? 2_000 : 1_000;
    await proxies.get(flow)?.stop();
    const answered = await callees.get(flow)!.stop();
    expect(answered.summary!.calls).toMatchObject({ started: calls, succeeded: calls, failed: 0 });
  });
});

/** Every flow there is. */
const ALL = readdirSync(join(import.meta.dirname, '../suites/flows'))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => basename(file, '.yaml'));

describe('the reference server, one for all flows', () => {
  let callee: Answerer;
  let proxied: Answerer;
  let proxy: Kamailio;
  beforeAll(async () => {
    callee = await startAnswerer([], { lifetimeMs: 200_000 });
    if (!have('kamailio')) return;
    proxied = await startAnswerer([], { lifetimeMs: 200_000 });
    proxy = await startKamailio({ callee: `127.0.0.1:${proxied.port}`, lifetimeMs: 200_000 });
  });

  it.concurrent.each(ALL)('plays the other end of %s at 500 calls a second, breaking no rule', async (flow) => {
    const args = ['load', flow, `udp:127.0.0.1:${callee.port}`, '--rate', '500', '--duration', '1s'];
    const caller = await inLane(() => busyhour(args));
    expectClean(caller, 500);
    expect(caller.summary!.messages.retransmitted).toBe(0);
    expect(caller.summary!.rules.messagesChecked).toBeGreaterThanOrEqual(500);
    expect(caller.summary!.rules.violations).toEqual([]);
  });

  it('has failed no call, sent nothing twice, and seen no rule broken', async () => {
    const answered = await callee.stop();
    expect(answered.summary!.failures).toEqual([]);
    expect(answered.summary!.calls.failed).toBe(0);
    expect(answered.summary!.messages.retransmitted).toBe(0);
    expect(answered.summary!.rules.messagesChecked).toBeGreaterThan(ALL.length * 500);
    expect(answered.summary!.rules.violations).toEqual([]);
  });

  it.skipIf(!have('kamailio')).concurrent.each(ALL)('is reached by %s through Kamailio', async (flow) => {
    const args = ['load', flow, `udp:127.0.0.1:${proxy.port}`, '--rate', '200', '--calls', '200'];
    expectClean(await inLane(() => busyhour(args)), 200);
  });

  it.skipIf(!have('kamailio'))('has failed no call that came through Kamailio', async () => {
    const answered = await proxied.stop();
    await proxy.stop();
    expect(answered.summary!.calls.failed).toBe(0);
  });
});

describe('the reference server that authenticates', () => {
  let callee: Answerer;
  beforeAll(async () => {
    callee = await startAnswerer(['--auth', '--user', 'alice', '--password', 'secret'], { lifetimeMs: 60_000 });
  });
  afterAll(async () => {
    await callee.stop();
  });

  it.each(['basic', 'register', 'prack-info-refer'])('lets %s in, and nobody else', async (flow) => {
    const load = ['load', flow, `udp:127.0.0.1:${callee.port}`, '--rate', '200', '--calls', '400'];
    const known = await busyhour([...load, '--user', 'alice', '--password', 'secret']);
    const wrong = await busyhour([...load.slice(0, -1), '20', '--user', 'alice', '--password', 'guess']);
    const nobody = await busyhour([...load.slice(0, -1), '20']);
    expectClean(known, 400);
    // One challenge for the user, whose nonce then serves all calls; calls under way at that moment meet theirs.
    expect(known.summary!.messages.byStatus['401']!.received).toBeLessThan(20);
    expect(known.summary!.rules.violations).toEqual([]);
    for (const refused of [wrong, nobody]) {
      expect(refused.summary!.calls).toMatchObject({ started: 20, failed: 20 });
      expect(refused.summary!.failures[0]!.reason).toMatch(/^unexpected: 401 Unauthorized/);
      expectFailed(refused);
    }
  });
});

describe('the reference server', () => {
  it('sees the users of a data file as they are', async () => {
    const callee = await startAnswerer([], { lifetimeMs: 40_000 });
    const file = join(tempDir(), 'users.csv');
    writeFileSync(file, 'user,to\nalice,bob\ncarol,busy\n');
    const caller = await busyhour(['load', 'basic', `udp:127.0.0.1:${callee.port}`, '--calls', '10', '--data', file]);
    await callee.stop();
    expect(caller.summary!.calls).toMatchObject({ started: 10, succeeded: 5, failed: 5 });
    expect(caller.summary!.failures[0]!.reason).toMatch(/^unexpected: 486/);
  });
});

describe.skipIf(!have('sipp'))('SIPp', () => {
  it('answers basic at 500 calls a second without one retransmission', async () => {
    const callee = await startSippCallee({ lifetimeMs: 40_000 });
    const caller = await busyhour([
      'load',
      'basic',
      `udp:127.0.0.1:${callee.port}`,
      '--rate',
      '500',
      '--duration',
      '2s',
    ]);
    const answered = await callee.stop();
    expectClean(caller, 1_000);
    expect(caller.summary!.messages.retransmitted).toBe(0);
    expect(answered).toMatchObject({ created: 1_000, failed: 0 });
  });

  it('calls `answer basic` 1,000 times at 500 calls a second', async () => {
    const callee = await startAnswerer(['basic'], { lifetimeMs: 40_000 });
    const caller = await runSippCaller({
      target: `127.0.0.1:${callee.port}`,
      rateCps: 500,
      calls: 1_000,
      lifetimeMs: 25_000,
    });
    const answered = await callee.stop();
    expect(caller.statistics).toMatchObject({ created: 1_000, successful: 1_000, failed: 0 });
    expect(caller.code).toBe(0);
    expect(answered.summary!.calls).toMatchObject({ succeeded: 1_000, failed: 0 });
  });

  it.skipIf(!have('kamailio'))('calls `answer basic` through Kamailio', async () => {
    const callee = await startAnswerer(['basic'], { lifetimeMs: 40_000 });
    const proxy = await startKamailio({ callee: `127.0.0.1:${callee.port}`, lifetimeMs: 40_000 });
    const scenario = join(PEERS, 'uac-record-route.xml');
    const caller = await runSippCaller({
      target: `127.0.0.1:${proxy.port}`,
      scenario,
      rateCps: 200,
      calls: 400,
      lifetimeMs: 20_000,
    });
    await proxy.stop();
    const answered = await callee.stop();
    expect(caller.statistics).toMatchObject({ successful: 400, failed: 0 });
    expect(answered.summary!.calls).toMatchObject({ succeeded: 400, failed: 0 });
  });
});

describe.skipIf(!have('baresip'))('baresip', () => {
  it.concurrent.each([
    ['options', 3],
    ['basic', 3],
  ])('answers %s', async (flow, calls) => {
    const phone = await startBaresip({ lifetimeMs: 30_000 });
    const caller = await busyhour([
      'load',
      flow,
      phone.uri,
      '--rate',
      '1',
      '--calls',
      String(calls),
      '--hold',
      '100ms',
    ]);
    await phone.stop();
    expectClean(caller, calls);
  });
});

describe.skipIf(!have('sipsak'))('sipsak', () => {
  it.each([[['options']], [[]]])('gets 200 to OPTIONS from `answer` %j', async (flows) => {
    const callee = await startAnswerer(flows, { port: await freePort(4), lifetimeMs: 20_000 });
    const answer = await sipsakOptions(`sip:127.0.0.1:${callee.port}`);
    await callee.stop();
    expect(answer).toMatchObject({ code: 0, status: 200 });
  });
});
