// Failed calls with their reasons, and rules the peer broke.

import type { Summary } from '../../metrics/summary.ts';
import { number, plural, share } from '../format.ts';
import { html, type Markup } from './markup.ts';

export function failures(s: Summary): Markup {
  if (s.failures.length === 0) {
    const text = s.calls.started === 0 ? 'No call was made.' : 'No call failed.';
    return html`<section><h2>Failures</h2><p class="hint">${text}</p></section>`;
  }
  return html`<section class="long"><h2>Failures</h2><div class="scroll"><table><thead><tr><th scope="col" class="n">Calls</th><th scope="col" class="n">Of all</th><th scope="col" class="after">Reason</th></tr></thead><tbody>
${s.failures.map(
  (
    f,
  ) => html`<tr><td class="n">${number(f.count)}</td><td class="n">${share(f.count, s.calls.started)}</td><td class="after">${f.reason}${example(f.example)}</td></tr>
`,
)}</tbody></table></div></section>`;
}

export function rules(s: Summary): Markup {
  const { messagesChecked, violations } = s.rules;
  if (messagesChecked === 0) return html`<section><h2>Rules</h2><p class="hint">No message was checked.</p></section>`;
  const checked = `${plural(messagesChecked, 'received message')} checked against passive rules of the RFCs${s.command === 'conform' ? '' : ' while the load ran'}.`;
  if (violations.length === 0)
    return html`<section><h2>Rules</h2><p class="hint">${checked} None was broken.</p></section>`;
  return html`<section class="long"><h2>Rules</h2><p class="hint">${checked}</p><div class="scroll"><table><thead><tr><th scope="col" class="n">Times</th><th scope="col" class="after">Rule</th><th scope="col">Level</th><th scope="col">Section</th></tr></thead><tbody>
${violations.map(
  (
    v,
  ) => html`<tr><td class="n">${number(v.count)}</td><td class="after">${v.title} <code>${v.id}</code>${example(v.example)}</td><td>${v.level}</td><td>${v.rfc > 0 && html`<code>RFC ${v.rfc} §${v.section}</code>`}</td></tr>
`,
)}</tbody></table></div></section>`;
}

/** Messages that came and were of no use. */
export function discards(s: Summary): Markup | null {
  if (s.discarded.length === 0) return null;
  return html`<section class="long"><h2>Discarded</h2><p class="hint">Messages that came and that no call could use.</p><div class="scroll"><table><thead><tr><th scope="col" class="n">Times</th><th scope="col" class="after">Why</th></tr></thead><tbody>
${s.discarded.map(
  (d) => html`<tr><td class="n">${number(d.count)}</td><td class="after">${d.reason}${example(d.example)}</td></tr>
`,
)}</tbody></table></div></section>`;
}

function example(text: string): Markup | null {
  return text === '' ? null : html`<details><summary>First example</summary><pre>${text.trimEnd()}</pre></details>`;
}
