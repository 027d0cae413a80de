// Flows from the command line to programs: found, checked, compiled. Errors name file, line, column and the mend.

import { UsageError } from '../controller/usage-error.ts';
import { compile } from '../flow/compile.ts';
import { findFlow, findMix } from '../flow/find.ts';
import { type Flow, needsStore } from '../flow/flow.ts';
import type { Mix, MixedFlow } from '../flow/mix.ts';
import { formatProblem, type Problem } from '../flow/problem.ts';
import type { Program } from '../flow/program.ts';
import { REFERENCE_PROGRAM } from '../flow/reference-program.ts';

/** A flow found and checked; its warnings are printed. Read it once. */
export function flowOf(name: string, dataColumns?: readonly string[]): Flow {
  const found = findFlow(name, dataColumns === undefined ? {} : { dataColumns });
  if ('problems' in found) throw new UsageError(found.problems.map(formatProblem).join('\nbusyhour: '));
  warn(found.warnings);
  return found.flow;
}

/** What load plays: a flow by itself, or the mix of a file. */
export function mixOf(
  name: string,
  dataColumns?: readonly string[],
): Pick<Mix, 'name' | 'flows' | 'order' | 'register'> {
  const found = findMix(name, dataColumns === undefined ? {} : { dataColumns });
  if (found === null) {
    const flow = flowOf(name, dataColumns);
    const flows: MixedFlow[] = [{ name: flow.name, flow, holdUs: null, share: 1 }];
    return { name: flow.name, flows, order: new Uint8Array(1), register: null };
  }
  if ('problems' in found) throw new UsageError(found.problems.map(formatProblem).join('\nbusyhour: '));
  warn(found.warnings);
  return found.mix;
}

function warn(warnings: readonly Problem[]): void {
  for (const warning of warnings) process.stderr.write(`${formatProblem(warning)}\n`);
}

/** Both ends of a flow without its holds, for the warm-up of the workers; the reference server where no ladder can play the other end. */
export function rehearsalOf(flow: Flow): { caller: Program; callee: Program } {
  const callee = needsStore(flow) ? REFERENCE_PROGRAM : compile(flow, 'callee', { holdUs: 0 });
  return { caller: compile(flow, 'caller', { holdUs: 0 }), callee };
}
