// Every flow there is against `answer` without a flow: calls, failures, repetitions and broken rules at both ends; then its heap and its processor time for a message, at a rate of messages that is the same for all.
// Run: npm run build && npx tsx bench/flows.ts [--rate 1000] [--duration 10] [--only basic,register] [--no-cost] [--beside 1] [--lock FILE]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { listFlows } from '../src/flow/find.ts';
import { COUNTER } from '../src/metrics/counters.ts';
import type { Summary } from '../src/metrics/summary.ts';
import { busyhour, startAnswerer } from '../tests/peers/busyhour.ts';
import { type End, finish, openEnds, spent } from './lib/ends.ts';
import { quiet } from './lib/machine.ts';
import { keep, round, say } from './lib/results.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    rate: { type: 'string', default: '1000' },
    duration: { type: 'string', default: '10' },
    only: { type: 'string' },
    cost: { type: 'boolean', default: true },
    messages: { type: 'string', default: '40000' },
    beside: { type: 'string', default: '1' },
    lock: { type: 'string' },
  },
});
const rateCps = Number(values.rate);
const durationS = Number(values.duration);
/** Sent and received by the caller. */
const messagesPerS = Number(values.messages);
/** Flows at a time: shorter, and harder on each of them. */
const beside = Number(values.beside);
const SETTLE_S = 4;
const WINDOW_S = 2;
const TARGET_BYTES = 64;
/** Of the processor time of a message of `basic`: half its messages a second. */
const TARGET_RATIO = 2;

const wanted = values.only?.split(',');
const known = listFlows().map(({ name }) => name);
for (const name of wanted ?? []) if (!known.includes(name)) throw new Error(`--only: no flow is called ${name}`);
// The measure of the others comes first.
const names = ['basic', ...known.filter((name) => name !== 'basic' && (wanted?.includes(name) ?? true))];

/** Holds the file of --lock for the time of `task`, where others use the machine too. */
async function alone<T>(task: () => Promise<T>): Promise<T> {
  if (values.lock === undefined) return await task();
  const holder = spawn('flock', ['-x', values.lock, 'sh', '-c', 'echo held; cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  try {
    return await task();
  } finally {
    holder.stdin.end();
    await once(holder, 'exit');
  }
}

const end = (summary: Summary) => ({
  calls: summary.calls.started,
  failed: summary.calls.failed,
  failures: summary.failures.map(({ reason, count }) => `${count} ${reason}`),
  retransmitted: summary.messages.retransmitted,
  unexpected: summary.messages.unexpected,
  malformed: summary.messages.malformed,
  stray: summary.messages.stray,
  violations: summary.rules.violations.map(({ id, count }) => `${count} ${id}`),
  messages: summary.messages.sent + summary.messages.received,
});

async function played(name: string) {
  const callee = await startAnswerer([], { lifetimeMs: (durationS + 60) * 1_000 });
  const rate = ['--rate', values.rate, '--duration', `${durationS}s`];
  const caller = await busyhour(['load', name, `udp:127.0.0.1:${callee.port}`, ...rate]);
  const answered = await callee.stop();
  if (caller.summary === null || answered.summary === null)
    throw new Error(`${name} left no summary: ${caller.stderr.slice(-2_000)}`);
  const { verdict, reasons } = caller.summary;
  const ends = { caller: end(caller.summary), callee: end(answered.summary) };
  const clean =
    verdict === 'pass' &&
    ends.caller.calls === rateCps * durationS &&
    Object.values(ends).every((e) => e.failed + e.retransmitted + e.unexpected + e.malformed + e.stray === 0) &&
    Object.values(ends).every((e) => e.violations.length === 0);
  return { clean, verdict, reasons, messagesPerS: Math.round(ends.caller.messages / durationS), ...ends };
}

const messagesOf = (one: End): number => one.count(COUNTER.MESSAGES_SENT) + one.count(COUNTER.MESSAGES_RECEIVED);

/** Heap and processor time of a message, at each end. */
async function cost(name: string, perCall: number) {
  const cps = Math.round(messagesPerS / perCall);
  const pair = await openEnds(name, cps, true);
  const ends = [pair.caller, pair.callee];
  await sleep(SETTLE_S * 1_000);
  const perSecond = await spent(ends, WINDOW_S);
  await finish(pair);
  const calls = pair.caller.count(COUNTER.CALLS_STARTED);
  const failed = ends.reduce((n, one) => n + one.count(COUNTER.CALLS_FAILED) + one.count(COUNTER.RETRANSMITTED), 0);
  const of = (i: number) => {
    const each = (messagesOf(ends[i]!) / calls) * cps;
    return {
      heapBytes: round(perSecond[i]!.bytesPerSecond / each, 1),
      cpuUs: round(perSecond[i]!.cpuUsPerSecond / each, 2),
    };
  };
  return { rateCps: cps, failedOrRepeated: failed, caller: of(0), callee: of(1) };
}

const rows = [];
let basicUs = 0;
console.log(
  'flow                 calls  failed  repeated  broken  msg/s   CPU us/msg      heap B/msg      of basic  verdict',
);
async function measured(name: string, othersCores: number) {
  const run = await played(name);
  const price = values.cost && run.caller.calls > 0 ? await cost(name, run.caller.messages / run.caller.calls) : null;
  return { flow: name, othersCores, ...run, cost: price };
}

/** `basic` by itself, the others as many at a time as --beside says. */
const groups = [names.slice(0, 1)];
for (let i = 1; i < names.length; i += beside) groups.push(names.slice(i, i + beside));

for (const group of groups)
  for (const row of await alone(async () => {
    const othersCores = await quiet(3_000);
    return await Promise.all(group.map((name) => measured(name, othersCores)));
  })) {
    const us = row.cost === null ? 0 : row.cost.caller.cpuUs + row.cost.callee.cpuUs;
    if (row.flow === 'basic') basicUs = us;
    const ofBasic = basicUs === 0 ? null : round(us / basicUs, 2);
    rows.push({ ...row, ofBasic });
    const both = (pick: 'failed' | 'retransmitted') => `${row.caller[pick]}+${row.callee[pick]}`;
    const price = (pick: 'cpuUs' | 'heapBytes') =>
      row.cost === null ? '' : `${row.cost.caller[pick]} + ${row.cost.callee[pick]}`;
    console.log(
      [
        row.flow.padEnd(18),
        String(row.caller.calls).padStart(7),
        both('failed').padStart(7),
        both('retransmitted').padStart(9),
        `${row.caller.violations.length}+${row.callee.violations.length}`.padStart(7),
        String(row.messagesPerS).padStart(6),
        price('cpuUs').padStart(14),
        price('heapBytes').padStart(15),
        String(ofBasic ?? '').padStart(9),
        ` ${row.clean ? 'clean' : `NOT CLEAN ${row.verdict} ${[...row.reasons, ...row.caller.failures, ...row.caller.violations, ...row.callee.failures, ...row.callee.violations].join('; ')}`}`,
      ].join(' '),
    );
  }

const dirty = rows.filter(({ clean }) => !clean).map(({ flow }) => flow);
const at = `at ${rateCps} calls/s for ${durationS} s`;
say(`flows ${at} without a fault`, `${rows.length - dirty.length} of ${rows.length}`, 'all', dirty.length === 0);
const priced = rows.flatMap(({ flow, cost: one, ofBasic }) => (one === null ? [] : [{ flow, one, ofBasic }]));
if (priced.length > 0) {
  const heap = priced.map(({ flow, one }) => ({ flow, bytes: Math.max(one.caller.heapBytes, one.callee.heapBytes) }));
  const most = heap.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  const what = `${most.bytes} B (${most.flow})`;
  say('most heap for a message, either end', what, `≤ ${TARGET_BYTES} B`, most.bytes <= TARGET_BYTES);
  const dear = priced.reduce((a, b) => ((b.ofBasic ?? 0) > (a.ofBasic ?? 0) ? b : a));
  const ratio = dear.ofBasic ?? 0;
  say(
    'CPU of a message, by that of basic, at most',
    `${ratio} (${dear.flow})`,
    `≤ ${TARGET_RATIO}`,
    ratio <= TARGET_RATIO,
  );
  const lost = priced.filter(({ one }) => one.failedOrRepeated > 0).map(({ flow }) => flow);
  say(
    'flows without failure or repetition meanwhile',
    `${priced.length - lost.length} of ${priced.length}`,
    'all',
    lost.length === 0,
  );
}
const typed = process.argv.slice(2).join(' ');
// The file of --lock is the machine's, and nothing that the figures depend on.
const given = values.lock === undefined ? typed : typed.replace(values.lock, () => 'FILE');
keep(wanted === undefined ? 'flows' : 'flows-only', {
  command: `npx tsx bench/flows.ts ${given}`.trim(),
  method: `first part: \`load FLOW\` against \`answer\` without a flow, a fresh process each, figures from both summary.json. Cost: one engine thread at each end, the reference server answering, ${messagesPerS} messages/s at the caller whatever the flow; after ${SETTLE_S} s, over ${WINDOW_S} s: growth of used_heap_size with a semi-space of 1 GB and no collection, and the thread's time on a processor (schedstat), by the messages sent and received. ofBasic: processor time of both ends for a message by that of basic in the same run; half the messages a second of basic is 2. No search for the highest rate.`,
  rateCps,
  durationS,
  flowsAtATime: beside,
  targetBytesPerMessage: TARGET_BYTES,
  targetOfBasic: TARGET_RATIO,
  flows: rows,
});
process.exit(dirty.length === 0 ? 0 : 1);
