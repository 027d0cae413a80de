// JavaScript heap a call costs in steady state, at each end, and what stays of a million calls. The semi-space is so big that nothing is collected while it counts, so the growth of the heap is what was allocated.
// Run: npm run build && npx tsx bench/alloc.ts [--rate 20000] [--window 5] [--calls 1000000] [--profile]

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { COUNTER } from '../src/metrics/counters.ts';
import { finish, openEnds, type Sample, spent } from './lib/ends.ts';
import { quiet } from './lib/machine.ts';
import { keep, round, say } from './lib/results.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20000' },
    window: { type: 'string', default: '5' },
    calls: { type: 'string', default: '1000000' },
    profile: { type: 'boolean', default: false },
  },
});
const rateCps = Number(values.rate);
const windowS = Number(values.window);
const manyCalls = Number(values.calls);
/** Compiled, caches filled, histograms grown. */
const SETTLE_S = 8;
const TARGET_BYTES = 64;

const others = await quiet();
const run = await openEnds('basic', rateCps, false);
const ends = [run.caller, run.callee];
await sleep(SETTLE_S * 1_000);
const perSecond = (await spent(ends, windowS)).map((one) => one.bytesPerSecond);

const allocators: Record<string, { function: string; bytesPerCall: number }[]> = {};
if (values.profile) {
  for (const end of ends) await end.ask('profile');
  await sleep(windowS * 1_000);
  for (const end of ends) {
    const { bytes } = await end.ask('profiled');
    allocators[end.name] = bytes
      .slice(0, 12)
      .map(([name, n]) => ({ function: name, bytesPerCall: round(n / windowS / rateCps, 2) }));
    console.log(`${end.name} allocates, bytes a call:`);
    for (const row of allocators[end.name]!) console.log(`  ${String(row.bytesPerCall).padStart(8)}  ${row.function}`);
  }
}

// What stays.
const kept = [];
for (const end of ends) kept.push({ heap: await end.ask('sample', true), at: performance.now() });
await sleep((manyCalls / rateCps) * 1_000);
const figures = [];
for (const [i, end] of ends.entries()) {
  const { heap, at } = kept[i]!;
  const now = await end.ask('sample', true);
  const calls = Math.round(((performance.now() - at) / 1_000) * rateCps);
  const old = (h: Sample) =>
    h.spaces.old_space! + h.spaces.large_object_space! + h.spaces.new_space! + h.spaces.new_large_object_space!;
  const bytesPerCall = round(perSecond[i]! / rateCps, 1);
  const growthBytes = old(now) - old(heap);
  say(
    `${end.name}: heap allocated a call at ${rateCps} calls/s`,
    `${bytesPerCall} B`,
    `≤ ${TARGET_BYTES} B`,
    bytesPerCall <= TARGET_BYTES,
  );
  say(
    `${end.name}: heap kept after ${calls} more calls`,
    `${round(growthBytes / 1024, 1)} KB`,
    'none (< 64 KB)',
    growthBytes < 65_536,
  );
  figures.push({
    end: end.name,
    bytesPerCall,
    bytesPerSecond: Math.round(perSecond[i]!),
    calls,
    growthBytes,
    growthBytesPerCall: round(growthBytes / calls, 3),
    heapUsedGrowthBytes: now.heapBytes - heap.heapBytes,
    outsideGrowthBytes: now.outsideBytes - heap.outsideBytes,
  });
}
await finish(run);
const failed = ends.map((end) => end.count(COUNTER.CALLS_FAILED));
const retransmitted = ends.map((end) => end.count(COUNTER.RETRANSMITTED));
console.log(`calls ${run.caller.count(COUNTER.CALLS_STARTED)}, failed ${failed}, retransmitted ${retransmitted}`);

// A second run at a quarter of the rate tells what a second costs (snapshots, turns of the event loop) from what a call costs.
const slow = await openEnds('basic', rateCps / 4, false);
const slowEnds = [slow.caller, slow.callee];
await sleep(SETTLE_S * 1_000);
const slowPerSecond = (await spent(slowEnds, windowS)).map((one) => one.bytesPerSecond);
await finish(slow);
for (const [i, end] of slowEnds.entries()) {
  const perCall = (perSecond[i]! - slowPerSecond[i]!) / (rateCps * 0.75);
  const perSecondAlone = slowPerSecond[i]! - perCall * (rateCps / 4);
  console.log(
    `${end.name}: ${round(slowPerSecond[i]! / (rateCps / 4), 1)} B a call at ${rateCps / 4} calls/s; so ${round(perCall, 1)} B a call and ${round(perSecondAlone / 1024, 1)} KB a second`,
  );
  Object.assign(figures[i]!, {
    slopeBytesPerCall: round(perCall, 1),
    constantBytesPerSecond: Math.round(perSecondAlone),
  });
}
keep('alloc', {
  command: `npx tsx bench/alloc.ts ${process.argv.slice(2).join(' ')}`.trim(),
  method:
    'growth of used_heap_size over the window with a semi-space of 1 GB and no collection; kept: new, old and large-object space after two full collections, before and after; slope: two rates',
  rateCps,
  windowS,
  targetBytesPerCall: TARGET_BYTES,
  othersCores: others,
  failed,
  retransmitted,
  ends: figures,
  ...(values.profile ? { allocators } : {}),
});
process.exit(0);
