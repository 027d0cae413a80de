// What a third party saw on the wire, and what becomes of calls when the wire is bad. Never judges by our own numbers alone.
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { busyhour, startAnswerer, startBusyhour } from './peers/busyhour.ts';
import { freePort } from './peers/free-port.ts';
import { have } from './peers/have.ts';
import { startRelay } from './peers/relay.ts';
import { startScripted } from './peers/scripted.ts';
import { startSippCallee } from './peers/sipp.ts';
import { type CapturedMessage, readCapture, readMalformed, startCapture } from './peers/tshark.ts';

/** The smallest value with at least this share of all values at or below it. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** First INVITE to first 200 of it, of each call; microseconds. */
function setupTimes(messages: readonly CapturedMessage[]): number[] {
  const sentAt = new Map<string, number>();
  const times = new Map<string, number>();
  for (const { method, status, callId, cseq, atUs } of messages) {
    if (method === 'INVITE' && !sentAt.has(callId)) sentAt.set(callId, atUs);
    if (status === 200 && cseq.endsWith('INVITE') && !times.has(callId)) times.set(callId, atUs - sentAt.get(callId)!);
  }
  return [...times.values()];
}

describe.skipIf(!have('tshark', 'dumpcap', 'sipp'))('a capture', () => {
  it.each(['our own callee', 'SIPp'])(
    'agrees with our setup times, and has nothing malformed: against %s',
    async (peer) => {
      const callee =
        peer === 'SIPp'
          ? await startSippCallee({ lifetimeMs: 40_000 })
          : await startAnswerer(['basic'], { lifetimeMs: 40_000 });
      const capture = await startCapture({ ports: [callee.port], lifetimeMs: 40_000 });
      const args = [
        'load',
        'basic',
        `udp:127.0.0.1:${callee.port}`,
        '--rate',
        '200',
        '--duration',
        '3s',
        '--no-segmentation',
      ];
      const caller = await busyhour(args);
      await capture.stop();
      await callee.stop();
      expect(caller.summary!.calls, caller.stderr).toMatchObject({ started: 600, succeeded: 600, failed: 0 });

      const messages = await readCapture(capture.file, [callee.port]);
      const times = setupTimes(messages);
      expect(times).toHaveLength(600);
      for (const [name, share] of [
        ['p50', 0.5],
        ['p99', 0.99],
      ] as const) {
        const seen = percentile(times, share);
        const said = caller.summary!.latencyFromSendUs.setup![name];
        expect(
          Math.abs(said - seen),
          `${name}: the capture says ${seen} us, the summary ${said} us`,
        ).toBeLessThanOrEqual(Math.max(50, seen * 0.05));
      }
      expect(caller.summary!.messages.sent).toBe(
        messages.filter((message) => message.destinationPort === callee.port).length,
      );
      expect(await readMalformed(capture.file, [callee.port])).toEqual([]);
    },
  );

  it.concurrent.each(['cancel', 'prack-info-refer', 'options'])('of %s has nothing malformed', async (flow) => {
    const callee = await startAnswerer([flow], { lifetimeMs: 40_000 });
    const capture = await startCapture({ ports: [callee.port], lifetimeMs: 40_000 });
    const caller = await busyhour([
      'load',
      flow,
      `udp:127.0.0.1:${callee.port}`,
      '--rate',
      '50',
      '--calls',
      '50',
      '--no-segmentation',
    ]);
    await capture.stop();
    await callee.stop();
    expect(caller.summary!.calls, caller.stderr).toMatchObject({ succeeded: 50, failed: 0 });
    const messages = await readCapture(capture.file, [callee.port]);
    expect(new Set(messages.map((message) => message.callId)).size).toBe(50);
    expect(await readMalformed(capture.file, [callee.port])).toEqual([]);
  });
});

describe.skipIf(!have('tshark', 'dumpcap')).concurrent('retransmissions to a peer that says nothing', () => {
  // RFC 3261 §17.1.1.2: Timer A doubles from T1 = 500 ms without bound; §17.1.2.2: Timer E doubles up to T2 = 4 s. Both end at 64*T1.
  it.each([
    ['basic', 'INVITE', [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]],
    ['options', 'OPTIONS', [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]],
  ] as const)(
    '%s: leave when the RFC says',
    async (flow, method, wantedMs) => {
      const silent = await startScripted();
      const capture = await startCapture({ ports: [silent.port], lifetimeMs: 60_000 });
      const caller = await busyhour(['load', flow, `udp:127.0.0.1:${silent.port}`, '--rate', '1', '--calls', '1']);
      await capture.stop();
      await silent.stop();
      expect(caller.code, caller.stderr).toBe(5);
      const sent = (await readCapture(capture.file, [silent.port])).filter((message) => message.method === method);
      const atMs = sent.map((message) => (message.atUs - sent[0]!.atUs) / 1_000);
      expect(atMs).toHaveLength(wantedMs.length);
      wantedMs.forEach((wanted, index) => {
        expect(atMs[index], `retransmission ${index} of ${method}`).toBeGreaterThan(wanted - 5);
        expect(atMs[index], `retransmission ${index} of ${method}`).toBeLessThan(wanted + 100);
      });
      expect(new Set(sent.map((message) => message.branch)).size).toBe(1);
      expect(caller.summary!.messages.retransmitted).toBe(wantedMs.length - 1);
    },
    70_000,
  );
});

describe.concurrent('a lossy wire', () => {
  it.each(['basic', 'prack-info-refer'])(
    'that loses one datagram in twenty each way costs %s retransmissions but no call',
    async (flow) => {
      const callee = await startAnswerer([flow], { lifetimeMs: 70_000 });
      const relay = await startRelay({
        targetPort: callee.port,
        seed: 20,
        rewrite: true,
        toTarget: { loss: 0.05 },
        toClient: { loss: 0.05 },
      });
      const caller = await busyhour(['load', flow, `udp:127.0.0.1:${relay.port}`, '--rate', '100', '--calls', '300']);
      const { toTarget, toClient } = relay.counts();
      const answered = await callee.stop();
      await relay.stop();
      expect(toTarget.lost).toBeGreaterThan(0);
      expect(toClient.lost).toBeGreaterThan(0);
      expect(caller.summary!.failures, caller.stderr).toEqual([]);
      expect(caller.summary!.calls).toMatchObject({ started: 300, succeeded: 300, failed: 0 });
      expect(caller.summary!.messages.retransmitted).toBeGreaterThan(0);
      expect(answered.summary!.calls).toMatchObject({ failed: 0 });
    },
    90_000,
  );

  it('that doubles and reorders costs no call', async () => {
    const callee = await startAnswerer(['basic'], { lifetimeMs: 60_000 });
    const faults = { duplicate: 0.2, reorder: 0.1, reorderMs: 3 };
    const relay = await startRelay({
      targetPort: callee.port,
      seed: 21,
      rewrite: true,
      toTarget: faults,
      toClient: faults,
    });
    const caller = await busyhour([
      'load',
      'basic',
      `udp:127.0.0.1:${relay.port}`,
      '--rate',
      '100',
      '--calls',
      '300',
      '--hold',
      '20ms',
    ]);
    await callee.stop();
    await relay.stop();
    expect(caller.summary!.failures, caller.stderr).toEqual([]);
    expect(caller.summary!.calls).toMatchObject({ started: 300, succeeded: 300, failed: 0 });
  });
});

describe('garbage', () => {
  it('sent to both ends during a run is counted and harms no call', async () => {
    const callee = await startAnswerer(['basic'], { lifetimeMs: 40_000 });
    const localPort = await freePort();
    const args = [
      'load',
      'basic',
      `udp:127.0.0.1:${callee.port}`,
      '--rate',
      '200',
      '--duration',
      '3s',
      '--local',
      `127.0.0.1:${localPort}`,
    ];
    const caller = startBusyhour(args, { lifetimeMs: 40_000 });
    const socket = createSocket('udp4');
    socket.on('error', () => {});
    let done = false;
    void caller.process.exited.then(() => {
      done = true;
    });
    while (!done) {
      for (const port of [callee.port, localPort]) {
        for (const datagram of GARBAGE) socket.send(datagram, port, '127.0.0.1');
      }
      await sleep(20);
    }
    socket.close();
    const result = await caller.result();
    const answered = await callee.stop();
    expect(result.summary!.failures, result.stderr).toEqual([]);
    expect(result.summary!.calls).toMatchObject({ started: 600, succeeded: 600, failed: 0 });
    expect(result.summary!.messages.malformed).toBeGreaterThan(0);
    expect(answered.summary!.calls).toMatchObject({ succeeded: 600, failed: 0 });
    expect(answered.summary!.messages.malformed).toBeGreaterThan(0);
  });
});

const GARBAGE = [
  Buffer.alloc(0),
  Buffer.from([0]),
  Buffer.alloc(1_400, 0xff),
  Buffer.from('\r\n\r\n'),
  Buffer.from('INVITE'),
  Buffer.from('INVITE sip:x@127.0.0.1 SIP/2.0\r\n\r\n'),
  Buffer.from(
    'INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1\r\nCSeq: 99999999999 INVITE\r\nContent-Length: -1\r\n\r\n',
  ),
  Buffer.from('SIP/2.0 200 OK\r\nVia: x\r\n\r\n'),
  Buffer.from('SIP/2.0 999999 OK\r\n\r\n'),
  Buffer.from(`OPTIONS sip:${'a'.repeat(30_000)} SIP/2.0\r\n\r\n`),
  Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
];
