// What a threshold observed, in its unit. Pure.

import type { ThresholdResult } from '../metrics/summary.ts';
import { number, percent, rate, time } from './format.ts';

export function observed(t: ThresholdResult): string {
  if (t.observed === null) return 'no data';
  switch (t.unit) {
    case 'us':
      return time(t.observed);
    case 'percent':
      return percent(t.observed);
    case 'cps':
      return `${rate(t.observed)} calls/s`;
    case 'count':
      return number(t.observed);
  }
}
