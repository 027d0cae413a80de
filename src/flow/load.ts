// A flow file from its text: checked, or with every problem at its line and column. Reads no file and sends nothing.

import type { Problems } from './document.ts';
import { readDocument } from './document.ts';
import { type DraftStep, expand } from './expand.ts';
import type { Flow, FlowStep } from './flow.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import { checkShape } from './shape.ts';
import { SUBSTITUTIONS } from './substitute.ts';
import { walk } from './walk.ts';

/** Most variables of a flow; the engine has as many fields. */
const MAX_VARIABLES = 24;

export interface LoadOptions {
  /** Columns of the data file, for `{{data.COLUMN}}`; none given: no data file. */
  readonly dataColumns?: readonly string[];
}

export type Loaded =
  | { readonly flow: Flow; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

export function loadFlow(text: string, file: string, options: LoadOptions = {}): Loaded {
  const { value, problems } = readDocument(text, file);
  const shaped = problems.failed ? null : checkShape(value, problems);
  if (shaped === null) return { problems: problems.sorted() };
  const { steps, lines, legs } = expand(shaped.ladder, options.dataColumns ?? null, problems);
  const variables = checkNames(steps, problems);
  if (steps.every(({ kind }) => kind !== 'message'))
    problems.add(['ladder'], 'value', 'the ladder has no message', 'add for example - caller: INVITE');
  // The walk needs whole messages and known labels.
  if (!problems.failed) walk(steps, legs.length, problems);
  const found = problems.sorted();
  if (problems.failed) return { problems: found };
  const { flow: name, title, description = '', user = '', credentials = null } = shaped;
  return {
    flow: { name, title, description, user, credentials, file, lines, steps: steps.map(plain), variables, legs },
    warnings: found,
  };
}

function checkNames(steps: readonly DraftStep[], problems: Problems): string[] {
  const captured = new Set<string>();
  for (const step of steps)
    if (step.kind === 'message')
      for (const { captures, path } of step.choices)
        for (const { name } of captures) {
          captured.add(name);
          if (captured.size === MAX_VARIABLES + 1)
            problems.add(
              [...path, 'capture', name],
              'key',
              `the flow captures more than ${MAX_VARIABLES} values`,
              'capture fewer',
            );
        }
  const known = [...SUBSTITUTIONS, ...captured];
  for (const step of steps)
    if (step.kind === 'message')
      for (const { uses } of step.choices)
        for (const { name, path } of uses) {
          if (captured.has(name)) continue;
          const [near] = nearest(name, known);
          const mend = near === undefined ? `known: ${known.join(', ')}` : `write {{${near}}}`;
          problems.add(path, 'value', `nothing gives {{${name}}}`, mend);
        }
  return [...captured];
}

function plain(step: DraftStep): FlowStep {
  if (step.kind === 'pause') return { kind: 'pause', line: step.line, us: step.us };
  if (step.kind === 'goto') return { kind: 'goto', line: step.line, to: step.to };
  const { kind, from, optional, timeoutUs, onTimeout, absent } = step;
  const choices = step.choices.map(({ path: _p, from: _f, of: _o, goto: _g, uses: _u, ...choice }) => choice);
  return { kind, from, choices, optional, timeoutUs, onTimeout, absent };
}
