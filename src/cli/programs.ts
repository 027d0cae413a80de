// Flows from the command line to programs: found, checked, compiled. Errors name file, line, column and the mend.

import { UsageError } from '../controller/usage-error.ts';
import { compile } from '../flow/compile.ts';
import { findFlow } from '../flow/find.ts';
import type { Flow } from '../flow/flow.ts';
import { formatProblem } from '../flow/problem.ts';
import type { Program } from '../flow/program.ts';

export function flowOf(name: string): Flow {
  const found = findFlow(name);
  if ('problems' in found) throw new UsageError(found.problems.map(formatProblem).join('\nbusyhour: '));
  for (const warning of found.warnings) process.stderr.write(`${formatProblem(warning)}\n`);
  return found.flow;
}

export function programOf(name: string, role: 'caller' | 'callee', holdUs: number): Program {
  return compile(flowOf(name), role, { holdUs });
}
