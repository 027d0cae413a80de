// The two programs of a ladder play together: random valid ladders, and the built-in flows, run to the end on both sides over the real stepper.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { METHOD, METHOD_NAMES } from '../sip/names.ts';
import { compile } from './compile.ts';
import { findFlow, listFlows } from './find.ts';
import { other, type Role } from './flow.ts';
import { type Loaded, loadFlow } from './load.ts';
import { formatProblem } from './problem.ts';
import { FLAG, OP, type Program, ROW, ROW_SIZE } from './program.ts';
import { matchRow, passable, settle } from './stepper.ts';

interface Wire {
  readonly to: Role;
  readonly method: number;
  /** 0 for a request. */
  readonly status: number;
  readonly leg: number;
  /** Sent by a transaction: the other end may do without. */
  readonly byTransaction: boolean;
}

interface End {
  readonly program: Program;
  pc: number;
  ahead: number;
}

function endOf(loaded: Loaded, role: Role): End {
  if (!('flow' in loaded)) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return { program: compile(loaded.flow, role, { holdUs: 0 }), pc: 0, ahead: 0 };
}

/**
 * Plays a caller against a callee over a line that keeps the order and is at once; a wait with a limit runs out when
 * the line is empty. The log of all messages, or an error that says which end is stuck.
 */
function play(callerFlow: Loaded, calleeFlow: Loaded = callerFlow): string[] {
  const ends = { caller: endOf(callerFlow, 'caller'), callee: endOf(calleeFlow, 'callee') };
  const line: Wire[] = [];
  const log: string[] = [];
  const advance = (role: Role) => run(role, ends[role], line);
  advance('caller');
  advance('callee');
  for (;;) {
    while (line.length === 0 && (timeout(ends.caller) || timeout(ends.callee))) {
      advance('caller');
      advance('callee');
    }
    const wire = line.shift();
    if (wire === undefined) break;
    const name = wire.status === 0 ? METHOD_NAMES[wire.method]! : `${wire.status} ${METHOD_NAMES[wire.method]}`;
    if (take(ends[wire.to], wire)) log.push(`${other(wire.to)}: ${name}`);
    else if (!wire.byTransaction) throw new Error(`${wire.to} does not expect ${name} after ${log.join(', ')}`);
    // RFC 3261 §17.1.1.3: the transaction acknowledges a 300–699 by itself.
    if (wire.method === METHOD.INVITE && wire.status >= 300)
      line.push({ to: other(wire.to), method: METHOD.ACK, status: 0, leg: wire.leg, byTransaction: true });
    advance(wire.to);
  }
  for (const role of ['caller', 'callee'] as const) {
    const { program, pc } = ends[role];
    if (program.rows[pc * ROW_SIZE + ROW.OP] !== OP.END)
      throw new Error(`${role} is stuck at ${pc} after ${log.join(', ')}`);
  }
  return log;
}

function moveTo(end: End, row: number): void {
  const moved = row - end.pc;
  end.pc = row;
  if (moved !== 0) end.ahead = moved > 0 && moved < 31 ? end.ahead >>> moved : 0;
}

function run(role: Role, end: End, line: Wire[]): void {
  const { rows, messages } = end.program;
  for (let guard = 0; guard < 10_000; guard++) {
    moveTo(end, settle(rows, end.pc, end.ahead));
    const at = end.pc * ROW_SIZE;
    const op = rows[at + ROW.OP]!;
    if (op === OP.SEND) {
      const { method, status, leg = 0 } = messages[rows[at + ROW.MESSAGE]!]!;
      line.push({ to: other(role), method, status, leg, byTransaction: false });
    } else if (op !== OP.PAUSE) return;
    moveTo(end, rows[at + ROW.NEXT]!);
  }
  throw new Error(`${role} goes round without waiting`);
}

function timeout(end: End): boolean {
  const { rows } = end.program;
  const at = end.pc * ROW_SIZE;
  const op = rows[at + ROW.OP]!;
  if ((op !== OP.RECV_REQUEST && op !== OP.RECV_RESPONSE) || rows[at + ROW.TIME_US]! < 0) return false;
  const onTimeout = rows[at + ROW.ON_TIMEOUT]!;
  if (onTimeout < 0 && (rows[at + ROW.FLAGS]! & FLAG.OPTIONAL) === 0) return false;
  moveTo(end, onTimeout < 0 ? end.pc + 1 : onTimeout);
  return true;
}

function take(end: End, { method, status, leg }: Wire): boolean {
  const { rows } = end.program;
  const op = status === 0 ? OP.RECV_REQUEST : OP.RECV_RESPONSE;
  const row = matchRow(rows, end.pc, end.ahead, op, method, status, leg, () => true);
  if (row < 0) return false;
  if (passable(rows, end.pc, end.ahead, row)) moveTo(end, rows[row * ROW_SIZE + ROW.NEXT]!);
  else end.ahead |= 1 << (row - end.pc);
  return true;
}

type Step = Record<string, unknown>;

/** Marks the steps of an optional exchange: a callee that leaves it out has none of them. */
const MISSING = 'MISSING';

/** The file of a ladder; `lean` leaves out all that is optional. */
function fileOf(steps: readonly Step[], lean: boolean): string {
  const strip = (list: readonly Step[]): Step[] =>
    list
      .filter((step) => !lean || (step[MISSING] === undefined && step.optional !== true))
      .map(({ [MISSING]: _, ...step }) => ('steps' in step ? { ...step, steps: strip(step.steps as Step[]) } : step))
      .filter((step) => !('steps' in step) || (step.steps as Step[]).length > 0);
  return stringify({ flow: 'random', title: 'Random', ladder: strip(steps) });
}

/** A request inside or outside a dialog with its answers, by one side; steps of a file. */
const exchange = (side: Role, methods: readonly string[]): fc.Arbitrary<Step[]> =>
  fc
    .record({
      method: fc.constantFrom(...methods),
      trying: fc.boolean(),
      answer: fc.constantFrom<unknown>(200, 404, [202, 200], '2xx', '5xx', 'anyOf'),
      optional: fc.boolean(),
    })
    .map(({ method, trying, answer, optional }) => {
      const from = other(side);
      const mayMiss = optional && answer !== 'anyOf' && side === 'callee';
      const steps: Step[] = [mayMiss ? { [side]: method, optional: true, timeout: '1s' } : { [side]: method }];
      if (trying && answer !== 'anyOf') steps.push({ [from]: 100, optional: true });
      if (answer === 'anyOf') steps.push({ anyOf: [{ [from]: 200 }, { [from]: '4xx' }, { [from]: [500, 503] }] });
      else steps.push({ [from]: answer });
      return mayMiss ? steps.map((step) => ({ ...step, [MISSING]: true })) : steps;
    });

const pause = fc.constantFrom<Step[]>([{ pause: 'hold' }], [{ pause: '5ms' }]);

const inDialog = (side: Role) =>
  exchange(side, ['INFO', 'UPDATE', 'MESSAGE', 'OPTIONS', 'NOTIFY', 'REFER', 'SUBSCRIBE']);

const reinvite = (side: Role): fc.Arbitrary<Step[]> =>
  fc
    .boolean()
    .map((refused) => [
      { [side]: 'INVITE', body: 'sdp-offer' },
      { [other(side)]: 100, optional: true },
      refused ? { [other(side)]: 488 } : { [other(side)]: 200, body: 'sdp-answer' },
      { [side]: 'ACK' },
    ]);

const talk: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      pause,
      inDialog('caller'),
      inDialog('callee'),
      reinvite('caller'),
      reinvite('callee'),
      fc
        .record({ repeat: fc.integer({ min: 1, max: 5 }), steps: fc.oneof(inDialog('caller'), inDialog('callee')) })
        .map((block): Step[] => [block]),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.flat());

const ringing: fc.Arbitrary<Step[]> = fc
  .array(
    fc.constantFrom<Step[]>(
      [{ callee: 100, optional: true }],
      [{ callee: 180, optional: true }],
      [{ callee: 183 }],
      [{ callee: '1xx', optional: true }],
      [{ callee: 183, reliable: true, body: 'sdp-answer' }, { caller: 'PRACK' }, { callee: 200 }],
      [{ callee: 180 }, { caller: 'UPDATE' }, { callee: 200 }],
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.flat());

const call: fc.Arbitrary<Step[]> = fc
  .record({
    before: fc.array(exchange('caller', ['OPTIONS', 'REGISTER', 'MESSAGE', 'PUBLISH']), { maxLength: 2 }),
    ringing,
    talk,
    ending: fc.constantFrom('caller', 'callee', 'refused', 'refused without ACK', 'cancelled', 'either'),
  })
  .map(({ before, ringing, talk, ending }) => {
    const invite: Step = { caller: 'INVITE', headers: { Supported: '100rel' }, body: 'sdp-offer' };
    const start = [...before.flat(), invite, ...ringing];
    const answered: Step[] = [{ callee: 200, of: 'INVITE', body: 'sdp-answer' }, { caller: 'ACK' }, ...talk];
    switch (ending) {
      case 'caller':
        return [...start, ...answered, { caller: 'BYE' }, { callee: 200 }];
      case 'callee':
        return [...start, ...answered, { callee: 'BYE' }, { caller: 200 }];
      case 'refused':
        return [...start, { callee: [486, 603] }, { caller: 'ACK' }];
      case 'refused without ACK':
        return [...start, { callee: '3xx' }];
      case 'cancelled':
        return [...start, { callee: 180 }, { caller: 'CANCEL' }, { callee: 200 }, { callee: 487 }, { caller: 'ACK' }];
      default:
        return [
          ...start,
          {
            anyOf: [
              { callee: 200, of: 'INVITE' },
              { callee: '4xx', of: 'INVITE', goto: 'refused' },
            ],
          },
          { caller: 'ACK' },
          ...talk,
          { caller: 'BYE' },
          { callee: 200 },
          { goto: 'over' },
          { label: 'refused' },
          { caller: 'ACK' },
          { label: 'over' },
        ];
    }
  });

describe('caller and callee of one ladder', () => {
  it('play every random ladder to the end', () => {
    fc.assert(
      fc.property(call, (steps) => {
        play(loadFlow(fileOf(steps, false), 'random.yaml'));
      }),
      { numRuns: 300 },
    );
  });

  it('play to the end when the callee leaves out all that is optional', () => {
    fc.assert(
      fc.property(call, (steps) => {
        const full = loadFlow(fileOf(steps, false), 'full.yaml');
        // A ladder that is ambiguous is warned of, and not meant.
        fc.pre('flow' in full && full.warnings.length === 0);
        play(full, loadFlow(fileOf(steps, true), 'lean.yaml'));
      }),
      { numRuns: 300 },
    );
  });

  it.each(listFlows().map(({ name }) => name))('play %s to the end', (name) => {
    expect(play(findFlow(name)).length).toBeGreaterThan(1);
  });

  it('log every message of cancel, and the ACK of the transaction', () => {
    expect(play(findFlow('cancel'))).toEqual([
      'caller: INVITE',
      'callee: 180 INVITE',
      'caller: CANCEL',
      'callee: 200 CANCEL',
      'callee: 487 INVITE',
      'caller: ACK',
    ]);
  });
});
