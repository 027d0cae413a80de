// TCP between our own ends, against SIPp, Kamailio and sipsak, and against peers that break connections: every end named, nothing left behind.
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectSpotless } from './clean.ts';
import { framed } from './conformance/stream-front.ts';
import { playEveryFlow } from './every-flow.ts';
import { type Answerer, busyhour, startAnswerer } from './peers/busyhour.ts';
import { freePort } from './peers/free-port.ts';
import { have } from './peers/have.ts';
import { type Kamailio, startKamailio } from './peers/kamailio.ts';
import { lanes } from './peers/lanes.ts';
import { parse, type ScriptedRequest } from './peers/scripted.ts';
import { runSippCaller, startSippCallee } from './peers/sipp.ts';
import { sipsakOptions } from './peers/sipsak.ts';
import { tempDir } from './peers/temp-dir.ts';

const HOST = '127.0.0.1';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server of node:net that does to each connection what the test says. */
async function listen(accepted: (socket: net.Socket, nth: number) => void): Promise<number> {
  let nth = 0;
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    accepted(socket, nth++);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return (server.address() as net.AddressInfo).port;
}

const inLane = lanes(3);

playEveryFlow('tcp');

describe('our own ends', () => {
  it.concurrent('--register with --connections per-user: each user registers and calls by his own connection', async () => {
    const callee = await startAnswerer([], { lifetimeMs: 40_000, protocol: 'tcp' });
    const data = join(tempDir(), 'users.csv');
    writeFileSync(data, `user\n${Array.from({ length: 10 }, (_, i) => `u${i}`).join('\n')}\n`);
    const args = ['--data', data, '--register', '--connections', 'per-user', '--rate', '100', '--calls', '40'];
    const caller = await busyhour(['load', 'basic', `tcp:${HOST}:${callee.port}`, ...args]);
    const answered = await callee.stop();
    expectSpotless(caller, 40);
    expect(caller.summary!.generator.connections.opened).toBe(10);
    expect(answered.summary!.generator.connections.accepted).toBe(10);
  });

  it.concurrent.each([
    ['per-call', ['--rate', '200', '--calls', '400'], 400],
    ['per-user', ['--users', '20', '--calls', '400'], 20],
  ])('--connections %s: each has its own, and all of them end', async (kind, load, connections) => {
    const callee = await startAnswerer([], { lifetimeMs: 40_000, protocol: 'tcp' });
    const caller = await busyhour(['load', 'basic', `tcp:${HOST}:${callee.port}`, '--connections', kind, ...load]);
    const answered = await callee.stop();
    expectSpotless(caller, 400);
    expect(caller.summary!.generator.connections).toMatchObject({ opened: connections });
    expect(answered.summary!.generator.connections).toMatchObject({
      accepted: connections,
      'ended by the peer': connections,
    });
  });

  it('a flow that asks for a ladder: `answer FLOW` over TCP', async () => {
    const callee = await startAnswerer(['prack-info-refer'], { lifetimeMs: 40_000, protocol: 'tcp' });
    const load = ['load', 'prack-info-refer', `tcp:${HOST}:${callee.port}`, '--rate', '200', '--calls', '200'];
    expectSpotless(await busyhour(load), 200);
    const answered = await callee.stop();
    expect(answered.summary!.calls).toMatchObject({ started: 200, succeeded: 200, failed: 0 });
  });

  it('who registers over TCP is known over UDP: one store behind all listening places', async () => {
    const callee = await startAnswerer([], { lifetimeMs: 40_000, protocol: 'tcp', also: ['udp'] });
    const exchange = async (text: string) => {
      const socket = net.connect(callee.port, HOST);
      const parts: Buffer[] = [];
      socket.on('data', (data) => parts.push(data));
      socket.end(text);
      await new Promise((resolve) => socket.once('close', resolve));
      return Buffer.concat(parts).toString('latin1');
    };
    const registered = await exchange(register('TCP', ['Contact: <sip:alice@127.0.0.9:5060;transport=tcp>']));
    expect(registered).toMatch(/^SIP\/2\.0 200 /);
    const { createSocket } = await import('node:dgram');
    const socket = createSocket('udp4');
    const answer = new Promise<string>((resolve) => socket.once('message', (data) => resolve(data.toString('latin1'))));
    await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
    socket.send(register(`UDP;${socket.address().port}`, []), callee.port, HOST);
    expect(await answer).toMatch(/^Contact: <sip:alice@127\.0\.0\.9:5060;transport=tcp>/m);
    socket.close();
    const answered = await callee.stop();
    expect(answered.summary!.generator.io).toBe('mixed');
  });
});

function register(via: string, headers: readonly string[]): string {
  const [transport, port = '5999'] = via.split(';');
  return [
    'REGISTER sip:127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/${transport} 127.0.0.1:${port};branch=z9hG4bK${transport}`,
    'Max-Forwards: 70',
    'From: <sip:alice@127.0.0.1>;tag=1',
    'To: <sip:alice@127.0.0.1>',
    `Call-ID: ${transport}`,
    'CSeq: 1 REGISTER',
    ...headers,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}

describe.skipIf(!have('sipp'))('SIPp over TCP', () => {
  it.each([
    ['one', 't1'],
    ['per-call', 'tn'],
  ])('answers basic by --connections %s (-t %s), and sees no connection end before its call', async (kind, mode) => {
    const callee = await startSippCallee({
      lifetimeMs: 40_000,
      args: ['-t', mode, '-max_socket', '5000'],
      protocol: 'tcp',
    });
    const load = ['--rate', '300', '--calls', '600', '--connections', kind];
    const caller = await busyhour(['load', 'basic', `tcp:${HOST}:${callee.port}`, ...load]);
    const answered = await callee.stop();
    expectSpotless(caller, 600);
    expect(answered).toMatchObject({ created: 600, failed: 0 });
  });

  it.concurrent.each([[[]], [['basic']]])('calls `answer` %j', async (flows) => {
    const callee = await startAnswerer(flows, { lifetimeMs: 40_000, protocol: 'tcp' });
    const caller = await runSippCaller({
      target: `${HOST}:${callee.port}`,
      rateCps: 300,
      calls: 600,
      lifetimeMs: 25_000,
      args: ['-t', 't1'],
    });
    const answered = await callee.stop();
    expect(caller.statistics).toMatchObject({ created: 600, successful: 600, failed: 0 });
    expect(answered.summary!.calls).toMatchObject({ succeeded: 600, failed: 0 });
    expect(answered.summary!.messages.retransmitted).toBe(0);
  });
});

describe.skipIf(!have('kamailio'))('Kamailio', () => {
  let callee: Answerer;
  let proxy: Kamailio;
  beforeAll(async () => {
    callee = await startAnswerer([], { lifetimeMs: 60_000, protocol: 'tcp' });
    proxy = await startKamailio({ callee: `${HOST}:${callee.port}`, protocol: 'tcp', lifetimeMs: 60_000 });
  });

  it.concurrent.each(['basic', 'cancel', 'prack-info-refer', 'subscribe', 'reinvite-hold'])(
    'carries %s over TCP on both sides',
    async (flow) => {
      const args = ['load', flow, `tcp:${HOST}:${proxy.port}`, '--rate', '200', '--calls', '200'];
      expectSpotless(await inLane(() => busyhour(args)), 200);
    },
  );

  it('has carried them all without a failure at the answering end', async () => {
    const answered = await callee.stop();
    await proxy.stop();
    expect(answered.summary!.calls.started).toBeGreaterThanOrEqual(5 * 200);
    expect(answered.summary!.calls.failed).toBe(0);
  });
});

describe.skipIf(!have('sipsak'))('sipsak', () => {
  it('gets 200 to OPTIONS over TCP', async () => {
    const callee = await startAnswerer([], { port: await freePort(4), lifetimeMs: 20_000, protocol: 'tcp' });
    const answer = await sipsakOptions(`sip:127.0.0.1:${callee.port}`, [], 'tcp');
    await callee.stop();
    expect(answer).toMatchObject({ code: 0, status: 200 });
    expect(answer.text).toMatch(/^Contact: <sip:[^>]*;transport=tcp>/m);
  });
});

describe('a peer', () => {
  const load = (port: number, ...more: string[]) =>
    busyhour(['load', 'basic', `tcp:${HOST}:${port}`, '--rate', '20', '--calls', '10', ...more]);

  it('that is not there: refused at once, exit 5', async () => {
    const port = await freePort();
    const result = await load(port);
    expect(result.code).toBe(5);
    expect(result.summary!.failures).toEqual([
      expect.objectContaining({ reason: 'transport: connection refused for INVITE', count: 10 }),
    ]);
    expect(result.summary!.reasons[0]).toContain(`nothing listens at ${HOST}:${port} (connection refused)`);
    expect(result.summary!.generator.saturated).toBe(false);
  });

  it('that resets each connection: its calls fail by name', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const result = await load(port);
    expect(result.summary!.calls).toMatchObject({ started: 10, failed: 10 });
    expect(result.summary!.failures[0]!.reason).toBe('transport: connection reset by the peer for INVITE');
    expect(result.summary!.generator.connections.reset).toBeGreaterThan(0);
  });

  it('that lies about Content-Length: its calls fail by name', async () => {
    const port = await listen((socket) =>
      socket.once('data', () =>
        socket.write('SIP/2.0 100 Trying\r\nContent-Length: 2\r\n\r\nfar more than that\r\n\r\n'),
      ),
    );
    const result = await load(port);
    expect(result.summary!.calls).toMatchObject({ started: 10, failed: 10 });
    expect(result.summary!.failures[0]!.reason).toBe(
      'transport: what came on the connection could not be read for INVITE',
    );
  });

  // RFC 3261 §9.1: the CANCEL has the branch of its INVITE, whose transaction ends at once over a stream (§17.1.1.2, Timer D).
  it('that answers CANCEL long after the INVITE is over is understood', async () => {
    const port = await listen((socket) => {
      const send = (text: string) => void socket.write(text);
      const invites = new Map<string, ScriptedRequest>();
      const take = (text: string) => {
        const request = parse(text, HOST, port)!;
        if (request.method === 'INVITE') {
          invites.set(request.callId, request);
          send(request.response(180));
        } else if (request.method === 'CANCEL') {
          send(invites.get(request.callId)!.response(487));
          setTimeout(() => send(request.response(200)), 200);
        }
      };
      const cut = framed(take, () => socket.destroy());
      socket.on('data', (data) => cut(data.toString('latin1')));
    });
    const result = await busyhour(['load', 'cancel', `tcp:${HOST}:${port}`, '--rate', '100', '--calls', '60']);
    expectSpotless(result, 60);
  });

  it('whose one connection breaks does not disturb the calls of the others', async () => {
    const answerer = await startAnswerer([], { lifetimeMs: 40_000, protocol: 'tcp' });
    // A relay that resets each third connection in the middle of its call.
    const port = await listen((socket, nth) => {
      const onward = net.connect(answerer.port, HOST);
      onward.on('error', () => {});
      socket.on('data', (data) => onward.write(data));
      onward.on('data', (data) => {
        if (nth % 3 === 0) socket.resetAndDestroy();
        else socket.write(data);
      });
      socket.on('close', () => onward.destroy());
      onward.on('close', () => socket.destroy());
    });
    const result = await busyhour([
      ...['load', 'basic', `tcp:${HOST}:${port}`, '--rate', '50', '--calls', '90', '--connections', 'per-call'],
    ]);
    // Its own ends of the broken calls would be waited for.
    await answerer.process.stop(300);
    expect(result.summary!.calls).toMatchObject({ started: 90, succeeded: 60, failed: 30 });
    expect(result.summary!.failures).toEqual([
      expect.objectContaining({ reason: 'transport: connection reset by the peer for INVITE', count: 30 }),
    ]);
  });
});

describe('the reference server', () => {
  it('outlives what hostile peers do to their connections, and counts it', async () => {
    const callee = await startAnswerer([], { lifetimeMs: 40_000, protocol: 'tcp' });
    const talk = async (text: string, then: (socket: net.Socket) => void) => {
      const socket = net.connect(callee.port, HOST);
      socket.on('error', () => {});
      socket.resume();
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write(text);
      await new Promise((resolve) => setTimeout(resolve, 20));
      then(socket);
      return socket;
    };
    const keep = () => {};
    const sockets = [
      await talk('GET / HTTP/1.1\r\n\r\n', keep),
      await talk(`OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999999\r\n\r\n`, keep),
      await talk('OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TC', (socket) => socket.resetAndDestroy()),
      await talk('OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TC', (socket) => socket.end()),
      await talk('OPTIONS sip:a SIP/2.0\r\nContent-Length: 500\r\n\r\nnever more', keep),
    ];
    const caller = await busyhour(['load', 'basic', `tcp:${HOST}:${callee.port}`, '--rate', '100', '--calls', '100']);
    for (const socket of sockets) socket.destroy();
    const answered = await callee.stop();
    expectSpotless(caller, 100);
    expect(answered.code).toBe(130);
    const { connections } = answered.summary!.generator;
    expect(connections).toMatchObject({
      accepted: 6,
      reset: 1,
      'ended by the peer inside a message': expect.any(Number),
    });
    expect(Object.keys(connections).filter((name) => name.startsWith('unreadable'))).toHaveLength(2);
  });

  it('answers a request without Content-Length by 400, and goes on', async () => {
    const callee = await startAnswerer([], { lifetimeMs: 20_000, protocol: 'tcp' });
    const socket = net.connect(callee.port, HOST);
    const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString('latin1'))));
    socket.write(register('TCP', []).replace('Content-Length: 0\r\n', ''));
    expect(await answer).toMatch(/^SIP\/2\.0 400 /);
    socket.destroy();
    await callee.stop();
  });
});
