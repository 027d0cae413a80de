// report.html: one file that needs no network and no script. Pure: a summary in, text out.

import type { Summary } from '../../metrics/summary.ts';
import { definitions, environment, generator } from './generator.ts';
import { latency, overTime } from './latency.ts';
import { html, Markup } from './markup.ts';
import { messages } from './messages.ts';
import { heading, thresholds, tiles, verdict } from './overview.ts';
import { shares } from './shares.ts';
import { STYLE } from './style.ts';
import { failures, rules } from './trouble.ts';

export function renderHtml(s: Summary): string {
  const title = `${s.verdict}: ${s.flow}${s.target === null ? '' : ` → ${s.target}`}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="busyhour ${s.tool.version}"><link rel="icon" href="data:,">
<title>${title}</title><style>${new Markup(STYLE)}</style></head>
<body><main>
${heading(s)}
${verdict(s)}
${thresholds(s)}
${tiles(s)}
${shares(s)}
${overTime(s)}
${latency(s)}
${messages(s)}
${failures(s)}
${rules(s)}
${generator(s)}
${environment(s)}
${definitions(s)}
<footer>Made from summary.json beside this file; <code>busyhour report DIR</code> makes it again.</footer>
</main></body></html>
`.text;
}
