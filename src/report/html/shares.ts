// The flows of a mix side by side: calls and latencies of each.

import type { Summary } from '../../metrics/summary.ts';
import { number, share, time } from '../format.ts';
import { leadOf, shareName, sharesOf } from '../shares.ts';
import { html, type Markup } from './markup.ts';

export function shares(s: Summary): Markup | null {
  const flows = sharesOf(s);
  if (flows.length === 0) return null;
  const names = ['Started', 'Part', 'Succeeded', 'Failed', 'Dropped'];
  const made = flows.filter(({ role }) => s.target === null || role === 'caller');
  const all = made.reduce((n, { started }) => n + started, 0);
  return html`<section><h2>Flows</h2><div class="scroll"><table><thead><tr><th scope="col">Flow</th>${names.map((n) => html`<th scope="col" class="n">${n}</th>`)}<th scope="col">Timer</th><th scope="col" class="n">p50</th><th scope="col" class="n">p99</th><th scope="col" class="n">max</th></tr></thead><tbody>
${flows.map((flow) => {
  const lead = leadOf(flow);
  const part = made.includes(flow) && all > 0 ? share(flow.started, all) : '';
  const cells = [number(flow.started), part, number(flow.succeeded), number(flow.failed), number(flow.dropped)];
  const times = lead === null ? ['', '', ''] : [lead[1].p50, lead[1].p99, lead[1].max].map((us) => time(us));
  return html`<tr><td>${shareName(flow, s)}</td>${cells.map((c) => html`<td class="n">${c}</td>`)}<td>${lead === null ? '' : lead[0]}</td>${times.map((c) => html`<td class="n">${c}</td>`)}</tr>
`;
})}</tbody></table></div></section>`;
}
