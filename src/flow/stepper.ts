// Where a call goes in its program when a message comes. Pure: integers in, integers out; keeps nothing.

import { FLAG, OP, ROW, ROW_SIZE } from './program.ts';

const NONE = -1;

/** How far ahead of its turn a message may come: rows of one run of receives, remembered as bits of an integer. */
const AHEAD_ROWS = 30;

/** A request that fits, but whose turn comes only after another that was taken before its own: nothing can be kept of it, its retransmission will do. */
export const LATER = -2;

/**
 * The row that takes a received message when the call stands at `pc`, NONE or LATER. Only the run of receives that begins
 * at `pc` is looked at: datagrams overtake each other (a lost one comes later, by retransmission), so inside one run
 * the order does not matter; a message that belongs behind a send of ours is unexpected.
 * @param ahead bits of rows (relative to pc) that were taken before their turn
 * @param leg the dialog of the call it came in
 * @param meets whether the message meets condition n of the program
 */
export function matchRow(
  rows: Int32Array,
  pc: number,
  ahead: number,
  op: number,
  method: number,
  status: number,
  leg: number,
  meets: (condition: number) => boolean,
): number {
  let row = pc;
  for (let looked = 0; looked < AHEAD_ROWS; looked++) {
    const at = row * ROW_SIZE;
    const rowOp = rows[at + ROW.OP]!;
    if (rowOp === OP.GOTO) {
      row = rows[at + ROW.NEXT]!;
      continue;
    }
    if (rowOp !== OP.RECV_REQUEST && rowOp !== OP.RECV_RESPONSE) return NONE;
    if (
      rowOp === op &&
      rows[at + ROW.METHOD] === method &&
      rows[at + ROW.LEG] === leg &&
      (op === OP.RECV_REQUEST || (status >= rows[at + ROW.STATUS_LO]! && status <= rows[at + ROW.STATUS_HI]!)) &&
      (rows[at + ROW.WHERE] === NONE || meets(rows[at + ROW.WHERE]!))
    ) {
      if (op === OP.RECV_REQUEST && ahead !== 0 && isAlternativeTaken(rows, pc, ahead, row)) return LATER;
      if (!isTaken(pc, ahead, row)) return row;
    }
    row = rows[at + ROW.FLAGS]! & (FLAG.ALTERNATIVE | FLAG.OPTIONAL) ? row + 1 : rows[at + ROW.NEXT]!;
    if (row < pc) return NONE; // a loop back: those rows are not in this run
  }
  return NONE;
}

function isTaken(pc: number, ahead: number, row: number): boolean {
  return row >= pc && row - pc < AHEAD_ROWS && (ahead & (1 << (row - pc))) !== 0;
}

/** Whether `row` is one of several alternatives of which one was taken before its turn. */
function isAlternativeTaken(rows: Int32Array, pc: number, ahead: number, row: number): boolean {
  let first = row;
  while (first > pc && (rows[(first - 1) * ROW_SIZE + ROW.FLAGS]! & FLAG.ALTERNATIVE) !== 0) first--;
  const single = first === row && (rows[row * ROW_SIZE + ROW.FLAGS]! & FLAG.ALTERNATIVE) === 0;
  return !single && (isTaken(pc, ahead, first) || takenAlternative(rows, pc, ahead, first) !== NONE);
}

/**
 * Whether every row from `pc` up to `row` may be passed over when `row` has been taken: optional ones, alternatives
 * not chosen, and those taken before. When not, `row` was taken ahead of its turn.
 */
export function passable(rows: Int32Array, pc: number, ahead: number, row: number): boolean {
  let at = pc;
  while (at < row) {
    const base = at * ROW_SIZE;
    const op = rows[base + ROW.OP]!;
    if (op === OP.GOTO) {
      at = rows[base + ROW.NEXT]!;
      continue;
    }
    if (isTaken(pc, ahead, at)) at = rows[base + ROW.NEXT]!;
    else if (rows[base + ROW.FLAGS]! & (FLAG.OPTIONAL | FLAG.ALTERNATIVE)) at++;
    else return false;
  }
  return at === row;
}

/**
 * Where a call that stands at `pc` has to act next: a SEND, PAUSE or END row, or the RECV row at which it waits.
 * Receives taken ahead are passed; a run of optional receives that ends in an act of ours is passed too, unless the
 * first of them says how long to wait.
 */
export function settle(rows: Int32Array, pc: number, ahead: number): number {
  let at = pc;
  let waitAt = NONE;
  for (;;) {
    const base = at * ROW_SIZE;
    const op = rows[base + ROW.OP]!;
    if (op === OP.GOTO) at = rows[base + ROW.NEXT]!;
    else if (op !== OP.RECV_REQUEST && op !== OP.RECV_RESPONSE) return at;
    else if (isTaken(pc, ahead, at)) {
      at = rows[base + ROW.NEXT]!;
    } else if (takenAlternative(rows, pc, ahead, at) !== NONE) {
      at = rows[takenAlternative(rows, pc, ahead, at) * ROW_SIZE + ROW.NEXT]!;
    } else if ((rows[base + ROW.FLAGS]! & FLAG.OPTIONAL) !== 0 && rows[base + ROW.TIME_US] === NONE) {
      if (waitAt === NONE) waitAt = at;
      at++;
    } else return waitAt === NONE ? at : waitAt;
    if (at < pc) return at; // looped back
  }
}

/** The row among the alternatives behind the one at `at` that was taken before its turn, NONE when none was. */
function takenAlternative(rows: Int32Array, pc: number, ahead: number, at: number): number {
  if (ahead === 0) return NONE;
  let row = at;
  while ((rows[row * ROW_SIZE + ROW.FLAGS]! & FLAG.ALTERNATIVE) !== 0) {
    row++;
    if (isTaken(pc, ahead, row)) return row;
  }
  return NONE;
}
