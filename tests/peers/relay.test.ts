// Proves that the relay loses, doubles and reorders what it is asked to, and gives each client its own answers. Never involves busyhour.
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { have } from './have.ts';
import { type Relay, startRelay } from './relay.ts';
import { runSippCaller, startSippCallee } from './sipp.ts';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function socketAt(
  port: number,
  onMessage: (socket: Socket, data: Buffer, from: number) => void,
): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_194_304 });
  socket.on('message', (data, from) => onMessage(socket, data, from.port));
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', () => resolve()));
  open.push(socket);
  return socket;
}

/** Sends numbered datagrams in small groups, so that the kernel's buffers play no part. */
async function sendNumbered(socket: Socket, port: number, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    socket.send(String(sent), port, '127.0.0.1');
    if (sent % 20 === 19) await sleep(1);
  }
}

/** Waits until nothing has arrived for 100 ms. */
async function quiet(...heard: readonly (readonly unknown[])[]): Promise<void> {
  const total = (): number => heard.reduce((sum, list) => sum + list.length, 0);
  for (let before = -1; before !== total(); ) {
    before = total();
    await sleep(100);
  }
}

async function echoThrough(
  faults: Parameters<typeof startRelay>[0]['toTarget'],
  seed: number,
): Promise<{ relay: Relay; atTarget: number[]; back: number[] }> {
  const atTarget: number[] = [];
  const back: number[] = [];
  const targetPort = await freePort();
  await socketAt(targetPort, (socket, data, from) => {
    atTarget.push(Number(data));
    socket.send(data, from, '127.0.0.1');
  });
  const relay = await startRelay({ targetPort, seed, toTarget: faults, toClient: faults });
  const client = await socketAt(await freePort(), (_, data) => back.push(Number(data)));
  await sendNumbered(client, relay.port, 4_000);
  await quiet(atTarget, back);
  await relay.stop();
  return { relay, atTarget, back };
}

describe('relay', () => {
  it('loses the share asked for, each way, the same for the same seed', async () => {
    const first = await echoThrough({ loss: 0.05 }, 1);
    const { toTarget, toClient } = first.relay.counts();
    expect(toTarget.received).toBe(4_000);
    // Five standard deviations of a binomial with n = 4,000, p = 0.05.
    expect(Math.abs(toTarget.lost - 200)).toBeLessThan(69);
    expect(Math.abs(toClient.lost - toClient.received * 0.05)).toBeLessThan(69);
    expect(first.atTarget).toHaveLength(4_000 - toTarget.lost);
    expect(first.back).toHaveLength(4_000 - toTarget.lost - toClient.lost);
    const second = await echoThrough({ loss: 0.05 }, 1);
    expect(second.atTarget).toEqual(first.atTarget);
    const third = await echoThrough({ loss: 0.05 }, 2);
    expect(third.atTarget).not.toEqual(first.atTarget);
  });

  it('passes everything in order without faults', async () => {
    const { atTarget, back } = await echoThrough({}, 1);
    expect(atTarget).toEqual(Array.from({ length: 4_000 }, (_, index) => index));
    expect(back).toHaveLength(4_000);
  });

  it('doubles and reorders', async () => {
    const { relay, atTarget } = await echoThrough({ duplicate: 0.1, reorder: 0.1, reorderMs: 3 }, 3);
    const { toTarget } = relay.counts();
    expect(toTarget.duplicated).toBeGreaterThan(300);
    expect(atTarget).toHaveLength(4_000 + toTarget.duplicated);
    expect(atTarget).not.toEqual([...atTarget].sort((a, b) => a - b));
  });

  it('keeps clients apart', async () => {
    const targetPort = await freePort();
    await socketAt(targetPort, (socket, data, from) => socket.send(data, from, '127.0.0.1'));
    const relay = await startRelay({ targetPort, seed: 1 });
    const heard: string[] = [];
    const ports = [await freePort(), await freePort()];
    const clients = await Promise.all(ports.map((port) => socketAt(port, (_, data) => heard.push(`${port}<${data}`))));
    clients.forEach((client, index) => {
      client.send(String(ports[index]), relay.port, '127.0.0.1');
    });
    await sleep(100);
    await relay.stop();
    expect(heard.sort()).toEqual(ports.map((port) => `${port}<${port}`).sort());
  });

  it.skipIf(!have('sipp'))(
    'carries whole calls between two SIPps when it rewrites their ports, with loss',
    async () => {
      const callee = await startSippCallee({ lifetimeMs: 30_000 });
      const relay = await startRelay({
        targetPort: callee.port,
        seed: 7,
        rewrite: true,
        toTarget: { loss: 0.05 },
        toClient: { loss: 0.05 },
      });
      const caller = await runSippCaller({
        target: `127.0.0.1:${relay.port}`,
        rateCps: 100,
        calls: 100,
        lifetimeMs: 20_000,
      });
      await callee.stop();
      await relay.stop();
      expect(caller.statistics).toMatchObject({ created: 100, successful: 100, failed: 0 });
      expect(caller.statistics.retransmissions).toBeGreaterThan(0);
      // INVITE, ACK and BYE of every call came by.
      expect(relay.counts().toTarget.received).toBeGreaterThanOrEqual(300);
    },
  );
});
