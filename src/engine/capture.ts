// Captured variables of a call: kept as chunks, put back as fields. Cold unless a flow captures.

import { ROW, ROW_SIZE } from '../flow/program.ts';
import { putDecimal } from '../sip/bytes.ts';
import { NONE } from '../sip/message.ts';
import { HEADERS } from '../sip/names.ts';
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

/** Keeps what `row` asks for from the message in e.msg; false (and the call failed) when it is not there. */
export function captureRow(e: Engine, call: number, row: number): boolean {
  const program = e.programs[e.calls.program[call]!]!;
  const at = row * ROW_SIZE;
  const first = program.rows[at + ROW.CAPTURE]!;
  for (let i = first; i < first + program.rows[at + ROW.CAPTURE_COUNT]!; i++) {
    const { variable, header, pattern } = program.captures[i]!;
    const text = capturedText(e, header);
    const found = text === null ? null : pattern === '' ? text : (new RegExp(pattern).exec(text)?.[1] ?? null);
    if (found === null || found === '') {
      fail(e, call, FAILURE.CAPTURE, e.msg.method, e.msg.status);
      return false;
    }
    const cell = call * e.variables + variable;
    if (e.variableChunk[cell]! > 0) e.outbox.freeLater(e.variableChunk[cell]! - 1, e.variableLength[cell]!);
    const raw = Buffer.from(found, 'latin1');
    const chunk = e.memory.alloc(raw.length);
    if (chunk === NONE) {
      e.variableChunk[cell] = 0;
      fail(e, call, FAILURE.MEMORY_FULL, e.msg.method, e.msg.status);
      return false;
    }
    e.bytes.set(raw, chunk);
    e.variableChunk[cell] = chunk + 1;
    e.variableLength[cell] = raw.length;
  }
  return true;
}

/** A test of the message in e.msg against condition n of the program e.matching. */
export function conditionsOf(e: Engine): (condition: number) => boolean {
  const all = e.programs.map(({ conditions }) =>
    conditions.map((list) => list.map(({ header, pattern }) => ({ header, pattern: new RegExp(pattern, 'i') }))),
  );
  return (condition) => {
    for (const { header, pattern } of all[e.matching]![condition]!) {
      const text = capturedText(e, header);
      if (text === null || !pattern.test(text)) return false;
    }
    return true;
  };
}

function capturedText(e: Engine, header: string): string | null {
  const { msg } = e;
  const wanted = header.toLowerCase();
  if (wanted === 'body') return e.text(msg.bodyStart, msg.bodyEnd);
  if (wanted === 'uri') return msg.isRequest ? e.text(msg.uriStart, msg.uriEnd) : null;
  const id = HEADERS.findIndex(
    ([name, compact]) => name.toLowerCase() === wanted || (compact !== '' && compact === wanted),
  );
  for (let i = 0; i < msg.count; i++) {
    const same = id > 0 ? msg.ids[i] === id : e.text(msg.nameStart[i]!, msg.nameEnd[i]!).toLowerCase() === wanted;
    if (same) return e.text(msg.valueStart[i]!, msg.valueEnd[i]!);
  }
  return null;
}
