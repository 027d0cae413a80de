// Which timers a report shows, in which order. Pure.

import type { Summary } from '../metrics/summary.ts';

/** Timers of a report in reading order; the lag is the generator's own and has its place there. */
export function timersOf(summary: Summary): string[] {
  const order = ['srd', 'setup', 'sdd', 'rrd'];
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.keys(summary.latencyUs)
    .filter((name) => name !== 'lag')
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
