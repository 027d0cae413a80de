// From a checked flow to the rows one end plays. Judges nothing: a flow that loads compiles.

import { type Choice, type Flow, HOLD_US, type MessageStep, nextMessage, type Role } from './flow.ts';
import {
  type CaptureSpec,
  type ConditionSpec,
  FLAG,
  type LadderLine,
  type MessageSpec,
  OP,
  type Program,
  ROW,
  ROW_SIZE,
} from './program.ts';
import { replaceName } from './substitute.ts';

const NONE = -1;

/** TIME_US is a 32-bit integer; a longer pause is several rows. */
const MAX_ROW_US = 2 ** 31 - 1;

export interface CompileOptions {
  /** Length of `pause: hold`, microseconds. */
  readonly holdUs: number;
}

type Row = Record<keyof typeof ROW, number>;

const EMPTY: Row = {
  OP: OP.END,
  METHOD: NONE,
  STATUS_LO: NONE,
  STATUS_HI: NONE,
  FLAGS: 0,
  NEXT: NONE,
  MESSAGE: NONE,
  TIME_US: NONE,
  ON_TIMEOUT: NONE,
  LADDER: NONE,
  CAPTURE: NONE,
  CAPTURE_COUNT: 0,
  LEG: 0,
  WHERE: NONE,
};

/** Rows are made with steps in NEXT and ON_TIMEOUT (NONE: the row below), and turned into row numbers at the end. */
class Compiler {
  readonly flow: Flow;
  readonly role: Role;
  readonly holdUs: number;
  readonly rows: Row[] = [];
  readonly messages: MessageSpec[] = [];
  readonly captures: CaptureSpec[] = [];
  readonly variables: string[] = [];
  readonly conditions: (readonly ConditionSpec[])[] = [];
  private readonly messageOf = new Map<string, number>();
  private readonly captureOf = new Map<number, number>();

  constructor(flow: Flow, role: Role, holdUs: number) {
    this.flow = flow;
    this.role = role;
    this.holdUs = holdUs;
  }

  run(): Int32Array {
    const { steps } = this.flow;
    const rowOfStep: number[] = [];
    steps.forEach((step, i) => {
      rowOfStep.push(this.rows.length);
      if (step.kind === 'goto') this.add({ OP: OP.GOTO, NEXT: step.to, LADDER: step.line });
      else if (step.kind === 'pause') {
        // A pause belongs to the side that sends next: the other one has to listen.
        const next = steps[nextMessage(steps, i)];
        if (next?.kind !== 'message' || next.from === this.role)
          this.pause(step.us === HOLD_US ? this.holdUs : step.us, step.line);
      } else if (step.from === this.role) this.send(step, i);
      else this.receive(step, i);
    });
    rowOfStep.push(this.rows.length);
    this.add({ OP: OP.END });
    const packed = new Int32Array(this.rows.length * ROW_SIZE);
    this.rows.forEach((row, i) => {
      row.NEXT = row.OP === OP.END ? NONE : row.NEXT === NONE ? i + 1 : rowOfStep[row.NEXT]!;
      if (row.ON_TIMEOUT !== NONE) row.ON_TIMEOUT = rowOfStep[row.ON_TIMEOUT]!;
      for (const key of Object.keys(ROW) as (keyof typeof ROW)[]) packed[i * ROW_SIZE + ROW[key]] = row[key];
    });
    return packed;
  }

  private add(row: Partial<Row>): void {
    this.rows.push({ ...EMPTY, ...row });
  }

  private pause(us: number, line: number): void {
    let left = us;
    do {
      this.add({ OP: OP.PAUSE, TIME_US: Math.min(left, MAX_ROW_US), LADDER: line });
      left -= MAX_ROW_US;
    } while (left > 0);
  }

  private send(step: MessageStep, index: number): void {
    const choice = step.choices[0]!;
    const next = choice.next === index + 1 ? NONE : choice.next;
    // RFC 3261 §17.2.1, §17.1.1.3: a 100 and the ACK of a 300–699 are sent by the transaction, not by its user.
    if (choice.byTransaction) {
      if (next !== NONE) this.add({ OP: OP.GOTO, NEXT: next, LADDER: choice.line });
      return;
    }
    this.add({
      OP: OP.SEND,
      METHOD: choice.method,
      STATUS_LO: choice.status === 0 ? NONE : choice.status,
      STATUS_HI: choice.status === 0 ? NONE : choice.status,
      FLAGS: choice.reliable ? FLAG.RELIABLE : 0,
      NEXT: next,
      MESSAGE: this.message(choice),
      LEG: choice.leg,
      LADDER: choice.line,
    });
  }

  private receive(step: MessageStep, index: number): void {
    // Optional with its answer skipped: one more row stands between, so both ways are told apart by NEXT.
    const skips = step.optional && step.absent !== index + 1;
    const first = this.rows.length;
    const waits = this.waits(step);
    for (const choice of step.choices) {
      const all: Partial<Row> = {
        METHOD: choice.method,
        FLAGS: (choice.reliable ? FLAG.RELIABLE : 0) | (step.optional ? FLAG.OPTIONAL : 0) | FLAG.ALTERNATIVE,
        NEXT: choice.next,
        TIME_US: waits.timeoutUs,
        ON_TIMEOUT: waits.onTimeout,
        LADDER: choice.line,
        LEG: choice.leg,
        WHERE: this.condition(choice),
        ...this.capture(choice),
      };
      if (choice.kind === 'request') this.add({ ...all, OP: OP.RECV_REQUEST });
      for (const [lo, hi] of choice.ranges) this.add({ ...all, OP: OP.RECV_RESPONSE, STATUS_LO: lo, STATUS_HI: hi });
    }
    // The last alternative is the one that must come when the others have not.
    this.rows.at(-1)!.FLAGS &= ~FLAG.ALTERNATIVE;
    if (skips) this.add({ OP: OP.GOTO, NEXT: step.absent, LADDER: this.rows[first]!.LADDER });
  }

  /** The step whose limit holds while this one is waited for: an optional one without a limit shares that of the next. */
  private waits(step: MessageStep): MessageStep {
    const { steps } = this.flow;
    let at = step;
    for (let gone = 0; gone < steps.length && at.optional && at.timeoutUs === NONE; gone++) {
      const next = steps[nextMessage(steps, at.absent)];
      if (next?.kind !== 'message' || next.from !== step.from) break;
      at = next;
    }
    return at;
  }

  private message(choice: Choice): number {
    const key = `${choice.line} ${choice.method}`;
    const known = this.messageOf.get(key);
    if (known !== undefined) return known;
    const hold = String(this.holdUs / 1e6);
    const { kind, method, status, reason, reliable, line, body, leg } = choice;
    this.messages.push({
      kind,
      method,
      status,
      reason,
      headers: choice.headers.map(([name, value]) => [name, replaceName(value, 'hold', hold)] as const),
      body: body?.kind === 'text' ? { kind: 'text', text: replaceName(body.text, 'hold', hold) } : body,
      reliable,
      ladder: line,
      ...(leg > 0 ? { leg } : {}),
    });
    this.messageOf.set(key, this.messages.length - 1);
    return this.messages.length - 1;
  }

  private condition({ where }: Choice): number {
    if (where.length === 0) return NONE;
    const known = this.conditions.indexOf(where);
    return known >= 0 ? known : this.conditions.push(where) - 1;
  }

  private capture(choice: Choice): Partial<Row> {
    if (choice.captures.length === 0) return {};
    let first = this.captureOf.get(choice.line);
    if (first === undefined) {
      first = this.captures.length;
      this.captureOf.set(choice.line, first);
      for (const { name, header, pattern } of choice.captures) {
        if (!this.variables.includes(name)) this.variables.push(name);
        this.captures.push({ variable: this.variables.indexOf(name), header, pattern });
      }
    }
    return { CAPTURE: first, CAPTURE_COUNT: choice.captures.length };
  }
}

/** The program of one end. */
export function compile(flow: Flow, role: Role, options: CompileOptions): Program {
  const { holdUs } = options;
  if (!Number.isSafeInteger(holdUs) || holdUs < 0) throw new RangeError(`holdUs: ${holdUs} is no length of time`);
  const compiler = new Compiler(flow, role, holdUs);
  const rows = compiler.run();
  const { messages, variables, captures, conditions } = compiler;
  const ladder: LadderLine[] = flow.lines.map(({ from, label, note, optional, line }) => ({
    from,
    label,
    note,
    optional,
    line,
  }));
  return {
    flow: flow.name,
    role,
    user: flow.user,
    credentials: flow.credentials,
    rows,
    messages,
    variables,
    captures,
    conditions,
    ladder,
  };
}
