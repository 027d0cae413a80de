// SIP over WebSocket between our own ends, and with a browser or Kamailio at the other end: the bytes on the wire, every end named.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSpotless } from './clean.ts';
import { playEveryFlow } from './every-flow.ts';
import { type Answerer, busyhour, startAnswerer } from './peers/busyhour.ts';
import { freePort } from './peers/free-port.ts';
import { find, have, haveModules } from './peers/have.ts';
import { type Kamailio, startKamailio } from './peers/kamailio.ts';
import { tempDir } from './peers/temp-dir.ts';

const HOST = '127.0.0.1';

playEveryFlow('ws', { path: '/any/path' });

describe('our own ends', () => {
  it('--connections per-call: each has its own, and all of them end', async () => {
    const callee = await startAnswerer(['prack-info-refer'], { lifetimeMs: 40_000, protocol: 'ws' });
    const args = ['--connections', 'per-call', '--rate', '100', '--calls', '100'];
    const caller = await busyhour(['load', 'prack-info-refer', `ws:${HOST}:${callee.port}`, ...args]);
    const answered = await callee.stop();
    expectSpotless(caller, 100);
    expect(caller.summary!.generator.connections).toMatchObject({ opened: 100 });
    expect(answered.summary!.generator.connections).toMatchObject({ accepted: 100, 'ended by the peer': 100 });
  });
});

it('a target that speaks no WebSocket fails every call, and says why', async () => {
  const callee = await startAnswerer([], { lifetimeMs: 20_000, protocol: 'tcp' });
  const nobody = await freePort();
  const args = ['--rate', '20', '--calls', '3'];
  const [refused, deaf] = await Promise.all([
    busyhour(['load', 'options', `ws:${HOST}:${nobody}`, ...args]),
    busyhour(['load', 'options', `ws:${HOST}:${callee.port}`, ...args]),
  ]);
  expect(refused.code).toBe(5);
  expect(refused.stderr).toContain('refused');
  expect(deaf.summary!.calls).toMatchObject({ succeeded: 0, failed: 3 });
  expect(Object.keys(deaf.summary!.generator.connections).join()).toContain('could not be opened');
  await callee.stop();
});

describe.skipIf(!have('chromium'))('a browser', () => {
  let browser: Browser;
  let callee: Answerer;
  beforeAll(async () => {
    callee = await startAnswerer([], { lifetimeMs: 60_000, protocol: 'ws' });
    browser = await chromium.launch({ executablePath: find('chromium')!, args: ['--no-sandbox'] });
  }, 30_000);
  afterAll(async () => {
    await browser.close();
    await callee.stop();
  });

  /** What a WebSocket of the browser gets for these messages, sent as text or as bytes; and the subprotocol agreed on. */
  async function exchange(port: number, messages: readonly string[], answers: number, as: 'text' | 'bytes') {
    const page = await browser.newPage();
    // Runs in the browser: nothing of this file is at hand there.
    const script = `new Promise((resolve, reject) => {
      const socket = new WebSocket('ws://${HOST}:${port}/', 'sip');
      const got = [];
      socket.binaryType = 'arraybuffer';
      socket.onerror = () => reject(new Error('the WebSocket failed'));
      socket.onopen = () => {
        for (const text of ${JSON.stringify(messages)}) socket.send(${as === 'text' ? 'text' : 'new TextEncoder().encode(text)'});
      };
      socket.onmessage = ({ data }) => {
        got.push(typeof data === 'string' ? data : 'BINARY');
        if (got.length === ${answers}) {
          resolve({ protocol: socket.protocol, got });
          socket.close();
        }
      };
    })`;
    const result = await page.evaluate<{ protocol: string; got: string[] }>(script);
    await page.close();
    return result;
  }

  /** As a SIP stack in a browser writes it: a made-up sent-by, since it has no address to be reached at (RFC 7118 §5.1, appendix B.1). */
  const request = (method: string, cseq: number, more: readonly string[] = [], body = '') =>
    [
      `${method} sip:answer@${HOST} SIP/2.0`,
      `Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK${method}${cseq}`,
      'Max-Forwards: 70',
      'From: <sip:alice@example.com>;tag=asdyka899',
      `To: <sip:answer@${HOST}>${more.filter((one) => one.startsWith(';tag=')).join('')}`,
      'Call-ID: asidkj3ss',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:alice@df7jal23ls0d.invalid;transport=ws>',
      ...more.filter((one) => !one.startsWith(';tag=')),
      '',
      body,
    ].join('\r\n');

  it.each(['text', 'bytes'] as const)('is answered on its connection, to requests sent as %s', async (as) => {
    const { protocol, got } = await exchange(callee.port, [request('OPTIONS', 1)], 1, as);
    expect(protocol).toBe('sip');
    expect(got[0]).toMatch(/^SIP\/2\.0 200 OK\r\n/);
    expect(got[0]).toMatch(/\r\nVia: SIP\/2\.0\/WS df7jal23ls0d\.invalid;branch=z9hG4bKOPTIONS1/);
  });

  it('is called back on it: the NOTIFY of its subscription comes where it has no address', async () => {
    const subscribe = request('SUBSCRIBE', 1, ['Event: presence', 'Expires: 60', 'Accept: application/pidf+xml']);
    const { got } = await exchange(callee.port, [subscribe], 2, 'text');
    expect(got.map((text) => text.split('\r\n')[0])).toEqual([
      'SIP/2.0 200 OK',
      'NOTIFY sip:alice@df7jal23ls0d.invalid;transport=ws SIP/2.0',
    ]);
    expect(got[1]).toMatch(/\r\nVia: SIP\/2\.0\/WS /);
    expect(got[1]).toMatch(/\r\nContact: <sip:[^>]*;transport=ws>/);
  });
});

describe.skipIf(!have('kamailio') || !haveModules('websocket.so'))('Kamailio', () => {
  const start = (define: readonly string[]): Promise<Kamailio> =>
    startKamailio({ config: 'kamailio-websocket.cfg', protocol: 'both', define, lifetimeMs: 60_000 });

  it.each(['basic', 'cancel', 'prack-info-refer', 'subscribe', 'reinvite-hold'])(
    'carries %s from a WebSocket to a callee with datagrams',
    async (flow) => {
      const callee = await startAnswerer([], { lifetimeMs: 40_000 });
      const proxy = await start([`CALLEE="sip:${HOST}:${callee.port}"`]);
      const caller = await busyhour(['load', flow, `ws:${HOST}:${proxy.port}`, '--rate', '100', '--calls', '200']);
      const answered = await callee.stop();
      await proxy.stop();
      expectSpotless(caller, 200);
      expect(answered.summary!.calls).toMatchObject({ started: 200, failed: 0 });
    },
  );

  it('keeps RFC 7118, by every case of it', async () => {
    const proxy = await start([]);
    const profile = join(tempDir(), 'profile.yaml');
    writeFileSync(profile, 'roles: [proxy, uas]\nextensions: { busy: busy, answer: busy }\n');
    const args = ['conform', `ws:${HOST}:${proxy.port}`, '--profile', profile, '--case', 'rfc7118/*'];
    const { code, stderr, summary } = await busyhour(args);
    await proxy.stop();
    expect(code, stderr).toBe(0);
    expect(summary!.conformance).toMatchObject({ pass: 8, fail: 0, inconclusive: 0, skip: 0 });
  });
});
