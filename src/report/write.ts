// Writes a run folder: each file whole or not at all. The only file of this room that touches a disk.

import { appendFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Summary } from '../metrics/summary.ts';
import type { Comparison } from './comparison.ts';
import { conformanceCsv, intervalsCsv, latencyCsv, messagesCsv } from './csv.ts';
import { renderComparison } from './html/comparison.ts';
import { renderHtml } from './html/page.ts';
import { junitXml } from './junit.ts';
import { markdown } from './markdown.ts';

/** The folder or a file could not be written or read; the message is for the user. */
export class ReportError extends Error {
  override name = 'ReportError';
}

/** Writes summary.json, report.html, intervals.csv, latency.csv and messages.csv, and what a conformance run leaves where there was one too; the paths, in this order. @throws ReportError */
export async function writeRun(dir: string, summary: Summary): Promise<string[]> {
  const files: readonly (readonly [name: string, text: string])[] = [
    ['summary.json', `${JSON.stringify(summary, null, 1)}\n`],
    ['report.html', renderHtml(summary)],
    ['intervals.csv', intervalsCsv(summary)],
    ['latency.csv', latencyCsv(summary)],
    ['messages.csv', messagesCsv(summary)],
    ...(summary.conformance.cases > 0 ? conformanceFiles(summary) : []),
  ];
  return writeFiles(dir, files);
}

/** Writes summary.json, report.html, report.md, conformance.csv and junit.xml; the paths. @throws ReportError */
export async function writeConformance(dir: string, summary: Summary): Promise<string[]> {
  return writeFiles(dir, [
    ['summary.json', `${JSON.stringify(summary, null, 1)}\n`],
    ['report.html', renderHtml(summary)],
    ...conformanceFiles(summary),
  ]);
}

function conformanceFiles(summary: Summary): readonly (readonly [name: string, text: string])[] {
  return [
    ['report.md', markdown(summary)],
    ['conformance.csv', conformanceCsv(summary)],
    ['junit.xml', junitXml(summary)],
  ];
}

/** Writes comparison.json and report.html of runs side by side; the paths. @throws ReportError */
export async function writeComparison(dir: string, comparison: Comparison, version: string): Promise<string[]> {
  return writeFiles(dir, [
    ['comparison.json', `${JSON.stringify(comparison, null, 1)}\n`],
    ['report.html', renderComparison(comparison, version)],
  ]);
}

/** Adds the Markdown of a conformance run to a file that others write to as well, such as GitHub's step summary. What went wrong and its mend, null for nothing. */
export async function appendMarkdown(file: string, summary: Summary): Promise<string | null> {
  try {
    await appendFile(file, `${markdown(summary)}\n`);
    return null;
  } catch (error) {
    return `cannot add to ${file}: ${cause(error)}; unset GITHUB_STEP_SUMMARY or name another file`;
  }
}

async function writeFiles(dir: string, files: readonly (readonly [name: string, text: string])[]): Promise<string[]> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (error) {
    throw new ReportError(`cannot make the folder ${dir}: ${cause(error)}; name another with --out DIR`);
  }
  const paths: string[] = [];
  for (const [name, text] of files) paths.push(await writeWhole(dir, name, text));
  return paths;
}

/** Renders report.html again from summary.json; its path. @throws ReportError */
export async function renderFolder(dir: string): Promise<string> {
  return writeWhole(dir, 'report.html', renderHtml(await readSummary(dir)));
}

/** The checked summary.json of a run folder. @throws ReportError */
export async function readSummary(dir: string): Promise<Summary> {
  const path = join(dir, 'summary.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ReportError(`cannot read ${path}: ${cause(error)}; name the folder of a run, as written under --out`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ReportError(
      `${path} is not JSON: ${(error as Error).message}; it was cut short or edited: run again, or name another run`,
    );
  }
  const version =
    typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;
  if (typeof version === 'number' && version !== 1)
    throw new ReportError(`${path} has schemaVersion ${version}; this busyhour reads 1`);
  // Only who reads a summary again needs the validator.
  const { checkSummary } = await import('./summary-schema.ts');
  const wrong = checkSummary(value);
  if (wrong !== null)
    throw new ReportError(
      `${path} is not a summary of busyhour: ${wrong}; name the folder of a run, as written under --out`,
    );
  return value as Summary;
}

/** Under a temporary name, onto the disk, then renamed: a reader sees the old file or the new one, never a part. */
async function writeWhole(dir: string, name: string, text: string): Promise<string> {
  const path = join(dir, name);
  const temporary = join(dir, `.${name}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // The part that was written is of no use; when even this fails, the first error is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new ReportError(`cannot write ${path}: ${cause(error)}; name another folder with --out DIR`);
  }
  return path;
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'a folder of that name is in the way',
  EMFILE: 'too many files are open',
};

function cause(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && Object.hasOwn(CAUSES, code) ? CAUSES[code] : undefined) ?? message;
}
