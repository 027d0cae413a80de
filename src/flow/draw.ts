// A flow as a ladder of text: two lifelines, an arrow per message. Pure; prints nothing.

import type { Flow, FlowLine } from './flow.ts';

/** Least columns between the lifelines. */
const MIN_WIDTH = 36;
const MARGIN = '   ';

function centre(text: string, width: number, fill: string): string {
  const left = Math.floor((width - text.length) / 2);
  return fill.repeat(left) + text + fill.repeat(width - text.length - left);
}

function drawLine({ kind, from, label, note, optional }: FlowLine, width: number): string {
  const shaft = centre(` ${label} `, width - 1, optional ? '╌' : '─');
  const text = centre(kind === 'label' ? `${label}:` : label, width, ' ');
  const rungs: Record<FlowLine['kind'], string> = {
    message: from === 'caller' ? `│${shaft}▶│` : `│◀${shaft}│`,
    pause: `┆${text}┆`,
    label: `│${text}│`,
    goto: `│${text}│`,
    repeat: `├${centre(` ${label} `, width, '┄')}┤`,
    anyOf: `├${centre(` ${label} `, width, '┄')}┤`,
    close: `├${centre(` ${label} `, width, '┄')}┤`,
  };
  return note === '' ? rungs[kind] : `${rungs[kind]}  ${note}`;
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
