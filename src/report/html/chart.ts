// One SVG drawing of stacked panels with a common horizontal axis. Colours stand as attributes, so that it is whole where no style sheet is allowed; classes let one override them.

import { html, Markup } from './markup.ts';
import type { Scale } from './scale.ts';

export interface Line {
  readonly name: string;
  /** Position among the colours; see COLORS. */
  readonly color: ColorName;
  readonly dashed?: boolean;
  /** Not in the legend. */
  readonly unlisted?: boolean;
  /** Fill down to the bottom, for counts. */
  readonly area?: boolean;
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly height: number;
  /** Pixels from the bottom to the top of the plot. */
  readonly scale: (bottom: number, top: number) => Scale;
  readonly label: (value: number) => string;
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  /** What is to be seen, for those who do not see it. */
  readonly description: string;
  readonly panels: readonly Panel[];
  readonly x: (from: number, to: number) => Scale;
  readonly xLabel: (value: number) => string;
  readonly xTitle: string;
  /** Shown while the pointer rests on a stretch of the axis. */
  readonly notes: readonly { readonly from: number; readonly to: number; readonly text: string }[];
}

/** Distinguishable with any colour vision, and dark enough for text on white; the style sheet has lighter ones for the dark mode. */
export const COLORS = {
  blue: '#1f66c1',
  orange: '#b8560f',
  green: '#147a55',
  purple: '#7b4fb0',
  red: '#b3261e',
  grey: '#6d747d',
} as const;
export type ColorName = keyof typeof COLORS;

const WIDTH = 1040;
const LEFT = 76;
const RIGHT = 16;
const HEAD = 30;
const GAP = 18;
const FOOT = 40;
const INK = '#23272e';
const FAINT = '#6d747d';
const GRID = '#dfe2e6';

export function drawChart(chart: Chart): Markup {
  const x = chart.x(LEFT, WIDTH - RIGHT);
  let y = 0;
  const drawn: Markup[] = [];
  for (const panel of chart.panels) {
    drawn.push(drawPanel(panel, y, x));
    y += HEAD + panel.height + GAP;
  }
  const bottom = y - GAP;
  const height = bottom + FOOT;
  const ticks = x.ticks.map(
    (v) =>
      html`<text x="${px(x.at(v))}" y="${bottom + 18}" text-anchor="middle" font-size="12" fill="${FAINT}" class="faint">${chart.xLabel(v)}</text>`,
  );
  const notes = chart.notes.map(({ from, to, text }) => {
    const left = x.at(from);
    return html`<rect x="${px(left)}" y="${HEAD}" width="${px(Math.max(1, x.at(to) - left))}" height="${bottom - HEAD}" fill="#000" fill-opacity="0" class="note"><title>${text}</title></rect>`;
  });
  return html`<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="${chart.id}-t ${chart.id}-d" font-family="system-ui, sans-serif">
<title id="${chart.id}-t">${chart.title}</title><desc id="${chart.id}-d">${chart.description}</desc>
${drawn}${ticks}<text x="${WIDTH - RIGHT}" y="${height - 4}" text-anchor="end" font-size="12" fill="${FAINT}" class="faint">${chart.xTitle}</text>
${notes}</svg>`;
}

function drawPanel(panel: Panel, top: number, x: Scale): Markup {
  const plotTop = top + HEAD;
  const bottom = plotTop + panel.height;
  const scale = panel.scale(bottom, plotTop);
  const grid = scale.ticks.map((v) => {
    const y = px(scale.at(v));
    return html`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="${GRID}" class="grid"/><text x="${LEFT - 8}" y="${px(scale.at(v) + 4)}" text-anchor="end" font-size="12" fill="${FAINT}" class="faint">${panel.label(v)}</text>`;
  });
  const heading = html`<text x="0" y="${top + 14}" font-size="13" font-weight="600" fill="${INK}" class="ink">${panel.title}<tspan font-weight="400" fill="${FAINT}" class="faint" dx="6">${panel.unit}</tspan></text>`;
  return html`${heading}${legend(panel.lines, top)}${grid}${panel.lines.map((line) => drawLine(line, scale, x, bottom))}`;
}

function legend(lines: readonly Line[], top: number): Markup[] {
  const entries: Markup[] = [];
  // From the right end; the width of a name is estimated, there is nothing to measure it with.
  let right = WIDTH - RIGHT;
  for (const line of lines.filter((l) => l.unlisted !== true).reverse()) {
    const width = line.name.length * 6.7 + 36;
    right -= width;
    entries.push(
      html`<line x1="${px(right)}" x2="${px(right + 16)}" y1="${top + 10}" y2="${top + 10}" stroke="${COLORS[line.color]}" stroke-width="2.5" ${dash(line)}class="s-${line.color}"/><text x="${px(right + 21)}" y="${top + 14}" font-size="12" fill="${INK}" class="ink">${line.name}</text>`,
    );
  }
  return entries;
}

function drawLine(line: Line, scale: Scale, x: Scale, bottom: number): Markup {
  const runs: string[][] = [[]];
  const areas: string[] = [];
  let firstX = 0;
  let lastX = 0;
  const dots: Markup[] = [];
  const color = COLORS[line.color];
  const close = () => {
    const run = runs.at(-1)!;
    if (line.area === true && run.length > 1)
      areas.push(`M${px(firstX)} ${px(bottom)}L${run.join('L')}L${px(lastX)} ${px(bottom)}Z`);
    // A lone point has no line to be seen by.
    if (run.length === 1) {
      const [cx, cy] = run[0]!.split(' ');
      dots.push(html`<circle cx="${cx!}" cy="${cy!}" r="2.5" fill="${color}" class="f-${line.color}"/>`);
    }
    runs.push([]);
  };
  for (const [vx, vy] of line.points) {
    if (vy === null) {
      close();
      continue;
    }
    lastX = x.at(vx);
    if (runs.at(-1)!.length === 0) firstX = lastX;
    runs.at(-1)!.push(`${px(lastX)} ${px(scale.at(vy))}`);
  }
  close();
  const d = runs
    .filter((run) => run.length > 1)
    .map((run) => `M${run.join('L')}`)
    .join('');
  const area =
    areas.length === 0
      ? null
      : html`<path d="${areas.join('')}" fill="${color}" fill-opacity="0.12" class="f-${line.color}"/>`;
  const path =
    d === ''
      ? null
      : html`<path d="${d}" fill="none" stroke="${color}" stroke-width="1.8" stroke-linejoin="round" ${dash(line)}class="s-${line.color}"/>`;
  return html`${area}${path}${dots}`;
}

function dash(line: Line): Markup {
  return new Markup(line.dashed === true ? 'stroke-dasharray="5 4" ' : '');
}

function px(n: number): string {
  return String(Math.round(n * 10) / 10);
}
