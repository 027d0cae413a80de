// Proves the baresip helper with SIPp as caller and sipsak. Never involves busyhour.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Baresip, startBaresip } from './baresip.ts';
import { freePort } from './free-port.ts';
import { have } from './have.ts';
import { runSippCaller } from './sipp.ts';
import { sipsakOptions } from './sipsak.ts';

describe.skipIf(!have('baresip', 'sipp', 'sipsak'))('baresip', () => {
  let phone: Baresip;
  beforeAll(async () => {
    phone = await startBaresip({ port: await freePort(4), lifetimeMs: 30_000 });
  });
  afterAll(async () => {
    await phone.stop();
  });

  it('takes calls and lets them go', async () => {
    const caller = await runSippCaller({
      target: `127.0.0.1:${phone.port}`,
      rateCps: 2,
      calls: 3,
      args: ['-s', 'callee', '-d', '100'],
      lifetimeMs: 10_000,
    });
    expect(caller.statistics).toMatchObject({ successful: 3, failed: 0 });
    expect(caller.code).toBe(0);
  });

  it('answers OPTIONS', async () => {
    const answer = await sipsakOptions(phone.uri);
    expect(answer).toMatchObject({ code: 0, status: 200 });
    expect(answer.text).toContain('Server: baresip');
  });
});
