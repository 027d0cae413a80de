// The flow as a drawn ladder with what happened on each line, and messages by method and status.

import type { Ladder, LadderRow, Summary } from '../../metrics/summary.ts';
import { number } from '../format.ts';
import { html, type Markup } from './markup.ts';

const WIDTH = 1040;
const CALLER_X = 60;
const CALLEE_X = 430;
const HEAD = 44;
const ROW = 34;
const INK = '#23272e';
const FAINT = '#6d747d';

const COUNTS = [
  { name: 'Sent', read: (r: LadderRow) => r.sent, trouble: false },
  { name: 'Received', read: (r: LadderRow) => r.received, trouble: false },
  { name: 'Retransmitted', read: (r: LadderRow) => r.retransmitted, trouble: true },
  { name: 'Timed out', read: (r: LadderRow) => r.timedOut, trouble: true },
  { name: 'Unexpected', read: (r: LadderRow) => r.unexpected, trouble: true },
] as const;

export function messages(s: Summary): Markup {
  return html`<section class="long"><h2>Messages</h2><p class="hint">Each line of the flow with what this end counted on it. Sent is without retransmissions.</p>
${s.ladder.map((ladder, i) => html`${s.ladder.length > 1 && html`<h3>${ladder.flow}</h3>`}<div class="scroll">${drawLadder(ladder, i)}</div>${ladderTable(ladder)}`)}
${kinds(s)}</section>`;
}

function drawLadder(ladder: Ladder, index: number): Markup {
  const height = HEAD + ladder.lines.length * ROW + 14;
  const countX = (i: number) => 590 + i * 108;
  const ends = [
    { x: CALLER_X, name: ladder.role === 'caller' ? 'Caller (busyhour)' : 'Caller' },
    { x: CALLEE_X, name: ladder.role === 'callee' ? 'Callee (busyhour)' : 'Callee' },
  ];
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="ladder-${index}-t ladder-${index}-d" font-family="system-ui, sans-serif" font-size="13">
<title id="ladder-${index}-t">Ladder of ${ladder.flow}</title><desc id="ladder-${index}-d">${describe(ladder)}</desc>
${ends.map(({ x, name }) => html`<text x="${x === CALLER_X ? 0 : x}" y="16" font-weight="600" text-anchor="${x === CALLER_X ? 'start' : 'middle'}" fill="${INK}" class="ink">${name}</text><line x1="${x}" x2="${x}" y1="26" y2="${height - 4}" stroke="${FAINT}" stroke-opacity="0.6" class="stroke"/>`)}
${COUNTS.map(({ name }, i) => html`<text x="${countX(i)}" y="16" text-anchor="end" fill="${FAINT}" class="faint">${name}</text>`)}
${ladder.lines.map(
  (
    line,
    i,
  ) => html`<g>${drawLine(line, HEAD + i * ROW + 14)}${COUNTS.map(({ read, trouble }, c) => drawCount(read(line), trouble, isEmpty(line, c, ladder.role), countX(c), HEAD + i * ROW + 14))}</g>
`,
)}</svg>`;
}

function drawLine(line: LadderRow, y: number): Markup {
  const middle = (CALLER_X + CALLEE_X) / 2;
  const note = [line.note, line.optional ? 'optional' : ''].filter((t) => t !== '').join(', ');
  const label = html`<tspan font-weight="600">${line.label}</tspan>${note !== '' && html`<tspan dx="6" fill="${FAINT}" class="faint">${note}</tspan>`}`;
  if (line.from === null) {
    return html`<rect x="${CALLER_X - 14}" y="${y - 13}" width="${CALLEE_X - CALLER_X + 28}" height="20" rx="4" fill="#f1f3f5" class="stripe"/><text x="${middle}" y="${y + 2}" text-anchor="middle" fill="${FAINT}" class="faint">${line.label}${note !== '' && ` ${note}`}</text>`;
  }
  const right = line.from === 'caller';
  const tip = right ? CALLEE_X - 2 : CALLER_X + 2;
  const back = right ? -9 : 9;
  return html`<text x="${middle}" y="${y - 5}" text-anchor="middle" fill="${INK}" class="ink">${label}</text><line x1="${right ? CALLER_X : CALLEE_X}" x2="${tip + back}" y1="${y + 3}" y2="${y + 3}" stroke="#1f66c1" stroke-width="1.6" ${line.optional && html`stroke-dasharray="5 4" `}class="s-blue"/><path d="M${tip} ${y + 3}l${back} -4.5v9z" fill="#1f66c1" class="f-blue"/>`;
}

/** A pause has no counts; what we only receive is never sent by us, and the other way round. */
function isEmpty(line: LadderRow, column: number, role: Ladder['role']): boolean {
  return line.from === null || (line.from === role ? column === 1 : column === 0);
}

function drawCount(n: number, trouble: boolean, none: boolean, x: number, y: number): Markup | null {
  if (none && n === 0) return null;
  const alarm = trouble && n > 0;
  const attributes = alarm
    ? html`font-weight="600" fill="#b3261e" class="alarm"`
    : n === 0
      ? html`fill="${FAINT}" class="faint"`
      : html`fill="${INK}" class="ink"`;
  return html`<text x="${x}" y="${y + 3}" text-anchor="end" ${attributes}>${n === 0 ? '0' : number(n)}</text>`;
}

function describe(ladder: Ladder): string {
  return `${ladder.lines
    .filter((l) => l.from !== null)
    .map((l) => `${l.from} ${l.label}`)
    .join(', ')}.`;
}

function ladderTable(ladder: Ladder): Markup {
  return html`<details><summary>Table</summary><div class="scroll"><table><thead><tr><th scope="col">From</th><th scope="col">Message</th>${COUNTS.map(({ name }) => html`<th scope="col" class="n">${name}</th>`)}</tr></thead><tbody>
${ladder.lines
  .filter((line) => line.from !== null)
  .map(
    (
      line,
    ) => html`<tr><td>${line.from}</td><td>${line.label} ${line.note}</td>${COUNTS.map(({ read }) => html`<td class="n">${number(read(line))}</td>`)}</tr>
`,
  )}</tbody></table></div></details>`;
}

function kinds(s: Summary): Markup {
  const { byMethod, byStatus } = s.messages;
  const rows = [...Object.entries(byMethod), ...Object.entries(byStatus)];
  const m = s.messages;
  const others = (
    [
      ['retransmitted by us', m.retransmitted],
      ['received again', m.retransmissionsReceived],
      ['unexpected by the flow', m.unexpected],
      ['malformed', m.malformed],
      ['of no call of this run (stray)', m.stray],
      ['from another address than asked', m.otherSource],
      ['refused by the network (ICMP)', m.icmpRefused],
      ['further 2xx of a forked INVITE', m.forked],
      ['answered outside any flow', m.refused],
      ['keep-alives', m.keepalives],
      ['not sent for want of memory', m.unsent],
    ] as const
  ).filter(([, n]) => n > 0);
  return html`<details><summary>By method and status: ${number(m.sent)} sent, ${number(m.received)} received</summary><div class="scroll"><table><thead><tr><th scope="col">Method or status</th><th scope="col" class="n">Sent</th><th scope="col" class="n">Received</th></tr></thead><tbody>
${rows.map(
  ([
    name,
    n,
  ]) => html`<tr><th scope="row">${name}</th><td class="n">${number(n.sent)}</td><td class="n">${number(n.received)}</td></tr>
`,
)}</tbody></table></div></details>
${others.length > 0 && html`<p class="hint">Of these and beside them: ${others.map(([name, n]) => `${number(n)} ${name}`).join(', ')}.</p>`}`;
}
