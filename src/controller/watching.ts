// What the command line may know of measurements: the live view, and types. Names only.

export type { Interval } from '../metrics/interval.ts';
export { liveOf } from '../metrics/live.ts';
export type { LadderSource } from '../metrics/measure.ts';
export type { Totals } from '../metrics/merge.ts';
export type { Summary } from '../metrics/summary.ts';
