// What a flow looks at in a received message, compiled once: conditions, and variables that are kept as chunks and put back as fields. Sends nothing.

import { Pattern } from '../flow/pattern.ts';
import { type Program, ROW, ROW_SIZE } from '../flow/program.ts';
import { bytesOf, equalsIgnoreCase, putDecimal } from '../sip/bytes.ts';
import { copyWithin } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { HEADER, headerId } from '../sip/names.ts';
import { fail } from './ending.ts';
import type { Engine } from './engine.ts';
import { FIELD } from './fields.ts';
import { FAILURE } from './tally.ts';

/** Fills CALL_NUMBER and the variables of a call. */
export function setVariables(e: Engine, call: number): void {
  const { fields, variables } = e;
  fields.set(FIELD.CALL_NUMBER, e.numberAt, putDecimal(e.bytes, e.numberAt, e.calls.number(call)) - e.numberAt);
  for (let v = 0; v < variables; v++) {
    const cell = call * variables + v;
    fields.set(FIELD.VARIABLE + v, e.variableChunk[cell]! - 1, e.variableLength[cell]!);
  }
}

export function releaseVariables(e: Engine, call: number): void {
  const { variables } = e;
  for (let cell = call * variables; cell < (call + 1) * variables; cell++) {
    if (e.variableChunk[cell]! > 0) e.outbox.freeLater(e.variableChunk[cell]! - 1, e.variableLength[cell]!);
    e.variableChunk[cell] = 0;
    e.variableLength[cell] = 0;
  }
}

/** What is looked at: the id of a header field, or one of these. */
const BODY = -2;
const URI = -3;

interface Sought {
  readonly id: number;
  /** Lower-case name: of use where the field has no id. */
  readonly name: Uint8Array;
  /** null stands for the whole value. */
  readonly pattern: Pattern | null;
  /** Where what is found is kept; NONE for a condition. */
  readonly variable: number;
}

/** What one program looks at. */
export interface Sights {
  readonly captures: readonly Sought[];
  readonly conditions: readonly (readonly Sought[])[];
}

function soughtOf(header: string, pattern: Pattern | null, variable: number): Sought {
  const name = header.toLowerCase();
  const id = name === 'body' ? BODY : name === 'uri' ? URI : headerId(name);
  return { id, name: bytesOf(name), pattern, variable };
}

/** Compiles the captures and conditions of a program: once, since each pattern and each name looked up costs more than the message. */
export function sightsOf({ captures, conditions }: Program): Sights {
  return {
    captures: captures.map(({ header, pattern, variable }) =>
      soughtOf(header, pattern === '' ? null : new Pattern(pattern, ''), variable),
    ),
    conditions: conditions.map((list) =>
      list.map(({ header, pattern }) => soughtOf(header, new Pattern(pattern, 'i'), NONE)),
    ),
  };
}

/** Keeps what `row` asks for from the message in e.msg; false (and the call failed) when it is not there. */
export function captureRow(e: Engine, call: number, row: number): boolean {
  const { captures } = e.sights[e.calls.program[call]!]!;
  const rows = e.rowsOf(call);
  const at = row * ROW_SIZE;
  const first = rows[at + ROW.CAPTURE]!;
  const end = first + rows[at + ROW.CAPTURE_COUNT]!;
  for (let i = first; i < end; i++) {
    const failure = capture(e, call, captures[i]!);
    if (failure !== 0) {
      fail(e, call, failure, e.msg.method, e.msg.status);
      return false;
    }
  }
  return true;
}

/** Keeps one variable; 0, or why it could not. */
function capture(e: Engine, call: number, sought: Sought): number {
  if (!look(e, sought)) return FAILURE.CAPTURE;
  const { pattern } = sought;
  if (pattern !== null && !pattern.find(e.bytes, seen.start, seen.end)) return FAILURE.CAPTURE;
  const start = pattern === null ? seen.start : pattern.groupStart;
  const length = (pattern === null ? seen.end : pattern.groupEnd) - start;
  if (start === NONE || length === 0) return FAILURE.CAPTURE;
  const cell = call * e.variables + sought.variable;
  if (e.variableChunk[cell]! > 0) e.outbox.freeLater(e.variableChunk[cell]! - 1, e.variableLength[cell]!);
  const chunk = e.memory.alloc(length);
  e.variableChunk[cell] = chunk === NONE ? 0 : chunk + 1;
  if (chunk === NONE) return FAILURE.MEMORY_FULL;
  copyWithin(e.bytes, chunk, start, length);
  e.variableLength[cell] = length;
  return 0;
}

/** A test of the message in e.msg against condition n of the program e.matching. */
export function conditionsOf(e: Engine): (condition: number) => boolean {
  return (condition) => {
    const all = e.sights[e.matching]!.conditions[condition]!;
    for (let i = 0; i < all.length; i++)
      if (!look(e, all[i]!) || !all[i]!.pattern!.find(e.bytes, seen.start, seen.end)) return false;
    return true;
  };
}

/** Where `look` found it: one reused span. */
const seen = { start: 0, end: 0 };

/** Whether the message in e.msg has what is sought; of a header field, the topmost. */
function look({ msg, bytes }: Engine, { id, name }: Sought): boolean {
  if (id === BODY) {
    seen.start = msg.bodyStart;
    seen.end = msg.bodyEnd;
    return true;
  }
  if (id === URI) {
    seen.start = msg.uriStart;
    seen.end = msg.uriEnd;
    return msg.isRequest;
  }
  let field = id === HEADER.OTHER ? 0 : msg.first[id]!;
  if (id === HEADER.OTHER)
    while (field < msg.count && !equalsIgnoreCase(bytes, msg.nameStart[field]!, msg.nameEnd[field]!, name)) field++;
  if (field === NONE || field >= msg.count) return false;
  seen.start = msg.valueStart[field]!;
  seen.end = msg.valueEnd[field]!;
  return true;
}
