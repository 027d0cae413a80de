// Proves the scripted peer with SIPp as its caller. Never involves busyhour.
import { describe, expect, it } from 'vitest';
import { have } from './have.ts';
import { answerPlainly, startScripted } from './scripted.ts';
import { runSippCaller } from './sipp.ts';

describe.skipIf(!have('sipp'))('the scripted peer', () => {
  it('answers calls so that SIPp finds nothing wrong', async () => {
    const peer = await startScripted((request, send) => answerPlainly(request, send));
    const caller = await runSippCaller({
      target: `127.0.0.1:${peer.port}`,
      rateCps: 50,
      calls: 50,
      lifetimeMs: 10_000,
    });
    await peer.stop();
    expect(caller.statistics).toMatchObject({ successful: 50, failed: 0, retransmissions: 0 });
    const methods = peer.requests.map((request) => request.method);
    expect(methods.filter((method) => method === 'ACK')).toHaveLength(50);
    expect(peer.requests.every((request) => (request.toTag === '') === (request.method === 'INVITE'))).toBe(true);
  });
});
