// What the command line may know of how durations, profiles, thresholds and changes are written. Names only.

export { type Change, parseChange } from '../metrics/change.ts';
export { parseThreshold, type Threshold, ThresholdError } from '../metrics/thresholds.ts';
export { DurationError, parseDuration } from '../time/duration.ts';
export { ProfileError, parseProfile } from '../time/profile.ts';
export type { Phase } from '../time/schedule.ts';
