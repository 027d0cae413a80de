// What went over the wire in one case, drawn as a ladder, and the raw messages under it. Colours stand as attributes too, for readers without the style sheet.

import type { Logged } from '../../conformance/ground.ts';
import { number } from '../format.ts';
import { COLORS } from './chart.ts';
import { html, type Markup } from './markup.ts';

const WIDTH = 1040;
const TIME_X = 74;
const HEAD = 44;
const ROW = 30;
const INK = '#23272e';
const FAINT = '#6d747d';
/** A longer exchange is drawn with its middle left out. */
const FIRST_ROWS = 60;
const LAST_ROWS = 20;
const LONGEST_LABEL = 56;
/** Of a raw message; summary.json has all of it. */
const LONGEST_MESSAGE = 12_000;

export function ladder(messages: readonly Logged[], name: string, anchor: string): Markup | null {
  if (messages.length === 0) return null;
  const numbers = new Map(messages.filter(({ direction }) => direction !== 'note').map((one, i) => [one, i + 1]));
  return html`<div class="scroll">${draw(messages, numbers, name, anchor)}</div>${raw(messages, numbers)}`;
}

/** Lanes from left to right: our first end, the server, our other ends. */
function lanesOf(messages: readonly Logged[]): Map<string, number> {
  const ends = [...new Set(messages.map(({ end }) => end))];
  const names = [ends[0]!, '', ...ends.slice(1)];
  const left = TIME_X + 70;
  const step = (WIDTH - 90 - left) / Math.max(1, names.length - 1);
  const spread = names.length === 2 ? 560 : step;
  return new Map(names.map((name, i) => [name, Math.round(left + i * spread)]));
}

function draw(messages: readonly Logged[], numbers: ReadonlyMap<Logged, number>, name: string, anchor: string): Markup {
  const lanes = lanesOf(messages);
  const most = FIRST_ROWS + LAST_ROWS;
  const rows: readonly (Logged | number)[] =
    messages.length <= most
      ? messages
      : [...messages.slice(0, FIRST_ROWS), messages.length - most, ...messages.slice(-LAST_ROWS)];
  const height = HEAD + rows.length * ROW + 8;
  const startUs = messages[0]!.atUs;
  const said = messages.filter(({ direction }) => direction !== 'note');
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="${anchor}-t ${anchor}-d" font-family="system-ui, sans-serif" font-size="13">
<title id="${anchor}-t">Messages of ${name}</title><desc id="${anchor}-d">${said.map((one) => `${one.direction === 'out' ? one.end : 'server'}: ${labelOf(one.text).join(' ')}`).join(', ')}.</desc>
${[...lanes].map(([end, x]) => html`<text x="${x}" y="16" font-weight="600" text-anchor="middle" fill="${INK}" class="ink">${end === '' ? 'server' : end}</text><line x1="${x}" x2="${x}" y1="26" y2="${height - 2}" stroke="${FAINT}" stroke-opacity="0.6" class="stroke"/>`)}
${rows.map((row, i) => {
  const y = HEAD + i * ROW + 12;
  if (typeof row === 'number') return band(`${number(row)} more`, WIDTH / 2, y);
  const time = html`<text x="${TIME_X - 6}" y="${y + 4}" text-anchor="end" fill="${FAINT}" class="faint" font-size="12">${offset(row.atUs - startUs)}</text>`;
  return html`<g>${time}${row.direction === 'note' ? band(row.text, lanes.get(row.end)!, y) : arrow(row, numbers.get(row)!, lanes, y)}</g>
`;
})}</svg>`;
}

function offset(us: number): string {
  return us < 1_000_000 ? `+${(us / 1e3).toFixed(1)} ms` : `+${(us / 1e6).toFixed(2)} s`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function band(text: string, x: number, y: number): Markup {
  const shown = cut(text, 90);
  const width = Math.min(WIDTH - TIME_X - 8, shown.length * 6.6 + 24);
  const left = Math.min(Math.max(TIME_X + 4, x - width / 2), WIDTH - width - 4);
  return html`<rect x="${left.toFixed(0)}" y="${y - 9}" width="${width.toFixed(0)}" height="20" rx="4" fill="#f1f3f5" class="stripe"/><text x="${(left + width / 2).toFixed(0)}" y="${y + 5}" text-anchor="middle" fill="${FAINT}" class="faint" font-size="12">${shown}</text>`;
}

function arrow(one: Logged, n: number, lanes: ReadonlyMap<string, number>, y: number): Markup {
  const [from, to] =
    one.direction === 'out' ? [lanes.get(one.end)!, lanes.get('')!] : [lanes.get('')!, lanes.get(one.end)!];
  const [label, note] = labelOf(one.text);
  const color = colorOf(one.text);
  const back = to > from ? -9 : 9;
  const tip = to - Math.sign(to - from) * 2;
  return html`<text x="${(from + to) / 2}" y="${y - 3}" text-anchor="middle" fill="${INK}" class="ink"><tspan fill="${FAINT}" class="faint">${n}</tspan><tspan dx="6" font-weight="600">${label}</tspan>${note !== '' && html`<tspan dx="6" fill="${FAINT}" class="faint">${note}</tspan>`}</text><line x1="${from}" x2="${tip + back}" y1="${y + 4}" y2="${y + 4}" stroke="${COLORS[color]}" stroke-width="1.6" class="s-${color}"/><path d="M${tip} ${y + 4}l${back} -4.5v9z" fill="${COLORS[color]}" class="f-${color}"/>`;
}

/** Method or status, and what it is about: the CSeq method of a response. */
function labelOf(text: string): readonly [label: string, note: string] {
  const startLine = text.replace(/^[\r\n]+/, '').split(/\r?\n/, 1)[0]!;
  if (startLine === '') return ['(line ends only)', ''];
  const request = /^([A-Za-z0-9!%*_+`'~.-]+) \S.*SIP\/2\.0$/.exec(startLine);
  if (request !== null) return [cut(request[1]!, LONGEST_LABEL), ''];
  const status = /^SIP\/2\.0 (\d{3}.*)$/.exec(startLine)?.[1];
  if (status === undefined) return [cut(startLine, LONGEST_LABEL), ''];
  return [cut(status, LONGEST_LABEL), /^CSeq\s*:\s*\d+\s+(\S+)/im.exec(text)?.[1] ?? ''];
}

function colorOf(text: string): keyof typeof COLORS {
  const status = /^SIP\/2\.0 (\d)/.exec(text)?.[1];
  if (status === undefined) return 'blue';
  if (status === '1') return 'grey';
  return status === '2' ? 'green' : 'orange';
}

function raw(messages: readonly Logged[], numbers: ReadonlyMap<Logged, number>): Markup {
  const startUs = messages[0]!.atUs;
  const said = messages.filter(({ direction }) => direction !== 'note');
  return html`<details><summary>Raw messages (${number(said.length)})</summary>
${said.map((one) => {
  const [from, to] = one.direction === 'out' ? [one.end, 'server'] : ['server', one.end];
  const rest = one.text.length - LONGEST_MESSAGE;
  return html`<p class="from">${numbers.get(one)!}. ${from} → ${to}, ${offset(one.atUs - startUs)}</p><pre>${one.text.slice(0, LONGEST_MESSAGE).trimEnd()}${rest > 0 && `\n… ${number(rest)} more characters, in summary.json`}</pre>
`;
})}</details>`;
}
