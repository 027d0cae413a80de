// `busyhour report`: report.html made again from the summary.json of a run.

import { renderFolder } from '../report/write.ts';

export async function report(dir: string): Promise<void> {
  process.stdout.write(`${await renderFolder(dir)}\n`);
}
