// report.html: one file that needs no network and no script. Pure: a summary in, text out.

import type { Summary } from '../../metrics/summary.ts';
import { conformance } from './conformance.ts';
import { definitions, environment, generator } from './generator.ts';
import { latency, overTime } from './latency.ts';
import { html, Markup } from './markup.ts';
import { messages } from './messages.ts';
import { heading, thresholds, tiles, titleOf, verdict } from './overview.ts';
import { shares } from './shares.ts';
import { STYLE } from './style.ts';
import { discards, failures, rules } from './trouble.ts';

export function renderHtml(s: Summary): string {
  const title = `${s.verdict}: ${titleOf(s)}`;
  // A conformance run calls nobody at a rate: what would be empty is left out.
  const load = s.command !== 'conform';
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="busyhour ${s.tool.version}"><link rel="icon" href="data:,">
<title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body><main>
${heading(s)}
${verdict(s)}
${load && [thresholds(s), tiles(s), shares(s), overTime(s), latency(s), messages(s), failures(s)]}
${conformance(s)}
${rules(s)}${discards(s)}
${load && generator(s)}
${environment(s)}
${load && definitions(s)}
<footer>Made from summary.json beside this file; <code>busyhour report DIR</code> makes it again.</footer>
</main></body></html>
`.text;
}
