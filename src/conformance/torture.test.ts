// Raw messages with a manifest as cases: what its words mean, and what becomes of a server that keeps them or not. Messages of our own.
import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { type ScriptedPeer, type ScriptedRequest, type Send, startScripted } from '../../tests/peers/scripted.ts';
import { profileOf } from './profile.ts';
import type { Result } from './result.ts';
import { Runner } from './runner.ts';
import { type TortureEntry, type TortureMessage, tortureCases } from './torture.ts';
import { outcomesOf, says } from './torture-expectation.ts';

describe('the words of a manifest', () => {
  it.each([
    ['400', [400], [200, 404, 'silence']],
    ['400, or accept when Date not needed', [400, 200, 486], [500, 'silence']],
    ['well-formed: normal INVITE processing', [200, 404, 603], [400, 500, 'silence']],
    ['420 + Unsupported', [420], [200]],
    ['silent drop (weak)', ['silence'], [400, 200]],
    ['400/5xx for syntax', [400, 500, 503], [404]],
    ['406 with Warning 399, or 400', [406, 400], [399]],
    ['400 (CSeq > 2**32-1) per RFC 2543', [400], [254, 543]],
    ['accepted; Content-Length 268 is wrong (242 LF / 251 CRLF octets)', [200], [400, 500]],
  ] as const)('%s', (words, right, wrong) => {
    const outcomes = outcomesOf(words);
    expect(right.filter((one) => !says(outcomes, one))).toEqual([]);
    expect(wrong.filter((one) => says(outcomes, one))).toEqual([]);
  });
});

it('numbers that are no status mean nothing', () => {
  expect(outcomesOf('accepted; Content-Length 268 is wrong (242 LF / 251 CRLF octets); Warning 399').statuses).toEqual(
    [],
  );
});

let server: ScriptedPeer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

const START = 'OPTIONS sip:user@example.com SIP/2.0';
let serial = 0;
function message(
  expectation: Partial<TortureEntry>,
  start = START,
  via = 'SIP/2.0/UDP 192.0.2.1:5063;branch=z9hG4bKx',
): TortureMessage {
  const name = `message-${++serial}`;
  const text = `${start}\r\nVia: ${via}${serial}\r\nTo: <sip:user@example.com>\r\nFrom: <sip:a@example.com>;tag=1\r\nCall-ID: ${name}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n\r\n`;
  const entry = { name, file: '', section: '3.1', title: 'A message', klass: 'invalid', expect: '400', ...expectation };
  return { document: 'rfc4475', entry, bytes: Buffer.from(text) };
}

/** Answers probes, and the messages by `answer`, to the port of the top Via's sent-by. */
async function fire(
  messages: readonly TortureMessage[],
  answer: (request: ScriptedRequest) => string | readonly string[] | null,
): Promise<Result[]> {
  server = await startScripted((request: ScriptedRequest, send: Send) => {
    const texts = request.callId.startsWith('probe-') ? request.response(200) : answer(request);
    for (const text of typeof texts === 'string' ? [texts] : (texts ?? [])) send(text);
  });
  return [...(await runnerAt(server.port).run(tortureCases(messages))).results];
}

function runnerAt(port: number): Runner {
  return new Runner({
    target: { address: '127.0.0.1', port },
    kind: 'udp',
    profile: profileOf({ roles: ['uas'], wait: '300ms' }, 'example.org'),
    jobs: 4,
    slow: false,
    addressOf: () => '127.0.0.1',
  });
}

/** A server that answers whatever comes, responses too. */
async function fireAtParrot(one: TortureMessage): Promise<readonly Result[]> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const fields = bytes.toString().split('\r\n').slice(1).join('\r\n');
    socket.send(`SIP/2.0 400 Parrot\r\n${fields}`, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  try {
    return (await runnerAt(socket.address().port).run(tortureCases([one]))).results;
  } finally {
    socket.close();
  }
}

const status = (code: number) => (request: ScriptedRequest) => request.response(code);
const verdicts = (results: readonly Result[]) => results.map(({ verdict }) => verdict);

it('each message is fired twice: as it is, from where its Via says, and re-homed', async () => {
  const one = message({});
  const results = await fire([one], status(400));
  expect(results.map(({ id, verdict }) => [id, verdict])).toEqual([
    [`rfc4475/3.1/${one.entry.name}-verbatim`, 'pass'],
    [`rfc4475/3.1/${one.entry.name}-re-homed`, 'pass'],
  ]);
  const texts = server!.requests.map(({ text }) => text).filter((text) => text.includes(one.entry.name));
  expect(texts.filter((text) => text === Buffer.from(one.bytes).toString())).toHaveLength(1);
  expect(
    texts.filter((text) => text.startsWith('OPTIONS sip:user@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:')),
  ).toHaveLength(1);
});

describe('an answer', () => {
  it.each([
    ['expected', { expect: '400' }, status(400), 'pass'],
    ['tolerated', { expect: '400', tolerated: 'ignore the spaces' }, status(200), 'non-strict'],
    ['forbidden', { expect: '400', tolerated: 'accept', must_not: '2xx; crash' }, status(200), 'fail'],
    ['none of these', { expect: '400', must_not: '2xx' }, status(480), 'non-strict'],
    ['before the rule', { expect: '400', must_not: '2xx' }, status(403), 'inconclusive'],
    ['none, tolerated', { expect: '400', tolerated: 'silent drop (weak)' }, () => null, 'non-strict'],
    ['none, not tolerated', { expect: '400' }, () => null, 'fail'],
    ['to a right message', { expect: 'port 5070', klass: 'valid' }, status(404), 'pass'],
  ] as const)('%s', async (_, expectation, answer, verdict) => {
    expect(verdicts(await fire([message(expectation)], answer))).toEqual([verdict, verdict]);
  });

  it('two, where one is forbidden', async () => {
    const twice = (request: ScriptedRequest) => [
      request.response(200),
      request.response(200).replace('1 OPTIONS', '1 INVITE'),
    ];
    const entry = { klass: 'valid', expect: 'answered once; accepted', must_not: 'two replies' };
    const results = await fire([message(entry)], twice);
    expect(verdicts(results)).toEqual(['fail', 'fail']);
    expect(results[0]!.actual).toBe('SIP/2.0 200 Scripted to 1 OPTIONS, then SIP/2.0 200 Scripted to 1 INVITE');
    await server!.stop();
    expect(verdicts(await fire([message({ ...entry, must_not: '' })], twice))).toEqual(['pass', 'pass']);
  });

  it('to a response is wrong, silence right', async () => {
    const stray = () =>
      message({ klass: 'invalid-response', expect: 'dropped', must_not: 'any reply; crash' }, 'SIP/2.0 200 OK');
    expect(verdicts(await fire([stray()], () => null))).toEqual(['pass', 'pass']);
    expect(server!.others).toHaveLength(2);
    const results = await fireAtParrot(stray());
    expect(results.map(({ verdict, actual }) => [verdict, actual])).toEqual([
      ['fail', 'SIP/2.0 400 Parrot'],
      ['fail', 'SIP/2.0 400 Parrot'],
    ]);
  });
});

it('an INVITE that is not answered says nothing verbatim: it may be a retransmission; re-homed it does', async () => {
  const invite = message({ klass: 'valid', expect: 'accepted' }, 'INVITE sip:user@example.com SIP/2.0');
  expect(verdicts(await fire([invite], () => null))).toEqual(['inconclusive', 'fail']);
});

it('what shares branch, sent-by and method with another is not fired verbatim; what names TCP is not where there is none', async () => {
  const [a, b] = [message({}), message({})];
  const same: TortureMessage = {
    ...b,
    bytes: Buffer.from(
      Buffer.from(b.bytes)
        .toString()
        .replace(/z9hG4bKx\d+/, /z9hG4bKx\d+/.exec(Buffer.from(a.bytes).toString())![0]),
    ),
  };
  const tcp = message({}, START, 'SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKt');
  const results = await fire([a, same, tcp], status(400));
  expect(verdicts(results)).toEqual(['pass', 'pass', 'skip', 'pass', 'skip', 'pass']);
  expect(results[2]!.actual).toMatch(/to a server it is a retransmission/);
  expect(results[4]!.actual).toBe('the profile has no TCP');
});
