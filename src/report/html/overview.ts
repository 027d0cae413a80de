// The top of the report: what was run, the verdict with its reasons, thresholds, and the figures at a glance.

import type { Summary } from '../../metrics/summary.ts';
import { number, plural, rate, seconds, share, time } from '../format.ts';
import { observed } from '../observed.ts';
import { conformanceSentence } from './conformance.ts';
import { html, type Markup } from './markup.ts';

export const WORDS = { pass: '✓ Pass', fail: '✕ Fail', inconclusive: '? Inconclusive' } as const;

export function titleOf(s: Summary): string {
  if (s.command === 'conform') return `Conformance of ${[s.conformance.server, s.target].filter(Boolean).join(', ')}`;
  return s.target === null ? `Answering: ${s.flow}` : `${s.flow} → ${s.target}`;
}

export function heading(s: Summary): Markup {
  const what = titleOf(s);
  const seed = s.seed === null ? '' : ` · seed ${s.seed}`;
  return html`<header><p class="brand">busyhour ${s.tool.version} · ${s.command}</p><h1>${what}</h1>
<p class="meta"><time datetime="${s.startedAt}">${s.startedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}</time> · ${seconds(s.elapsedS)}${seed}</p></header>`;
}

export function verdict(s: Summary): Markup {
  const { started, failed } = s.calls;
  const calls =
    started === 0
      ? 'No call was made.'
      : `${plural(started, 'call')} in ${seconds(s.elapsedS)}: ${failed === 0 ? 'none failed' : `${number(failed)} failed (${share(failed, started)})`}.`;
  const kept = s.thresholds.filter((t) => t.passed).length;
  const thresholds =
    s.thresholds.length === 0
      ? 'No threshold was set.'
      : `${kept} of ${plural(s.thresholds.length, 'threshold')} held.`;
  return html`<section class="verdict ${s.verdict}" aria-label="Verdict"><p class="word"><strong>${WORDS[s.verdict]}</strong></p>
<p>${s.command !== 'conform' && `${calls} ${thresholds} `}${s.conformance.cases > 0 && conformanceSentence(s)}</p>${s.reasons.length > 0 && html`<ul>${s.reasons.map((r) => html`<li>${r}</li>`)}</ul>`}</section>`;
}

export function thresholds(s: Summary): Markup | null {
  if (s.thresholds.length === 0) return null;
  return html`<section><h2>Thresholds</h2><div class="scroll"><table><thead><tr><th scope="col">Result</th><th scope="col">Threshold</th><th scope="col" class="n">Observed</th><th scope="col" class="after rest">${s.thresholds.some((t) => t.note !== '') && 'Note'}</th></tr></thead><tbody>
${s.thresholds.map(
  (
    t,
  ) => html`<tr><td class="${t.passed ? 'yes' : 'no'}">${t.passed ? '✓ held' : t.observed === null ? '✕ no data' : '✕ crossed'}</td><td><code>${t.expression}</code></td><td class="n">${observed(t)}</td><td class="after">${t.note}</td></tr>
`,
)}</tbody></table></div></section>`;
}

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly more: string;
  readonly alarm?: boolean;
}

export function tiles(s: Summary): Markup {
  const { calls, messages } = s;
  const list: Tile[] = [
    {
      name: s.target === null ? 'Calls received' : 'Calls started',
      value: number(calls.started),
      more: `${number(calls.succeeded)} succeeded, at most ${number(calls.peakConcurrent)} at a time`,
    },
    {
      name: 'Calls failed',
      value: number(calls.failed),
      more: calls.started === 0 ? '' : share(calls.failed, calls.started),
      alarm: calls.failed > 0,
    },
  ];
  if (s.target !== null) {
    list.push({
      name: 'Rate achieved',
      value: `${rate(s.rate.achievedCps)}/s`,
      more: `${rate(s.rate.offeredCps)}/s offered${calls.dropped > 0 ? `, ${number(calls.dropped)} dropped` : ''}`,
      alarm: calls.dropped > 0,
    });
  }
  const users = s.registrations;
  if (users !== null)
    list.push({
      name: 'Users registered',
      value: number(users.atStart),
      more: `of ${number(users.users)} before the first call, ${number(users.refreshed)} refreshed, ${number(users.failed)} failed`,
      alarm: users.failed > 0,
    });
  const first = ['srd', 'rrd', ...Object.keys(s.latencyUs)].find((n) => n !== 'lag' && s.latencyUs[n] !== undefined);
  if (first !== undefined) {
    const latency = s.latencyUs[first]!;
    list.push(
      { name: `${first} p50`, value: time(latency.p50), more: `median of ${number(latency.count)}` },
      { name: `${first} p99`, value: time(latency.p99), more: `largest ${time(latency.max)}` },
    );
  }
  list.push({
    name: 'Retransmissions',
    value: number(messages.retransmitted),
    more: `${share(messages.retransmitted, messages.sent)} of ${number(messages.sent)} sent`,
  });
  return html`<ul class="tiles">${list.map(
    (t) =>
      html`<li${t.alarm === true && html` class="alarm"`}><span class="name">${t.name}</span><span class="gap">: </span><span class="value">${t.value}</span> <span class="more">${t.more}</span></li>`,
  )}</ul>`;
}
