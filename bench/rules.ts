// What the passive rules cost: nanoseconds and heap bytes per message over the messages of a basic call. Run: npx tsx --expose-gc bench/rules.ts

import { RuleChecker } from '../src/rules/checker.ts';
import { RULES } from '../src/rules/rules.ts';
import { Desk, dialogRequest, request, response, type Sample, WITH_SDP } from '../tests/rules/messages.ts';

const CALLS = 300_000;
const ROUNDS = 7;

const CALL: readonly (readonly [name: string, sample: Sample])[] = [
  ['INVITE', request('INVITE', WITH_SDP)],
  ['180', response(180, 'INVITE')],
  ['200 INVITE', response(200, 'INVITE', WITH_SDP)],
  ['ACK', dialogRequest('ACK')],
  ['BYE', dialogRequest('BYE')],
  ['200 BYE', response(200, 'BYE', {}, { toTag: 'theirs9' })],
];

/** Branch, tags and Call-ID as long as a worker writes them. */
function atLength(text: string): string {
  return text
    .replaceAll('z9hG4bK7f3a01', `z9hG4bKt${'0123456789abcdef'.repeat(2).slice(0, 22)}`)
    .replaceAll('ours7', 'k3x9q200000a1f00000001')
    .replaceAll('theirs9', 'k3x9q201000a1f00000001')
    .replaceAll('call-1', 'k3x9q200000a1f00000001')
    .replaceAll('call-2', 'k3x9q201000a1f00000001');
}

/** The same for every text of what is known. */
function known(sample: Sample): Sample['known'] {
  return JSON.parse(atLength(JSON.stringify(sample.known)));
}

const checker = new RuleChecker(RULES);
const desks = CALL.map(([, sample]) => {
  const desk = new Desk();
  desk.lay({ text: atLength(sample.text), known: known(sample) });
  return desk;
});

function run(desk: Desk, times: number): number {
  const { msg, ctx } = desk;
  let broken = 0;
  for (let i = 0; i < times; i++) broken += checker.check(msg, ctx);
  return broken;
}

/** All messages in turn, as a worker sees them. */
function runCalls(times: number): number {
  let broken = 0;
  for (let i = 0; i < times; i++) for (let k = 0; k < desks.length; k++) broken += run(desks[k]!, 1);
  return broken;
}

if (runCalls(20_000) !== 0) throw new Error('a message of the basic call breaks a rule');

let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < ROUNDS; round++) {
  const from = process.hrtime.bigint();
  runCalls(CALLS);
  best = Math.min(best, Number(process.hrtime.bigint() - from) / (CALLS * desks.length));
}
console.log(`rules: ${RULES.length}`);
console.log(`mean over a basic call: ${best.toFixed(0)} ns per message (best of ${ROUNDS} rounds)`);

desks.forEach((desk, i) => {
  let ns = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const from = process.hrtime.bigint();
    run(desk, CALLS);
    ns = Math.min(ns, Number(process.hrtime.bigint() - from) / CALLS);
  }
  console.log(`  ${CALL[i]![0].padEnd(12)} ${ns.toFixed(0).padStart(4)} ns`);
});

globalThis.gc?.();
const heap = process.memoryUsage().heapUsed;
runCalls(CALLS);
const grown = Math.max(0, process.memoryUsage().heapUsed - heap);
console.log(
  `heap: ${(grown / (CALLS * desks.length)).toFixed(3)} bytes per message${globalThis.gc ? '' : ' (no --expose-gc: a collection may hide some)'}`,
);
