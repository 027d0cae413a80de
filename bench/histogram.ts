// Which histogram the recorder wraps: ns and heap bytes per record, and the cost of a snapshot of 20 series. Run: node --expose-gc --import tsx bench/histogram.ts
import { spawnSync } from 'node:child_process';
import { build, Int32Histogram, initWebAssemblySync } from 'hdr-histogram-js';
import { HIGHEST_US } from '../src/metrics/histogram.ts';
import { Recorder } from '../src/metrics/recorder.ts';

const SERIES = 20;
const RECORDS = 2_000_000;
const FEW = 20_000;
const ROUNDS = 7;

// Latencies as they come: log-normal around 800 µs with fractions, a tail to seconds. Fixed seed.
const values = new Float64Array(65_536);
let state = 42;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state + 0.5) / 4_294_967_296;
}
for (let i = 0; i < values.length; i++) {
  const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  values[i] = 800 * Math.exp(normal * 0.9);
}

interface Subject {
  readonly name: string;
  readonly record: (series: number, us: number) => void;
  readonly snapshot: () => unknown;
}

const gc = globalThis.gc;
if (gc === undefined) throw new Error('run with --expose-gc');

/** Each subject has a process of its own, so that the loop sees one kind of function. */
function measure(subject: Subject): void {
  for (let i = 0; i < 300_000; i++) subject.record(i % SERIES, values[i & 65_535]!);
  let best = Number.POSITIVE_INFINITY;
  let bytes = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const from = process.hrtime.bigint();
    for (let i = 0; i < RECORDS; i++) subject.record(i % SERIES, values[i & 65_535]!);
    best = Math.min(best, Number(process.hrtime.bigint() - from) / RECORDS);
    // So few that no collection falls between the two readings.
    gc!();
    const heap = process.memoryUsage().heapUsed;
    for (let i = 0; i < FEW; i++) subject.record(i % SERIES, values[i & 65_535]!);
    bytes = Math.min(bytes, (process.memoryUsage().heapUsed - heap) / FEW);
  }
  const times: number[] = [];
  for (let i = 0; i < 60; i++) {
    const from = process.hrtime.bigint();
    subject.snapshot();
    times.push(Number(process.hrtime.bigint() - from) / 1e3);
  }
  times.sort((a, b) => a - b);
  console.log(
    `${subject.name.padEnd(30)} ${best.toFixed(1).padStart(6)} ns/record ${bytes.toFixed(2).padStart(7)} heap B/record` +
      `  snapshot of ${SERIES}: median ${times[30]!.toFixed(0)} µs, worst ${times[59]!.toFixed(0)} µs`,
  );
}

type Counts = { _counts: Uint32Array };

const SUBJECTS: readonly (() => Subject)[] = [
  () => {
    const all = Array.from({ length: SERIES }, () => new Int32Histogram(1, HIGHEST_US, 3));
    return {
      name: 'hdr JS, doubles as they come',
      record: (series, us) => all[series]!.recordValue(us),
      snapshot: () => all.map((h) => (h as unknown as Counts)._counts.slice()),
    };
  },
  () => {
    const all = Array.from({ length: SERIES }, () => new Int32Histogram(1, HIGHEST_US, 3));
    return {
      name: 'hdr JS, whole microseconds',
      record: (series, us) => all[series]!.recordValue(us | 0),
      snapshot: () => all.map((h) => (h as unknown as Counts)._counts.slice()),
    };
  },
  () => {
    initWebAssemblySync();
    const shape = {
      useWebAssembly: true,
      bitBucketSize: 32,
      autoResize: false,
      lowestDiscernibleValue: 1,
      highestTrackableValue: HIGHEST_US,
      numberOfSignificantValueDigits: 3,
    } as const;
    const all = Array.from({ length: SERIES }, () => build(shape));
    return {
      name: 'hdr WASM, snapshot encoded',
      record: (series, us) => all[series]!.recordValue(us | 0),
      snapshot: () => all.map((h) => (h as unknown as { encode(): Uint8Array }).encode()),
    };
  },
  () => {
    const recorder = new Recorder();
    const ids = Array.from({ length: SERIES }, (_, i) => recorder.series(`rtt.${i}`));
    return {
      name: 'Recorder',
      record: (series, us) => recorder.record(ids[series]!, us),
      snapshot: () => recorder.snapshot(),
    };
  },
];

const which = process.argv[2];
if (which === undefined) {
  for (let i = 0; i < SUBJECTS.length; i++)
    spawnSync(process.execPath, [...process.execArgv, import.meta.filename, String(i)], { stdio: 'inherit' });
} else measure(SUBJECTS[Number(which)]!());
