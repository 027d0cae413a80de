// A harness whose own loop stands still: whatever it then reads or sends late, no verdict on the server rests on it.
import { expect, it } from 'vitest';
import { startScripted } from '../../tests/peers/scripted.ts';
import { nowUs, openDatagrams, type RawSocket } from '../transport/raw-socket.ts';
import type { Case } from './case.ts';
import { elapsed, isWithin } from './elapsed.ts';
import { Received } from './outgoing.ts';
import { profileOf } from './profile.ts';
import { Runner } from './runner.ts';
import type { Talk } from './talk.ts';

const HOST = '127.0.0.1';
const NOWHERE = { bytes: () => {}, closed: () => {} };

/** The loop does nothing else for so long. */
function stall(ms: number): void {
  const untilUs = nowUs() + ms * 1_000;
  while (nowUs() < untilUs);
}

/** Runs one case; `sender` leaves datagrams in the sockets of the case without needing the loop. */
async function play(run: (t: Talk, sender: RawSocket) => Promise<void>, level: Case['level'] = 'MUST') {
  const server = await startScripted((request, send) => send(request.response(200)));
  const sender = await openDatagrams({ address: HOST, port: 0 }, NOWHERE);
  const runner = new Runner({
    target: { address: HOST, port: server.port },
    kind: 'udp',
    profile: profileOf({ roles: ['uas'], wait: '200ms' }, 'example.com'),
    jobs: 1,
    slow: false,
    addressOf: () => HOST,
  });
  const title = 'A title that says what is required';
  const one: Case = {
    id: 'rfc3261/17/late',
    title,
    req: [],
    level,
    role: 'uas',
    methods: [],
    run: (t) => run(t, sender),
  };
  const { results } = await runner.run([one]);
  await sender.close();
  await server.stop();
  return results[0]!;
}

const text = (cseq: number) =>
  Buffer.from(
    `MESSAGE sip:harness SIP/2.0\r\nVia: SIP/2.0/UDP ${HOST};branch=z9hG4bK${cseq}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: late\r\nCSeq: ${cseq} MESSAGE\r\nContent-Length: 0\r\n\r\n`,
  );

it('what came in time is taken, though the loop gets to it when the wait is over', async () => {
  const result = await play(async (t, sender) => {
    const waiting = t.expectRequest('MESSAGE', { withinMs: 50 });
    sender.send(text(1), t.local);
    stall(100);
    t.respond(await waiting, 200);
  });
  expect(result).toMatchObject({ verdict: 'pass', attempts: [] });
});

/** Two messages that came at once; the second one is read when the loop has stood still for so long. */
async function pair(t: Talk, sender: RawSocket, ms: number): Promise<[Received, Received]> {
  sender.send(text(1), t.local);
  const first = await t.expectRequest('MESSAGE');
  sender.send(text(2), t.local);
  stall(ms);
  const second = await t.expectRequest('MESSAGE');
  for (const one of [first, second]) t.respond(one, 200);
  return [first, second];
}

it('a time that may be right but for our lateness is inconclusive, and is measured again', async () => {
  let stalls = 0;
  const spoilt = (times: number) => (t: Talk, sender: RawSocket) =>
    pair(t, sender, stalls++ < times ? 450 : 0).then(([first, second]) =>
      t.verify(t.within(elapsed(first, second), { mostMs: 400 }), 'at once', 'late'),
    );
  expect(await play(spoilt(1))).toMatchObject({ verdict: 'pass', attempts: ['inconclusive', 'pass'] });
  stalls = 0;
  const never = await play(spoilt(3));
  expect(never).toMatchObject({ verdict: 'inconclusive', attempts: ['inconclusive', 'inconclusive', 'inconclusive'] });
  expect(never.actual).toMatch(/^the harness itself was late: what it took for \d+ ms may have been \d+ to \d+ ms$/);
});

it.each(['MUST', 'SHOULD', 'MAY'] as const)(
  'a %s is not missed by silence while the loop stood still for half of the wait',
  async (level) => {
    const result = await play(async (t) => {
      t.send(t.request('OPTIONS'));
      stall(300);
      await t.expectRequest('MESSAGE');
    }, level);
    expect(result).toMatchObject({ verdict: 'inconclusive', expected: 'a MESSAGE' });
    expect(result.actual).toMatch(
      /^the harness itself was late: it stood still for \d+ ms \(nothing within 200 ms.*\)$/,
    );
  },
);

it('a message of ours that left late is no stimulus', async () => {
  const result = await play(async (t, sender) => {
    sender.send(text(1), t.local);
    const request = await t.expectRequest('MESSAGE');
    stall(100);
    t.wasPrompt(t.respond(request, 200), request, 90);
  });
  expect(result.verdict).toBe('inconclusive');
  expect(result.actual).toMatch(/^the harness itself was late: SIP\/2\.0 200 OK left up to \d+ ms after it was due$/);
});

it('what may have come before the end of a silence, or after, decides nothing', async () => {
  const result = await play(async (t, sender) => {
    setTimeout(() => {
      stall(100);
      sender.send(text(1), t.local);
      stall(50);
    }, 20);
    await t.expectNone(50, 'request');
  });
  expect(result.verdict).toBe('inconclusive');
  expect(result.actual).toMatch(/the harness itself was late: MESSAGE .* may have come before the end/);
});

it('what may have come before that which was to end it decides nothing', async () => {
  const result = await play(async (t, sender) => {
    sender.send(text(1), t.local);
    sender.send(text(2), t.local);
    stall(100);
    t.respond(await t.expectRequest('MESSAGE'), 200);
    await t.expectNone(50, 'request');
  });
  expect(result.verdict).toBe('inconclusive');
  expect(result.actual).toMatch(/the harness itself was late: MESSAGE .* may have come before what we sent last/);
});

it('a time is told apart from another where no lateness can explain it', () => {
  const at = (atUs: number, sinceUs: number) => new Received(text(1), { address: HOST, port: 1 }, atUs, sinceUs);
  const time = elapsed(at(1_000_000, 990_000), at(1_500_000, 1_450_000));
  expect(time).toEqual({ ms: 500, leastMs: 450, mostMs: 510 });
  expect(
    [{ leastMs: 505 }, { leastMs: 511 }, { mostMs: 460 }, { mostMs: 449 }, { leastMs: 400 }].map((one) =>
      isWithin(time, one),
    ),
  ).toEqual([null, false, null, false, true]);
});
