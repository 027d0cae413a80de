// What timers and the schedule cost: nanoseconds and heap bytes per operation, with a million timers. Run: npx tsx bench/lanes.ts

import { Clock } from '../src/time/clock.ts';
import { Lanes } from '../src/time/lanes.ts';
import { Schedule } from '../src/time/schedule.ts';
import { measure } from './lib/measure.ts';

const NODES = 1 << 20;
const DURATIONS = [1, 2, 4, 8, 16, 32, 64].map((n) => n * 500_000).concat([200_000, 4e6, 5e6, 32e6, 300e6, 2e6, 3e6]);

const before = process.memoryUsage().rss;
const now = new Float64Array(1);
const lanes = new Lanes(NODES, now);
const unused = (process.memoryUsage().rss - before) / 1e6;
console.log(`resident for ${NODES} nodes before use: ${unused.toFixed(1)} MB of ${((NODES * 17) / 1e6).toFixed(1)} MB`);
const ids = DURATIONS.map((us) => lanes.lane(us));

let node = 0;
measure('start and stop, node after node', (operations) => {
  for (let i = 0; i < operations; i++) {
    node = (node + 1) & (NODES - 1);
    lanes.start(node, ids[i & 7]!);
    lanes.stop(node);
  }
});

measure('start of a running timer (1 M running, scattered)', (operations) => {
  for (let i = 0; i < operations; i++) {
    node = (node + 514_229) & (NODES - 1);
    lanes.start(node, ids[i & 7]!);
    now[0]! += 1;
  }
});

now[0]! += 1e9;
while (lanes.expire() !== -1);
let fired = 0;
measure('start, then expire when due (20 µs apart)', (operations) => {
  for (let i = 0; i < operations; i++) {
    node = (node + 1) & (NODES - 1);
    lanes.start(node, ids[i % 3]!);
    now[0]! += 20;
    while (lanes.expire() !== -1) fired++;
  }
});

now[0]! += 1e9;
while (lanes.expire() !== -1);
for (let i = 0; i < ids.length; i++) lanes.start(i, ids[i]!);
measure('expire with nothing due (14 lanes in use)', (operations) => {
  for (let i = 0; i < operations; i++) fired += lanes.expire();
});
measure('refreshNext (14 lanes in use)', (operations) => {
  for (let i = 0; i < operations; i++) lanes.refreshNext();
});

const clock = new Clock();
measure('clock.read', (operations) => {
  for (let i = 0; i < operations; i++) clock.read();
});

const phases = [
  { fromCps: 0, toCps: 20_000, durationUs: 60e6 },
  { fromCps: 20_000, toCps: 20_000, durationUs: Number.POSITIVE_INFINITY },
];
const uniform = new Schedule(phases, 'uniform', 1, 0, 0, 2);
measure('schedule.advance, uniform', (operations) => {
  for (let i = 0; i < operations; i++) uniform.advance();
});
const poisson = new Schedule(phases, 'poisson', 1, 0, 0, 2);
measure('schedule.advance, poisson, one of two shards', (operations) => {
  for (let i = 0; i < operations; i++) poisson.advance();
});
if (fired === 0) throw new Error('nothing fired');
