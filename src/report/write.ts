// Writes a run folder: each file whole or not at all. The only file of this room that touches a disk.

import type { Summary } from '../metrics/summary.ts';

/** The folder or a file could not be written or read; the message is for the user. */
export class ReportError extends Error {
  override name = 'ReportError';
}

/** Writes summary.json, report.html, intervals.csv, latency.csv and messages.csv; the paths, in this order. @throws ReportError */
export async function writeRun(dir: string, summary: Summary): Promise<string[]> {
  throw new ReportError(`not written yet: ${dir} ${summary.command}`);
}

/** Renders report.html again from summary.json; its path. @throws ReportError */
export async function renderFolder(dir: string): Promise<string> {
  throw new ReportError(`not written yet: ${dir}`);
}
