// Flows from the command line to programs: found, checked, compiled. Errors name file, line, column and the mend.

import { UsageError } from '../controller/usage-error.ts';
import { compile } from '../flow/compile.ts';
import { findFlow } from '../flow/find.ts';
import { type Flow, needsStore } from '../flow/flow.ts';
import { formatProblem } from '../flow/problem.ts';
import type { Program } from '../flow/program.ts';
import { REFERENCE_PROGRAM } from '../flow/reference-program.ts';

/** A flow found and checked; its warnings are printed. Read it once. */
export function flowOf(name: string, dataColumns?: readonly string[]): Flow {
  const found = findFlow(name, dataColumns === undefined ? {} : { dataColumns });
  if ('problems' in found) throw new UsageError(found.problems.map(formatProblem).join('\nbusyhour: '));
  for (const warning of found.warnings) process.stderr.write(`${formatProblem(warning)}\n`);
  return found.flow;
}

/** Both ends of a flow without its holds, for the warm-up of the workers; the reference server where no ladder can play the other end. */
export function rehearsalOf(flow: Flow): { caller: Program; callee: Program } {
  const callee = needsStore(flow) ? REFERENCE_PROGRAM : compile(flow, 'callee', { holdUs: 0 });
  return { caller: compile(flow, 'caller', { holdUs: 0 }), callee };
}
