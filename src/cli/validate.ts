// `busyhour validate`: flow files, mix files, profiles, baselines and lists of required ids checked without traffic.

import { readFileSync } from 'node:fs';
import { findMix } from '../flow/find.ts';
import { loadFlow } from '../flow/load.ts';
import { formatProblem, type Problem } from '../flow/problem.ts';
import { checkBaseline, checkRequired } from './baseline.ts';
import { loadProfile } from './profile.ts';

type Found = { readonly problems: readonly Problem[]; readonly failed: boolean; readonly what: string };

/** What a file is by the keys that only it has: flow, baseline, list of ids; a profile has none that it must have. */
export function kindOf(text: string): 'flow' | 'baseline' | 'required' | 'profile' {
  if (/^(?:flow|ladder)\s*:|^[\s{]*["'](?:flow|ladder)["']\s*:/m.test(text)) return 'flow';
  if (/^known\s*:|^[\s{]*["']known["']\s*:/m.test(text)) return 'baseline';
  return /^\s*(?:#[^\n]*\s+)*(?:- |\[)/.test(text) ? 'required' : 'profile';
}

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
    const { problems, failed, what } = check(text, file);
    tell(problems);
    if (failed) process.exitCode = 2;
    else process.stdout.write(`${file}: ok (${what})\n`);
  }
}

function check(text: string, file: string): Found {
  const kind = kindOf(text);
  if (kind === 'flow') {
    const found = loadFlow(text, file);
    return 'problems' in found
      ? { problems: found.problems, failed: true, what: '' }
      : { problems: found.warnings, failed: false, what: `flow ${found.flow.name}` };
  }
  const checked =
    kind === 'profile'
      ? loadProfile(text, file)
      : kind === 'baseline'
        ? checkBaseline(text, file)
        : checkRequired(text, file);
  const what = kind === 'required' ? 'required ids' : kind;
  return 'problems' in checked
    ? { problems: checked.problems, failed: true, what }
    : { problems: [], failed: false, what };
}

function tell(problems: readonly Problem[]): void {
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
}
