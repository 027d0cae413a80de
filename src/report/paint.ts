// Lines of coloured pieces, cut and padded by what is seen. Pure; strips what could steer a terminal.

import pc from 'picocolors';

export type Paint = 'plain' | 'bold' | 'faint' | 'green' | 'red' | 'yellow';
export type Piece = string | readonly [text: string, paint: Paint];

/** https://no-color.org: NO_COLOR wins over everything; FORCE_COLOR over the lack of a terminal. */
export function colorWanted(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return true;
  return isTerminal && env.TERM !== 'dumb';
}

/** Control characters of the wire would move the cursor or change colours: each becomes a question mark. */
export function clean(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, '?');
}

/** One line; cut at `width` characters with an ellipsis when it is longer. */
export function line(pieces: readonly Piece[], color: boolean, width = Number.POSITIVE_INFINITY): string {
  const colors = pc.createColors(color);
  const length = pieces.reduce((n, piece) => n + (typeof piece === 'string' ? piece : piece[0]).length, 0);
  let room = length > width ? Math.max(0, width - 1) : length;
  let out = '';
  for (const piece of pieces) {
    const [text, paint] = typeof piece === 'string' ? ([piece, 'plain'] as const) : piece;
    const shown = text.slice(0, room);
    room -= shown.length;
    if (shown === '') continue;
    switch (paint) {
      case 'plain':
        out += shown;
        break;
      case 'faint':
        out += colors.dim(shown);
        break;
      default:
        out += colors[paint](shown);
    }
  }
  return length > width ? `${out}…` : out.trimEnd();
}
