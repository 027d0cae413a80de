// `busyhour flows`: the list of flows, or one drawn as a ladder. Sends nothing.

import { draw } from '../flow/draw.ts';
import { listFlows } from '../flow/find.ts';
import { flowOf } from './programs.ts';

export function flows(name: string | undefined, options: { readonly json?: boolean }): void {
  if (name !== undefined) {
    process.stdout.write(`${draw(flowOf(name))}\n`);
    return;
  }
  const all = listFlows();
  if (options.json) {
    process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
    return;
  }
  const width = Math.max(...all.map((f) => f.name.length));
  for (const f of all) process.stdout.write(`${f.name.padEnd(width)}  ${f.title}  (${f.methods.join(' ')})\n`);
}
