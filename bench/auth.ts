// What digest costs: CPU of a call whose requests carry credentials on a nonce that serves again and again, against the same call without, taking turns in one run; and one header line by itself, for each algorithm.
// Run: npm run build && npx tsx --expose-gc bench/auth.ts [--rate 5000] [--duration 4] [--rounds 3]

import { parseArgs } from 'node:util';
import { CredentialColumns, type Signed } from '../src/engine/credentials.ts';
import { bytesOf } from '../src/sip/bytes.ts';
import { readChallenge } from '../src/sip/digest.ts';
import { Memory } from '../src/sip/memory.ts';
import { busyhour, startAnswerer } from '../tests/peers/busyhour.ts';
import { quiet } from './lib/machine.ts';
import { keep, median, round, say } from './lib/results.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    duration: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
  },
});
const TARGET_RATIO = 2;

interface Cost {
  readonly callerUs: number;
  readonly calleeUs: number;
  readonly calls: number;
  readonly challenges: number;
}

async function cost(authenticated: boolean): Promise<Cost> {
  const callee = await startAnswerer([...(authenticated ? ['--auth'] : []), '--json'], { lifetimeMs: 60_000 });
  const caller = await busyhour([
    ...['load', 'basic', `udp:127.0.0.1:${callee.port}`, '--rate', values.rate, '--duration', `${values.duration}s`],
    ...(authenticated ? ['--user', 'busyhour', '--password', 'busyhour'] : []),
    '--json',
  ]);
  const answered = await callee.stop();
  const { summary } = caller;
  if (summary === null || summary.calls.failed > 0 || answered.summary === null)
    throw new Error(`calls failed: ${caller.stderr.slice(-2_000)}`);
  const calls = summary.calls.started;
  return {
    callerUs: summary.generator.cpuUsPerCall!,
    calleeUs: answered.summary.generator.cpuUsPerCall!,
    calls,
    challenges: summary.messages.byStatus['401']?.received ?? 0,
  };
}

/** Nanoseconds and heap bytes of one line, written a hundred thousand times on one nonce. */
function line(algorithm: string): { ns: number; bytes: number } {
  const memory = new Memory(8_388_608);
  const columns = new CredentialColumns(memory, 1, 0);
  const challenge = readChallenge(
    `Digest realm="busyhour", nonce="1f.2a.0123456789abcdef01234567", algorithm=${algorithm}, qop="auth,auth-int"`,
  );
  if (challenge === null || !columns.take(0, challenge, 'alice', 'secret')) throw new Error(algorithm);
  const uriStart = memory.reserve(64);
  const uri = bytesOf('sip:bob@127.0.0.1:5060');
  memory.bytes.set(uri, uriStart);
  const to = memory.reserve(1_024);
  const name = bytesOf('alice');
  const signed: Signed = { method: bytesOf('INVITE'), uriStart, uriLength: uri.length, bodyStart: 0, bodyLength: 0 };
  const write = (n: number): void => {
    for (let i = 0; i < n; i++) columns.putLine(0, to, name, 0, name.length, signed);
  };
  write(100_000);
  // Few enough that nothing is collected while it is counted; the least of some, since the count itself makes objects.
  let bytes = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    const heap = process.memoryUsage().heapUsed;
    write(10_000);
    bytes = Math.min(bytes, (process.memoryUsage().heapUsed - heap) / 10_000);
  }
  const from = performance.now();
  write(100_000);
  return { ns: Math.round(((performance.now() - from) * 1e6) / 100_000), bytes: round(bytes, 1) };
}

const others = await quiet();
const lines = Object.fromEntries(['MD5', 'SHA-256', 'SHA-512-256'].map((algorithm) => [algorithm, line(algorithm)]));
for (const [algorithm, { ns, bytes }] of Object.entries(lines))
  console.log(`one Authorization line, ${algorithm}: ${ns} ns, ${bytes} bytes of heap`);
const plain: Cost[] = [];
const signed: Cost[] = [];
for (let i = 0; i < Number(values.rounds); i++) {
  plain.push(await cost(false));
  signed.push(await cost(true));
}
const ends = (['callerUs', 'calleeUs'] as const).map((end) => {
  const without = median(plain.map((c) => c[end]));
  const withAuth = median(signed.map((c) => c[end]));
  return {
    end: end.slice(0, 6),
    withoutUs: round(without, 1),
    withUs: round(withAuth, 1),
    ratio: round(withAuth / without, 2),
  };
});
for (const { end, withoutUs, withUs, ratio } of ends) {
  const figure = `${withUs} / ${withoutUs} µs = ${ratio}`;
  if (end === 'caller')
    say('caller: CPU of a call with digest, by without', figure, `≤ ${TARGET_RATIO}`, ratio <= TARGET_RATIO);
  else console.log(`${end}: ${figure}`);
}
const challenges = signed.reduce((n, c) => n + c.challenges, 0);
const calls = signed.reduce((n, c) => n + c.calls, 0);
say('challenges met by authenticated calls', `${challenges} of ${calls}`, '< 1 %', challenges < calls / 100);
keep('auth', {
  command: `npx tsx --expose-gc bench/auth.ts ${process.argv.slice(2).join(' ')}`.trim(),
  method:
    'CPU time of each process during its run, by its calls; median of the rounds, which take turns. Two lines of credentials a call (INVITE and BYE, SHA-512-256), the ACK repeats that of its INVITE. Server: `answer --auth`, which checks each.',
  rateCps: Number(values.rate),
  durationS: Number(values.duration),
  rounds: Number(values.rounds),
  othersCores: others,
  targetRatio: TARGET_RATIO,
  lines,
  ends,
  challenges,
  calls,
});
