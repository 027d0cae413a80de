// `busyhour validate`: flow files and profiles checked without traffic.

import { readFileSync } from 'node:fs';
import { loadFlow } from '../flow/load.ts';
import { formatProblem } from '../flow/problem.ts';
import { isProfile, loadProfile } from './profile.ts';

export function validate(files: readonly string[]): void {
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      process.stderr.write(
        `busyhour: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path\n`,
      );
      process.exitCode = 2;
      continue;
    }
    if (isProfile(text)) {
      const loaded = loadProfile(text, file);
      if ('problems' in loaded) {
        for (const problem of loaded.problems) process.stderr.write(`${formatProblem(problem)}\n`);
        process.exitCode = 2;
      } else process.stdout.write(`${file}: ok (profile)\n`);
      continue;
    }
    const found = loadFlow(text, file);
    const problems = 'problems' in found ? found.problems : found.warnings;
    for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
    if ('problems' in found) process.exitCode = 2;
    else process.stdout.write(`${file}: ok (flow ${found.flow.name})\n`);
  }
}
