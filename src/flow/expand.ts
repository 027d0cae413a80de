// From the steps of a file to the flat list of steps and the lines of the picture: repeats unrolled, labels resolved. The order of messages is not judged here.

import { METHOD, METHOD_NAMES } from '../sip/names.ts';
import { reasonPhrase } from '../sip/phrases.ts';
import type { Path, Problems } from './document.ts';
import { durationUs } from './duration.ts';
import { type FlowLine, HOLD_US, nextMessage, other, type Role } from './flow.ts';
import { type DraftChoice, readMessage } from './message.ts';
import { nearest } from './nearest.ts';
import type { EventFile, FlowStepFile, MessageFile, MessageStepFile } from './schema.ts';

const NONE = -1;

/** Most steps of a ladder with its repeats unrolled. */
export const MAX_STEPS = 2000;
/** Most dialogs of one call. */
const MAX_LEGS = 4;
/** TIME_US is a 32-bit count of microseconds. */
const MAX_TIMEOUT_US = 1800e6;
const MAX_PAUSE_US = 24 * 3600e6;

export interface DraftMessage {
  readonly kind: 'message';
  readonly path: Path;
  readonly from: Role;
  readonly choices: readonly DraftChoice[];
  readonly optional: boolean;
  readonly timeoutUs: number;
  readonly timeoutLabel: string | null;
  onTimeout: number;
  absent: number;
}
export interface DraftPause {
  readonly kind: 'pause';
  readonly path: Path;
  readonly line: number;
  readonly us: number;
}
export interface DraftGoto {
  readonly kind: 'goto';
  readonly path: Path;
  readonly line: number;
  readonly label: string;
  to: number;
}
export type DraftStep = DraftMessage | DraftPause | DraftGoto;

export interface Draft {
  readonly steps: DraftStep[];
  readonly lines: FlowLine[];
  readonly legs: readonly string[];
}

interface Label {
  readonly step: number;
  readonly path: Path;
  used: boolean;
}

class Expander {
  readonly steps: DraftStep[] = [];
  readonly lines: FlowLine[] = [];
  readonly labels = new Map<string, Label>();
  /** Names of the dialogs in order of appearance; the first is the one without. */
  readonly legs: string[] = [''];
  readonly problems: Problems;
  readonly dataColumns: readonly string[] | null;
  /** What was read in the first turn of a repeat serves the later turns too; by path. */
  private readonly read = new Map<string, { line: number; choices: DraftChoice[] }>();
  private repeats = 0;
  full = false;

  constructor(problems: Problems, dataColumns: readonly string[] | null) {
    this.problems = problems;
    this.dataColumns = dataColumns;
  }

  list(steps: readonly FlowStepFile[], path: Path): void {
    for (let i = 0; i < steps.length && !this.full; i++) this.step(steps[i]!, [...path, i]);
  }

  private step(step: FlowStepFile, path: Path): void {
    if ('caller' in step || 'callee' in step) this.message(step, path);
    else if ('anyOf' in step) this.anyOf(step, path);
    else if ('repeat' in step) this.repeat(step, path);
    else if ('pause' in step) this.pause(step, path);
    else if ('goto' in step) {
      const line = this.lineOnce({ kind: 'goto', from: null, label: `goto ${step.goto}` }, path);
      this.push({ kind: 'goto', path: [...path, 'goto'], line, label: step.goto, to: NONE }, path);
    } else {
      this.lineOnce({ kind: 'label', from: null, label: step.label }, path);
      this.label(step.label, [...path, 'label']);
    }
  }

  private push(step: DraftStep, path: Path): void {
    if (this.steps.length >= MAX_STEPS) {
      this.full = true;
      this.problems.add(
        path.slice(0, 2),
        'value',
        `the ladder has more than ${MAX_STEPS} steps when its repeats are unrolled`,
        'repeat less',
      );
      return;
    }
    this.steps.push(step);
  }

  private line(line: Pick<FlowLine, 'kind' | 'from' | 'label'> & Partial<FlowLine>, path: Path): number {
    this.lines.push({ note: '', optional: false, line: this.problems.lineOf(path), ...line });
    return this.lines.length - 1;
  }

  private lineOnce(line: Pick<FlowLine, 'kind' | 'from' | 'label'>, path: Path): number {
    const key = path.join('/');
    let known = this.read.get(key);
    if (known === undefined) {
      known = { line: this.line(line, path), choices: [] };
      this.read.set(key, known);
    }
    return known.line;
  }

  private label(name: string, path: Path): void {
    if (this.repeats > 0) {
      this.problems.add(
        path,
        'value',
        'a label cannot stand inside repeat: it would be there several times',
        'put it before or behind the repeat',
      );
      return;
    }
    const before = this.labels.get(name);
    if (before === undefined) this.labels.set(name, { step: this.steps.length, path, used: false });
    else this.problems.add(path, 'value', `the label ${name} stands twice`, 'give one of them another name');
  }

  private message(step: MessageStepFile, path: Path): void {
    if (step.label !== undefined) this.label(step.label, [...path, 'label']);
    const choices = this.choices(path, () => [this.choice(step, path)]);
    this.messageStep(choices, step, step.optional === true, path);
  }

  private choices(path: Path, make: () => DraftChoice[]): DraftChoice[] {
    const known = this.read.get(path.join('/'));
    if (known !== undefined) return known.choices;
    const choices = make();
    this.read.set(path.join('/'), { line: NONE, choices });
    return choices;
  }

  private choice(step: MessageStepFile, path: Path): DraftChoice {
    const from: Role = 'caller' in step ? 'caller' : 'callee';
    const given = 'caller' in step ? step.caller : (step as { callee: EventFile }).callee;
    const line = this.line(
      { kind: 'message', from, label: labelOf(given, step), note: noteOf(step), optional: step.optional === true },
      path,
    );
    return readMessage(from, given, step, path, line, this.leg(step, path), this.dataColumns, this.problems);
  }

  private leg({ leg = '' }: MessageFile, path: Path): number {
    const known = this.legs.indexOf(leg);
    if (known >= 0) return known;
    if (this.legs.length === MAX_LEGS)
      this.problems.add([...path, 'leg'], 'value', `more than ${MAX_LEGS} dialogs in a call`, 'make two flows of it');
    return this.legs.push(leg) - 1;
  }

  private messageStep(
    choices: readonly DraftChoice[],
    waits: Pick<MessageFile, 'timeout' | 'onTimeout'>,
    optional: boolean,
    path: Path,
  ): void {
    if (waits.onTimeout !== undefined && waits.timeout === undefined)
      this.problems.add([...path, 'onTimeout'], 'key', 'onTimeout has no timeout', 'add for example timeout: 2s');
    const timeoutUs = waits.timeout === undefined ? NONE : durationUs(waits.timeout);
    if (timeoutUs === 0 || timeoutUs > MAX_TIMEOUT_US)
      this.problems.add(
        [...path, 'timeout'],
        'value',
        `${waits.timeout} is no time to wait`,
        'write more than 0 and at most 30m',
      );
    this.push(
      {
        kind: 'message',
        path,
        from: choices[0]!.from,
        // Each turn of a repeat has its own copy: where it goes on differs.
        choices: choices.map((choice) => ({ ...choice })),
        optional,
        timeoutUs,
        timeoutLabel: waits.onTimeout ?? null,
        onTimeout: NONE,
        absent: NONE,
      },
      path,
    );
  }

  private anyOf(step: Extract<FlowStepFile, { anyOf: unknown }>, path: Path): void {
    if (step.label !== undefined) this.label(step.label, [...path, 'label']);
    const choices = this.choices(path, () => {
      this.line({ kind: 'anyOf', from: null, label: 'any of these', note: noteOf(step) }, path);
      const made = step.anyOf.map((one, i) => this.alternative(one, [...path, 'anyOf', i]));
      this.line({ kind: 'close', from: null, label: 'end of these' }, path);
      const other = made.findIndex(({ from }) => from !== made[0]!.from);
      if (other > 0)
        this.problems.add(
          [...path, 'anyOf', other, made[other]!.from],
          'key',
          'the messages of anyOf have different senders',
          `write ${made[0]!.from}:`,
        );
      return made;
    });
    this.messageStep(choices, step, false, path);
  }

  private alternative(step: MessageStepFile, path: Path): DraftChoice {
    for (const key of ['optional', 'timeout', 'onTimeout', 'label'] as const)
      if (step[key] !== undefined)
        this.problems.add(
          [...path, key],
          'key',
          `${key} cannot stand in a message of anyOf`,
          key === 'optional' ? 'leave it out' : 'put it beside anyOf',
        );
    return this.choice(step, path);
  }

  private repeat(step: Extract<FlowStepFile, { repeat: number }>, path: Path): void {
    const first = !this.read.has(path.join('/'));
    this.lineOnce({ kind: 'repeat', from: null, label: `${step.repeat} times` }, path);
    this.repeats++;
    for (let turn = 0; turn < step.repeat && !this.full; turn++) {
      const before = this.steps.length;
      this.list(step.steps, [...path, 'steps']);
      if (this.steps.length === before) break; // nothing but labels, told elsewhere
    }
    this.repeats--;
    if (first) this.line({ kind: 'close', from: null, label: `end of ${step.repeat} times` }, path);
  }

  private pause(step: { readonly pause: string }, path: Path): void {
    const us = step.pause === 'hold' ? HOLD_US : durationUs(step.pause);
    if (us > MAX_PAUSE_US)
      this.problems.add([...path, 'pause'], 'value', `${step.pause} is too long`, 'write at most 24h');
    const line = this.lineOnce({ kind: 'pause', from: null, label: `pause ${step.pause}` }, path);
    this.push({ kind: 'pause', path, line, us }, path);
  }

  /** The step a label stands for, or NONE with a problem. */
  private target(name: string, path: Path): number {
    const label = this.labels.get(name);
    if (label === undefined) {
      const near = nearest(name, [...this.labels.keys()]);
      const mend = near.length > 0 ? `write ${near.join(' or ')}` : `add the step - label: ${name}`;
      this.problems.add(path, 'value', `no label is called ${name}`, mend);
      return NONE;
    }
    label.used = true;
    return label.step;
  }

  /** Fills in where each step goes on. */
  resolve(): void {
    this.steps.forEach((step, i) => {
      if (step.kind === 'goto') step.to = this.target(step.label, step.path);
      if (step.kind !== 'message') return;
      for (const choice of step.choices)
        choice.next = choice.goto === null ? i + 1 : this.target(choice.goto, [...choice.path, 'goto']);
      if (step.timeoutLabel !== null) step.onTimeout = this.target(step.timeoutLabel, [...step.path, 'onTimeout']);
      step.absent = step.optional ? this.withoutRequest(step, i) : i + 1;
    });
    const first = this.steps[nextMessage(this.steps, 0)];
    if (first?.kind === 'message' && first.optional)
      this.problems.add(
        [...first.path, 'optional'],
        'key',
        'the first message cannot be optional',
        'leave optional out',
      );
    if (!this.problems.failed) for (const step of this.steps) if (step.kind === 'message') this.checkWait(step);
    for (const [name, { path, used }] of this.labels)
      if (!used) this.problems.add(path, 'value', `nothing goes to the label ${name}`, 'remove it', 'warning');
  }

  /** An optional message right before an act of its receiver is not waited for, unless it says how long. */
  private checkWait(step: DraftMessage): void {
    let at = step;
    for (let gone = 0; gone < this.steps.length; gone++) {
      if (!at.optional || at.timeoutUs !== NONE || at.absent === NONE) return;
      const next = this.steps[nextMessage(this.steps, at.absent)];
      if (next?.kind !== 'message' || next.from !== step.from) break;
      at = next;
    }
    const { path } = step;
    this.problems.add(
      [...path, 'optional'],
      'key',
      `the ${other(step.from)} does not wait for this optional message: what follows is its own act`,
      'add for example timeout: 1s',
    );
  }

  /** Where the receiver of an optional message goes on without it: behind the answer, which does not come either. */
  private withoutRequest(step: DraftMessage, index: number): number {
    const { kind, method, path, goto } = step.choices[0]!;
    if (kind === 'response' || method === METHOD.ACK || goto !== null) return index + 1;
    for (let i = index + 1; i < this.steps.length; i++) {
      const answer = this.steps[i]!;
      if (answer.kind !== 'message' || answer.from === step.from || answer.choices.length > 1) break;
      const [response] = answer.choices;
      if (response!.leg !== step.choices[0]!.leg) break;
      if (response!.kind !== 'response' || (response!.of !== NONE && response!.of !== method)) break;
      if (response!.status < 200) continue;
      const ack = this.steps[i + 1];
      const acked = method === METHOD.INVITE && ack?.kind === 'message' && ack.choices[0]!.method === METHOD.ACK;
      return i + (acked ? 2 : 1);
    }
    this.problems.add(
      [...path, 'optional'],
      'key',
      `the optional ${METHOD_NAMES[method]} is not followed by its answer`,
      'put its final response, by the other side, directly below',
    );
    return index + 1;
  }
}

function labelOf(given: EventFile, message: MessageFile): string {
  if (typeof given === 'number') return `${given} ${message.reason ?? reasonPhrase(given)}`;
  return typeof given === 'string' ? given : (given as readonly number[]).join(' or ');
}

function noteOf(message: MessageFile): string {
  const notes: string[] = message.leg === undefined ? [] : [message.leg];
  if (message.of !== undefined) notes.push(`of ${message.of}`);
  if (message.reliable === true) notes.push('reliable');
  if (message.optional === true) notes.push('optional');
  if (message.body === 'sdp-offer' || message.body === 'sdp-answer') notes.push(message.body.replace('-', ' '));
  if (message.timeout !== undefined) notes.push(`within ${message.timeout}`);
  if (message.onTimeout !== undefined) notes.push(`else goto ${message.onTimeout}`);
  if (message.goto !== undefined) notes.push(`goto ${message.goto}`);
  return notes.join(', ');
}

export function expand(
  ladder: readonly FlowStepFile[],
  dataColumns: readonly string[] | null,
  problems: Problems,
): Draft {
  const expander = new Expander(problems, dataColumns);
  expander.list(ladder, ['ladder']);
  if (!expander.full) expander.resolve();
  return { steps: expander.steps, lines: expander.lines, legs: expander.legs };
}
