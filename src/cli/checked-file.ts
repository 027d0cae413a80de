// A YAML or JSON file held against its validator: every fault at its line and column, with a mend. Knows no particular file.

import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { UsageError } from '../controller/usage-error.ts';
import { type Path, readDocument } from '../flow/document.ts';
import { nearest } from '../flow/nearest.ts';
import { formatProblem, type Problem } from '../flow/problem.ts';

export interface FileKind<T> {
  readonly schema: z.ZodType<T>;
  /** `a profile`. */
  readonly noun: string;
  /** Keys that may stand at a place. */
  readonly keysAt: (path: Path) => readonly string[];
  readonly mendOf: (path: Path) => string;
  /** Faults the schema cannot know. */
  readonly more?: (value: T) => readonly { readonly path: Path; readonly message: string; readonly mend: string }[];
}

export type Checked<T> =
  | { readonly value: T; readonly placeOf: (path: Path) => string }
  | { readonly problems: readonly Problem[] };

export function checkText<T>(text: string, file: string, kind: FileKind<T>): Checked<T> {
  const { value, problems } = readDocument(text, file);
  if (problems.failed) return { problems: problems.sorted() };
  if (value === null || value === undefined) {
    problems.add([], 'value', `${kind.noun} that says nothing`, kind.mendOf([]));
    return { problems: problems.sorted() };
  }
  const checked = kind.schema.safeParse(value);
  if (checked.success) {
    for (const { path, message, mend } of kind.more?.(checked.data) ?? []) problems.add(path, 'value', message, mend);
    if (problems.failed) return { problems: problems.sorted() };
    return { value: checked.data, placeOf: (path) => `${file}:${problems.placeOf(path)}` };
  }
  for (const issue of checked.error.issues) {
    const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      const known = kind.keysAt(path);
      for (const key of issue.keys) {
        const [near] = nearest(key, known);
        const mend = near === undefined ? `known here: ${known.join(', ')}` : `write ${near}`;
        problems.add([...path, key], 'key', `${kind.noun} has no ${[...path, key].join('.')}`, mend);
      }
    } else {
      const name = path.join('.') || kind.noun;
      const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
      problems.add(path, 'value', missing ? `${name} is missing` : `${name}: ${issue.message}`, kind.mendOf(path));
    }
  }
  return { problems: problems.sorted() };
}

/** @throws UsageError with one line for each fault */
export function checkedFile<T>(file: string, flag: string, kind: FileKind<T>): Extract<Checked<T>, { value: T }> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${flag} ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
  const checked = checkText(text, file, kind);
  if ('problems' in checked) throw new UsageError(checked.problems.map(formatProblem).join('\nbusyhour: '));
  return checked;
}
