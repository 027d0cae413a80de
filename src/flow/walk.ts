// Walks every path of a ladder, over optional messages, alternatives, timeouts and gotos. Which message is right in its place is order.ts.

import type { Problems } from './document.ts';
import type { DraftMessage, DraftStep } from './expand.ts';
import { nextMessage, other } from './flow.ts';
import type { DraftChoice } from './message.ts';
import { Order, type Situation, START } from './order.ts';

const NONE = -1;

/** One for each dialog of the call. */
type Situations = readonly Situation[];

function late(all: Situations): Situations {
  return all.map((now) => ({ ...now, late: true }));
}

function overlap(a: DraftChoice, b: DraftChoice): boolean {
  if (a.kind !== b.kind || a.method !== b.method || a.leg !== b.leg || a.where.length > 0) return false;
  return a.kind === 'request' || a.ranges.some(([lo, hi]) => b.ranges.some(([low, high]) => lo <= high && low <= hi));
}

class Walk {
  private readonly steps: readonly DraftStep[];
  private readonly problems: Problems;
  /** Per step (and the end): the situations it was reached in, with the variables surely captured by then. */
  private readonly reached: Map<string, ReadonlySet<string>>[];
  private readonly work: { step: number; now: Situations; captured: ReadonlySet<string> }[] = [];
  /** Situations at the end of the ladder: judged last, and only when nothing else is wrong. */
  private readonly ends: Situations[] = [];
  private readonly start: Situations;
  private readonly order: Order;
  private readonly variables: ReadonlySet<string>;

  constructor(steps: readonly DraftStep[], legs: number, problems: Problems) {
    this.start = Array.from({ length: legs }, () => START);
    this.steps = steps;
    this.problems = problems;
    this.order = new Order(problems);
    this.reached = Array.from({ length: steps.length + 1 }, () => new Map());
    const names = new Set<string>();
    for (const step of steps)
      if (step.kind === 'message')
        for (const choice of step.choices)
          for (const { name } of choice.captures) names.add(`${other(step.from)} ${name}`);
    this.variables = names;
  }

  run(): void {
    this.enter(0, this.start, new Set());
    for (let next = this.work.pop(); next !== undefined; next = this.work.pop()) {
      const { step: index, now, captured } = next;
      const step = this.steps[index];
      if (step === undefined) this.ends.push(now);
      else if (step.kind === 'pause') this.enter(index + 1, now, captured);
      else if (step.kind === 'goto') this.enter(step.to, now, captured);
      else this.message(step, now, captured);
    }
    if (this.problems.failed) return;
    this.ends.sort((a, b) => Number(a[0]!.late) - Number(b[0]!.late));
    for (const all of this.ends) for (const now of all) this.order.end(now, this.steps.at(-1)!.path);
    this.unreachable();
    for (const step of this.steps) if (step.kind === 'message' && step.optional) this.ambiguous(step);
  }

  /** An optional message that also fits a later one of the same wait takes its place when only one comes. */
  private ambiguous(step: DraftMessage): void {
    const [mine] = step.choices;
    let at = step;
    for (let gone = 0; gone < this.steps.length && at.optional; gone++) {
      const next = this.steps[nextMessage(this.steps, at.absent)];
      if (next?.kind !== 'message' || next.from !== step.from) return;
      at = next;
    }
    if (at.optional || !at.choices.some((choice) => overlap(mine!, choice))) return;
    this.problems.add(
      [...step.path, 'optional'],
      'key',
      `when one message comes, it is taken for this optional one and not for line ${this.problems.lineOf(at.path)}`,
      'leave this step out, or give the two different statuses',
      'warning',
    );
  }

  private enter(step: number, now: Situations, captured: ReadonlySet<string>): void {
    if (step === NONE) return;
    const key = JSON.stringify(now);
    const known = this.reached[step]!;
    const before = known.get(key);
    const sure = before === undefined ? captured : new Set([...before].filter((name) => captured.has(name)));
    if (before !== undefined && sure.size === before.size) return;
    known.set(key, sure);
    this.work.push({ step, now, captured: sure });
  }

  private message(step: DraftMessage, now: Situations, captured: ReadonlySet<string>): void {
    if (step.timeoutUs !== NONE && !now.some(({ begun }) => begun))
      this.problems.add([...step.path, 'timeout'], 'key', 'nobody waits for the first message', 'leave timeout out');
    if (step.onTimeout !== NONE) this.enter(step.onTimeout, late(now), captured);
    if (step.optional) this.enter(step.absent, now, captured);
    for (const choice of step.choices) {
      this.checkUses(choice, captured);
      const before = now[choice.leg]!;
      const after =
        choice.kind === 'request' ? this.order.request(choice, before) : this.order.response(choice, before);
      const kept = new Set(captured);
      for (const { name } of choice.captures) kept.add(`${other(step.from)} ${name}`);
      this.enter(choice.next, now.with(choice.leg, after), kept);
    }
  }

  private checkUses(choice: DraftChoice, captured: ReadonlySet<string>): void {
    for (const { name, path } of choice.uses) {
      if (captured.has(`${choice.from} ${name}`)) continue;
      if (this.variables.has(`${choice.from} ${name}`))
        this.problems.add(
          path,
          'value',
          `{{${name}}} is used before it is surely captured`,
          'capture it in an earlier message that is not optional',
        );
      else if (this.variables.has(`${other(choice.from)} ${name}`))
        this.problems.add(
          path,
          'value',
          `{{${name}}} is captured by the ${other(choice.from)}, and the ${choice.from} sends this`,
          `capture it in a message of the ${other(choice.from)}`,
        );
    }
  }

  private unreachable(): void {
    if (this.reached.at(-1)!.size === 0) {
      this.problems.add(
        ['ladder'],
        'key',
        'the ladder never ends',
        'leave its loop with a goto in anyOf, or with onTimeout',
      );
      return;
    }
    const alive = new Set<string>();
    this.steps.forEach((step, i) => {
      if (this.reached[i]!.size > 0) alive.add(step.path.join('/'));
    });
    // One warning for a whole stretch of dead steps: the first of them.
    let dead = false;
    for (const { path } of this.steps) {
      const lives = alive.has(path.join('/'));
      if (!lives && !dead)
        this.problems.add(
          path,
          'value',
          'nothing leads to this step',
          'remove it, or put a label before it and go there',
          'warning',
        );
      dead = !lives;
    }
  }
}

/** Judges the order of messages, and fills in what each response answers and who sends each ACK. */
export function walk(steps: readonly DraftStep[], legs: number, problems: Problems): void {
  new Walk(steps, legs, problems).run();
}
