// `busyhour validate`: flow files, mix files and profiles checked without traffic.

import { readFileSync } from 'node:fs';
import { findMix } from '../flow/find.ts';
import { loadFlow } from '../flow/load.ts';
import { formatProblem, type Problem } from '../flow/problem.ts';
import { isProfile, loadProfile } from './profile.ts';

export function validate(files: readonly string[]): void {
  for (const file of files) {
    const mixed = findMix(file);
    if (mixed !== null) {
      tell('problems' in mixed ? mixed.problems : mixed.warnings);
      if ('problems' in mixed) process.exitCode = 2;
      else process.stdout.write(`${file}: ok (mix ${mixed.mix.name})\n`);
      continue;
    }
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
        tell(loaded.problems);
        process.exitCode = 2;
      } else process.stdout.write(`${file}: ok (profile)\n`);
      continue;
    }
    const found = loadFlow(text, file);
    tell('problems' in found ? found.problems : found.warnings);
    if ('problems' in found) process.exitCode = 2;
    else process.stdout.write(`${file}: ok (flow ${found.flow.name})\n`);
  }
}

function tell(problems: readonly Problem[]): void {
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
}
