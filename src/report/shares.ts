// Which flows a report tells apart: those of a mix, and the calls taken beside the calls made. Pure.

import type { FlowShare, Latency, Summary } from '../metrics/summary.ts';

/** None when the run has one flow: the figures of the whole run are then its own. */
export function sharesOf({ flows }: Summary): readonly FlowShare[] {
  return flows.length > 1 ? flows : [];
}

/** What a report calls the flow: what is answered beside the calls of the run says so. */
export function shareName(flow: FlowShare, summary: Summary): string {
  return flow.role === 'callee' && summary.target !== null ? `${flow.flow} (received)` : flow.flow;
}

/** The first timer of a flow, by which it is compared with the others; null when it has none. */
export function leadOf(flow: FlowShare): readonly [timer: string, latency: Latency] | null {
  const timer = ['srd', 'rrd', ...Object.keys(flow.latencyUs)].find((name) => flow.latencyUs[name] !== undefined);
  return timer === undefined ? null : [timer, flow.latencyUs[timer]!];
}
