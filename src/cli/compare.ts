// `busyhour compare`: runs read from their folders, judged side by side, written and printed. Runs nothing.

import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { compareResults } from '../conformance/compare.ts';
import { judgeComparison, type NamedRun } from '../controller/comparing.ts';
import { type Change, parseChange, ThresholdError } from '../controller/texts.ts';
import { UsageError } from '../controller/usage-error.ts';
import { caseResults } from '../report/cases.ts';
import { type Comparison, comparisonText } from '../report/comparison.ts';
import { colorWanted } from '../report/paint.ts';
import { readSummary, writeComparison } from '../report/write.ts';
import { outFolder } from './values.ts';
import { readVersion } from './version.ts';

export interface CompareFlags {
  readonly failOn?: string[];
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function compare(paths: readonly string[], o: CompareFlags): Promise<void> {
  if (paths.length < 2) throw new UsageError('compare needs two runs or more: busyhour compare DIR DIR');
  const changes = (o.failOn ?? []).map(changeOf);
  const folders = await Promise.all(paths.map(folderOf));
  const summaries = await Promise.all(folders.map(readSummary));
  const names = namesOf(
    summaries.map((summary, i) => summary.conformance.server || basename(folders[i]!)),
    folders,
  );
  const runs: NamedRun[] = summaries.map((summary, i) => ({ name: names[i]!, summary }));
  const judged = judgeComparison(runs, changes);
  const comparison: Comparison = {
    schemaVersion: 1,
    runs: runs.map(({ name, summary: { target, verdict, startedAt } }, i) => ({
      name,
      folder: folders[i]!,
      target,
      verdict,
      startedAt,
    })),
    ...judged,
    notes: [...judged.notes, ...sameFolders(names, folders)],
    cases: summaries.every(({ conformance }) => conformance.cases > 0)
      ? compareResults(summaries.map(caseResults))
      : [],
  };
  const files = await writeComparison(outFolder(o.out, 'compare'), comparison, readVersion());
  const color = colorWanted(process.env, process.stderr.isTTY === true);
  if (o.quiet !== true) process.stderr.write(comparisonText(comparison, { color, files }));
  if (o.json === true) process.stdout.write(`${JSON.stringify(comparison, null, 2)}\n`);
  process.exitCode = comparison.exitCode;
}

/** A run is named by its folder, or by the summary.json in it. */
async function folderOf(path: string): Promise<string> {
  const file = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (file && basename(path) !== 'summary.json')
    throw new UsageError(`${path} is no run; name the folder of one, or its summary.json`);
  return resolve(file ? dirname(path) : path);
}

/** A name that two runs share gets the folder with it, and a number where that is the same too. */
function namesOf(names: readonly string[], folders: readonly string[]): string[] {
  const shared = (all: readonly string[], name: string) => all.indexOf(name) !== all.lastIndexOf(name);
  const long = names.map((name, i) =>
    shared(names, name) && name !== basename(folders[i]!) ? `${name} (${basename(folders[i]!)})` : name,
  );
  return long.map((name, i) => (shared(long, name) ? `${name} ${i + 1}` : name));
}

/** A folder given twice is most likely a slip: there is nothing to compare. */
function sameFolders(names: readonly string[], folders: readonly string[]): string[] {
  return folders.flatMap((folder, i) => {
    const first = folders.indexOf(folder);
    return first === i ? [] : [`${names[first]!} and ${names[i]!} are one and the same run: ${folder}`];
  });
}

function changeOf(text: string): Change {
  try {
    return parseChange(text);
  } catch (error) {
    if (error instanceof ThresholdError) throw new UsageError(error.message.replace(/^threshold/, '--fail-on'));
    throw error;
  }
}
