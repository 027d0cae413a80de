// The end of the report: whether the generator may be trusted, where it ran, and what every number means.

import type { Summary } from '../../metrics/summary.ts';
import { healthOf } from '../health.ts';
import { html, type Markup } from './markup.ts';

export function generator(s: Summary): Markup {
  const { reasons } = s.generator;
  const lead = leadOf(s);
  return html`<section><h2>Generator</h2><p class="hint">${lead}</p>${reasons.length > 0 && html`<ul>${reasons.map((r) => html`<li>${r}</li>`)}</ul>`}
<div class="scroll"><table><tbody>
${healthOf(s).map(
  (
    row,
  ) => html`<tr><th scope="row">${row.name}</th><td>${mark(row.good)}</td><td>${row.value}</td><td>${row.meaning}</td></tr>
`,
)}</tbody></table></div></section>`;
}

function leadOf(s: Summary): string {
  const { saturated, lostWorkers, workers } = s.generator;
  if (saturated)
    return 'The generator was the bottleneck; the figures above say what it could do, not what the target can.';
  if (lostWorkers.length > 0)
    return `${lostWorkers.length} of ${workers} workers were lost; what they did last is missing above.`;
  if (s.calls.started === 0) return 'No load was made, so nothing can be said about the target.';
  return 'The generator kept up; the figures above are the target’s.';
}

function mark(good: boolean | null): Markup | null {
  if (good === null) return null;
  return good ? html`<span class="yes" title="good">✓</span>` : html`<span class="no" title="bad">✕</span>`;
}

export function environment(s: Summary): Markup {
  const rows = [['busyhour', s.tool.version], ...Object.entries(s.environment)];
  return html`<section><h2>Environment</h2><dl>${rows.map(([name, value]) => html`<dt>${name!}</dt><dd>${value!}</dd>`)}</dl></section>`;
}

export function definitions(s: Summary): Markup {
  return html`<section class="long"><h2>What the numbers mean</h2><div class="scroll"><table><thead><tr><th scope="col">Name</th><th scope="col">Unit</th><th scope="col">Definition</th><th scope="col">Source</th></tr></thead><tbody>
${Object.entries(s.definitions).map(
  ([
    name,
    d,
  ]) => html`<tr><th scope="row">${name}</th><td>${d.unit}</td><td>${d.text}</td><td>${d.source !== '' && html`<code>${d.source}</code>`}</td></tr>
`,
)}</tbody></table></div></section>`;
}
