// Files of known failures and of required ids: read with the place of each line, and written. Judges nothing.

import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { baselineSchema, type GateFiles, type Known, requireSchema } from '../conformance/baseline.ts';
import { UsageError } from '../controller/usage-error.ts';
import type { Path } from '../flow/document.ts';
import { type Checked, checkedFile, checkText, type FileKind } from './checked-file.ts';

const ENTRY = '{ id: rfc3261/8.2.2.3/require-unknown-420, reason: "mended in 3.2", expires: 2027-03-31 }';

/** Ids that stand twice, at their second place. */
function twice(ids: readonly string[], path: (i: number) => Path) {
  return ids.flatMap((id, i) =>
    ids.indexOf(id) === i ? [] : [{ path: path(i), message: `${id} stands twice`, mend: 'keep one of the two' }],
  );
}

const BASELINE: FileKind<z.output<typeof baselineSchema>> = {
  schema: baselineSchema,
  noun: 'a baseline',
  keysAt: (path) => (path.length === 0 ? ['known'] : ['id', 'reason', 'link', 'expires']),
  mendOf: (path) => {
    if (path.at(-1) === 'expires') return 'a day such as 2027-03-31';
    if (path.at(-1) === 'reason') return 'say why the failure is borne';
    return path.length < 2 ? `known: and below it a list such as - ${ENTRY}` : `such as ${ENTRY}`;
  },
  more: ({ known }) =>
    twice(
      known.map(({ id }) => id),
      (i) => ['known', i, 'id'],
    ),
};

const REQUIRE: FileKind<string[]> = {
  schema: requireSchema,
  noun: 'a list of required ids',
  keysAt: () => [],
  mendOf: () => 'a list of ids, each as - rfc3261/8.2.2.3/require-unknown-420',
  more: (ids) => twice(ids, (i) => [i]),
};

export function checkBaseline(text: string, file: string): Checked<unknown> {
  return checkText(text, file, BASELINE);
}

export function checkRequired(text: string, file: string): Checked<unknown> {
  return checkText(text, file, REQUIRE);
}

/** @throws UsageError with one line for each fault */
export function gateFilesFrom(baseline: string | undefined, required: string | undefined): GateFiles {
  const known = baseline === undefined ? null : checkedFile(baseline, '--baseline', BASELINE);
  const must = required === undefined ? null : checkedFile(required, '--require', REQUIRE);
  return {
    known: known?.value.known.map((entry, i) => ({ entry, place: known.placeOf(['known', i, 'id']) })) ?? [],
    required: must?.value.map((entry, i) => ({ entry, place: must.placeOf([i]) })) ?? [],
  };
}

/** Told before the run, not after it. @throws UsageError when the file cannot be written */
export function refuseUnwritable(file: string): void {
  try {
    if (existsSync(file) && statSync(file).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): UsageError {
  return new UsageError(
    `--write-baseline ${file} cannot be written (${(error as NodeJS.ErrnoException).code}); check the path`,
  );
}

/** JSON where the name ends so, YAML else. @throws UsageError when it cannot be written */
export function writeBaseline(file: string, known: readonly Known[]): void {
  const text = file.endsWith('.json') ? `${JSON.stringify({ known }, null, 2)}\n` : yamlOf(known);
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function yamlOf(known: readonly Known[]): string {
  const head =
    '# Known failures, for busyhour conform --baseline. Give each its reason; link and expires are optional.\n';
  return `${head}${stringify({ known }, { lineWidth: 0 })}`;
}
