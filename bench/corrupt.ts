// Load and rules together: at 10,000 calls/s against a server that corrupts one response in a thousand, what the report says against what left corrupted.
// Run: npm run build && npx tsx bench/corrupt.ts [--rate 10000] [--seconds 10] [--every 1000]

import { parseArgs } from 'node:util';
import { busyhour } from '../tests/peers/busyhour.ts';
import { BREAKS, type Corruption, startCorrupting } from '../tests/peers/corrupt.ts';
import { quiet } from './lib/machine.ts';
import { keep, round, say } from './lib/results.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '10' },
    every: { type: 'string', default: '1000' },
  },
});
const every = Number(values.every);

const othersCores = await quiet();
const server = await startCorrupting([], { every, lifetimeMs: 90_000 });
const load = [
  'load',
  'basic',
  `udp:127.0.0.1:${server.port}`,
  '--rate',
  values.rate,
  '--duration',
  `${values.seconds}s`,
];
const { summary, stderr } = await busyhour(load, { lifetimeMs: 80_000 });
await server.stop();
if (summary === null) throw new Error(`the load run left no summary:\n${stderr}`);

const sent: Record<string, number> = {};
for (const { how } of server.corrupted()) sent[how] = (sent[how] ?? 0) + 1;
const ways = Object.keys(BREAKS) as Corruption[];
const rules = [...new Set(Object.values(BREAKS))].map((id) => {
  const left = ways.filter((how) => BREAKS[how] === id).reduce((n, how) => n + (sent[how] ?? 0), 0);
  const found = summary.rules.violations.find((one) => one.id === id);
  return { id, section: found?.section ?? '', left, found: found?.count ?? 0, example: found?.example ?? '' };
});
const near = (found: number, left: number) => Math.abs(found - left) <= left * 0.1;
for (const { id, section, left, found, example } of rules)
  say(`${id} (§${section})`, `${found} of ${left}`, 'within 10 %, bytes shown', near(found, left) && example !== '');
const lost = (sent.branch ?? 0) + (sent['longer-length'] ?? 0);
const discarded = summary.discarded.reduce((n, { count }) => n + count, 0);
const shown = summary.discarded.every(({ example }) => example !== '');
say(
  'discarded, for no transaction can take them',
  `${discarded} of ${lost}`,
  'within 10 %, bytes shown',
  near(discarded, lost) && shown,
);
console.log(stderr);
const { calls, rate, messages, generator, verdict } = summary;
keep('corrupt', {
  rateCps: Number(values.rate),
  seconds: Number(values.seconds),
  every,
  othersCores,
  verdict,
  achievedCps: round(rate.achievedCps),
  calls,
  received: messages.received,
  stray: messages.stray,
  malformed: messages.malformed,
  rxDropped: generator.rxDropped,
  corrupted: sent,
  rules,
  discarded: summary.discarded,
});
