// Proves the capture helper on calls between two SIPps, and that it sees what is wrong. Never involves busyhour.
import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { have } from './have.ts';
import { runSippCaller, startSippCallee } from './sipp.ts';
import { readCapture, readMalformed, startCapture } from './tshark.ts';

const count = (values: readonly string[], wanted: string): number => values.filter((value) => value === wanted).length;

describe.skipIf(!have('tshark', 'dumpcap', 'sipp'))('tshark', () => {
  it('sees each message of each call once, and nothing malformed', async () => {
    const callee = await startSippCallee({ lifetimeMs: 20_000 });
    const capture = await startCapture({ ports: [callee.port], lifetimeMs: 20_000 });
    const caller = await runSippCaller({
      target: `127.0.0.1:${callee.port}`,
      rateCps: 50,
      calls: 50,
      lifetimeMs: 10_000,
    });
    await capture.stop();
    await callee.stop();
    expect(caller.code).toBe(0);

    const messages = await readCapture(capture.file, [callee.port]);
    const methods = messages.map((message) => message.method);
    const statuses = messages.map((message) => String(message.status));
    expect([count(methods, 'INVITE'), count(methods, 'ACK'), count(methods, 'BYE')]).toEqual([50, 50, 50]);
    expect([count(statuses, '180'), count(statuses, '200')]).toEqual([50, 100]);
    expect(messages).toHaveLength(300);
    expect(new Set(messages.map((message) => message.callId)).size).toBe(50);
    expect(messages.every((message, index) => index === 0 || message.atUs >= messages[index - 1]!.atUs)).toBe(true);
    expect(await readMalformed(capture.file, [callee.port])).toEqual([]);
  });

  it('lists a broken SIP message and a datagram that is no SIP at all', async () => {
    const port = await freePort();
    const capture = await startCapture({ ports: [port], lifetimeMs: 20_000 });
    const socket = createSocket('udp4');
    socket.on('error', () => {});
    await new Promise((resolve) =>
      socket.send('INVITE sip:a@b SIP/2.0\r\nCSeq: x y z\r\nContent-Length: -5\r\n\r\n', port, '127.0.0.1', resolve),
    );
    await new Promise((resolve) => socket.send(Buffer.from([0, 1, 2, 3, 255, 254]), port, '127.0.0.1', resolve));
    await capture.stop();
    socket.close();
    expect(await readMalformed(capture.file, [port])).toHaveLength(2);
  });
});
