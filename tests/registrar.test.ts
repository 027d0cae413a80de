// Kamailio as the registrar of a domain with digest, and as the proxy to whom has registered there: its own counters against ours. Never with a user whose password it does not ask for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Counts, expectFailed, expectLawful, expectMessages, expectSpotless } from './clean.ts';
import { type Answerer, busyhour, type Result, startAnswerer } from './peers/busyhour.ts';
import { flowFile } from './peers/flow-file.ts';
import { freePort } from './peers/free-port.ts';
import { have } from './peers/have.ts';
import { type HomeServer, homeUsers, startHomeServer } from './peers/kamailio.ts';
import { readCapture, readMalformed, startCapture } from './peers/tshark.ts';

const LIFETIME = { lifetimeMs: 60_000 };

const SIXTY = Array.from({ length: 60 }, (_, n) => `u${n}`);

/** One REGISTER, and the binding stays. */
const BIND = flowFile(
  'bind',
  `
  - caller: REGISTER
    headers: { Expires: 600 }
  - callee: 200
`,
);

/** The first call has met its challenge before the next one leaves, and lends it the nonce. */
const UNHURRIED = ['--rate', '25'];

function load(flow: string, target: string, calls: number, ...more: readonly string[]): Promise<Result> {
  return busyhour(['load', flow, `udp:${target}`, '--rate', '100', '--calls', String(calls), ...more]);
}

describe.skipIf(!have('kamailio', 'kamcmd'))('Kamailio as registrar', () => {
  // Each user is challenged once, and the nonce then serves with a rising count (RFC 7616 §3.4); where it serves once, three times.
  // RFC 3261 §22.4 wants qop in each challenge: what a server of RFC 2069 leaves out is told.
  it.each([
    ['MD5', [], 60, {}],
    ['SHA-256', ['ALGORITHM="SHA-256"'], 60, {}],
    ['no qop', ['QOP="0"'], 60, { 'challenge-qop': 60 }],
    ['nonces that serve once', ['QOP="0"', 'ONE_TIME'], 180, { 'challenge-qop': 180 }],
  ] as const)('registers, refreshes and removes 60 users with %s', async (_, defines, challenges, broken) => {
    const server = await startHomeServer({ defines, ...LIFETIME });
    const caller = await load('register', `127.0.0.1:${server.port}`, 60, '--data', homeUsers(SIXTY));
    const counted = await server.statistics();
    await server.stop();
    expectSpotless(caller, 60, broken);
    expectMessages(caller, { REGISTER: [180 + challenges, 0] }, { 200: [0, 180], 401: [0, challenges] });
    expect(counted.get('core:rcv_requests_register')).toBe(180 + challenges);
    expect(counted.get('registrar:accepted_regs')).toBe(180);
    expect(counted.get('registrar:rejected_regs')).toBe(0);
    expect(counted.get('usrloc:location_contacts')).toBe(0);
  });

  describe('of one domain', () => {
    let server: HomeServer;
    let target: string;
    beforeAll(async () => {
      server = await startHomeServer(LIFETIME);
      target = `127.0.0.1:${server.port}`;
    });
    afterAll(() => server.stop());

    it.each([
      ['a wrong password', ['--user', 'u0', '--password', 'guess'], 20],
      ['no password', [], 10],
    ] as const)('lets nobody in with %s', async (_, credentials, refused) => {
      const before = await server.statistics();
      const caller = await load('register', `u0@${target}`, 10, ...credentials);
      const after = await server.statistics();
      expect(caller.summary!.calls).toMatchObject({ started: 10, succeeded: 0, failed: 10 });
      const reason = 'unexpected: 401 Unauthorized to REGISTER, expected 200 OK';
      expect(caller.summary!.failures).toMatchObject([{ reason, count: 10 }]);
      expectFailed(caller);
      expectMessages(caller, { REGISTER: [refused, 0] }, { 401: [0, refused] });
      expect(after.get('registrar:accepted_regs')).toBe(before.get('registrar:accepted_regs'));
    });

    it('lets nobody in with the password of another user, who is known and forbidden (RFC 3261 §10.3)', async () => {
      const before = await server.statistics();
      const caller = await load('register', `u0@${target}`, 10, '--user', 'u1', '--password', 'u1-secret');
      const after = await server.statistics();
      expect(caller.summary!.calls).toMatchObject({ started: 10, succeeded: 0, failed: 10 });
      const reason = 'unexpected: 403 Forbidden to REGISTER, expected 200 OK';
      expect(caller.summary!.failures).toMatchObject([{ reason, count: 10 }]);
      expectFailed(caller);
      expect(after.get('registrar:accepted_regs')).toBe(before.get('registrar:accepted_regs'));
    });

    it('keeps one binding for each of 60 users, renewed or not, and none after they leave', async () => {
      const port = await freePort();
      const data = ['--data', homeUsers(SIXTY), '--local', `127.0.0.1:${port}`];
      const bound = await load(BIND, target, 60, ...data);
      expectSpotless(bound, 60);
      const wanted = SIXTY.map((user) => `sip:${user}@127.0.0.1:${port}`).sort();
      expect(await server.contacts()).toEqual(wanted);
      // The same user again, from the same place: still one binding (RFC 3261 §10.3).
      expectSpotless(await load(BIND, target, 60, ...data), 60);
      expect(await server.contacts()).toEqual(wanted);
      const removed = await load('register', target, 60, ...data);
      expectSpotless(removed, 60);
      expect(await server.contacts()).toEqual([]);
    });

    it('shortens what is asked for too long, lengthens what is too short, and says so in the Contact', async () => {
      const flow = flowFile(
        'limits',
        `
  - caller: REGISTER
    headers: { Expires: 86400 }
  - callee: 200
    capture: { longest: { header: Contact, pattern: "expires=(3600)$" } }
  - caller: REGISTER
    headers: { Expires: 5 }
  - callee: 200
    capture: { shortest: { header: Contact, pattern: "expires=(60)$" } }
  - caller: REGISTER
    headers: { Expires: 0 }
  - callee: 200
`,
      );
      expectSpotless(await load(flow, target, 20, '--data', homeUsers(SIXTY)), 20);
    });
  });
});

describe.skipIf(!have('kamailio', 'kamcmd', 'tshark', 'dumpcap'))('Kamailio as proxy to whom has registered', () => {
  let server: HomeServer;
  let answerer: Answerer;
  let target: string;
  beforeAll(async () => {
    server = await startHomeServer({ defines: ['CHALLENGE'], ...LIFETIME });
    target = `127.0.0.1:${server.port}`;
    const port = await freePort();
    const bound = await load(BIND, target, 2, '--data', homeUsers(['bob', 'ring']), '--local', `127.0.0.1:${port}`);
    expectSpotless(bound, 2);
    answerer = await startAnswerer([], { port, ...LIFETIME });
  });
  afterAll(async () => {
    const answered = await answerer.stop();
    await server.stop();
    expectLawful(answered);
  });

  // 20 calls of one user: one challenge (407), one nonce for all; Kamailio takes our credentials out before it relays.
  it.each([
    ['basic', 'bob', { INVITE: [21, 0], ACK: [21, 0], BYE: [20, 0] }, { 100: 20, 180: 20, 200: 40 }],
    ['invite-auth', 'bob', { INVITE: [21, 0], ACK: [21, 0], BYE: [20, 0] }, { 100: 20, 180: 20, 200: 40 }],
    ['late-offer', 'bob', { INVITE: [21, 0], ACK: [21, 0], BYE: [20, 0] }, { 100: 20, 180: 20, 200: 40 }],
    ['cancel', 'ring', { INVITE: [21, 0], ACK: [21, 0], CANCEL: [20, 0] }, { 100: 20, 180: 20, 200: 20, 487: 20 }],
    ['message', 'bob', { MESSAGE: [21, 0] }, { 200: 20 }],
    ['options', 'bob', { OPTIONS: [21, 0] }, { 200: 20 }],
    ['reinvite-hold', 'bob', { INVITE: [61, 0], ACK: [61, 0], BYE: [20, 0] }, { 100: 60, 180: 20, 200: 80 }],
    ['update', 'bob', { INVITE: [21, 0], ACK: [21, 0], UPDATE: [20, 0], BYE: [20, 0] }, { 100: 20, 180: 20, 200: 60 }],
    [
      'info-dtmf',
      'bob',
      { INVITE: [21, 0], ACK: [21, 0], INFO: [80, 0], BYE: [20, 0] },
      { 100: 20, 180: 20, 200: 120 },
    ],
  ] as const)('lets %s through with credentials', async (flow, to, methods, statuses) => {
    const caller = await load(flow, target, 20, '--data', homeUsers(['alice'], to), ...UNHURRIED);
    expectSpotless(caller, 20);
    const received = Object.fromEntries(Object.entries(statuses).map(([status, count]) => [status, [0, count]]));
    expectMessages(caller, methods, { ...received, 407: [0, 1] } as Counts);
  });

  it('lets a REFER and its NOTIFY through, in the dialog the credentials made', async () => {
    const caller = await load('prack-info-refer', target, 20, '--data', homeUsers(['alice'], 'bob'), ...UNHURRIED);
    expectSpotless(caller, 20);
    expect(caller.summary!.messages.byMethod).toMatchObject({
      PRACK: { sent: 20, received: 0 },
      INFO: { sent: 20, received: 0 },
      REFER: { sent: 20, received: 0 },
      NOTIFY: { sent: 0, received: 20 },
    });
    expect(caller.summary!.messages.byStatus).toMatchObject({
      183: { sent: 0, received: 20 },
      // To INVITE, PRACK, INFO, REFER and BYE.
      200: { received: 100 },
      407: { sent: 0, received: 1 },
    });
  });

  it('does not find who has not registered', async () => {
    const caller = await load('basic', target, 10, '--data', homeUsers(['alice'], 'nobody'), ...UNHURRIED);
    expect(caller.summary!.failures).toMatchObject([
      { reason: expect.stringMatching(/^unexpected: 404 Not Found to INVITE/), count: 10 },
    ]);
    expectMessages(caller, { INVITE: [11, 0], ACK: [11, 0] }, { 404: [0, 10], 407: [0, 1] });
  });

  it('and a capture shows the challenge answered by the next CSeq, and nothing malformed', async () => {
    const ports = [server.port, answerer.port];
    const capture = await startCapture({ ports, ...LIFETIME });
    const caller = await load(
      'invite-auth',
      target,
      5,
      '--data',
      homeUsers(['alice'], 'bob'),
      '--no-segmentation',
      ...UNHURRIED,
    );
    await capture.stop();
    expectSpotless(caller, 5);
    const toKamailio = (await readCapture(capture.file, ports)).filter(
      (message) => message.destinationPort === server.port && message.sourcePort !== answerer.port,
    );
    const calls = [...new Set(toKamailio.map((message) => message.callId))];
    const cseqs = calls.map((id) => toKamailio.filter(({ callId }) => callId === id).map(({ cseq }) => cseq));
    expect(cseqs).toEqual([
      ['1 INVITE', '1 ACK', '2 INVITE', '2 ACK', '3 BYE'],
      ...Array.from({ length: 4 }, () => ['1 INVITE', '1 ACK', '2 BYE']),
    ]);
    expect(await readMalformed(capture.file, ports)).toEqual([]);
  });
});
