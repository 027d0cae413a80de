// A flow as a ladder of text: two lifelines, an arrow per message. Pure; prints nothing.

import type { Flow, FlowLine } from './flow.ts';

/** Least columns between the lifelines. */
const MIN_WIDTH = 36;
const MARGIN = '   ';

function centre(text: string, width: number, fill: string): string {
  const left = Math.floor((width - text.length) / 2);
  return fill.repeat(left) + text + fill.repeat(width - text.length - left);
}

function drawLine(line: FlowLine, width: number): string {
  switch (line.kind) {
    case 'message': {
      const shaft = centre(` ${line.label} `, width - 1, line.optional ? '╌' : '─');
      const arrow = line.from === 'caller' ? `│${shaft}▶│` : `│◀${shaft}│`;
      return line.note === '' ? arrow : `${arrow}  ${line.note}`;
    }
    case 'pause':
      return `┆${centre(line.label, width, ' ')}┆`;
    case 'label':
      return `│${centre(`${line.label}:`, width, ' ')}│`;
    case 'goto':
      return `│${centre(line.label, width, ' ')}│`;
    default:
      return `├${centre(` ${line.label} `, width, '┄')}┤`;
  }
}

/** The ladder of a flow, with its name and title above; lines end in \n. */
export function draw(flow: Flow): string {
  const width = Math.max(MIN_WIDTH, ...flow.lines.map(({ label }) => label.length + 8));
  const rows = [
    `${flow.name}: ${flow.title}`,
    '',
    ` caller${' '.repeat(width - 5)}callee`,
    `${MARGIN}│${' '.repeat(width)}│`,
    ...flow.lines.map((line) => MARGIN + drawLine(line, width)),
    `${MARGIN}│${' '.repeat(width)}│`,
  ];
  return `${rows.join('\n')}\n`;
}
