// CPU a call costs each end when nobody sleeps: both ends in one thread, closed model, one checkout or two taking turns. The quickest way to see what a change of the hot path is worth.
// Run: npx tsx bench/pair.ts [--against CHECKOUT] [--calls 250000] [--users 2000] [--flow basic] [--no-rules] [--rounds 3] [--profile FILE]

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, round } from './lib/results.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    against: { type: 'string' },
    calls: { type: 'string', default: '250000' },
    users: { type: 'string', default: '2000' },
    flow: { type: 'string', default: 'basic' },
    rules: { type: 'boolean', default: true },
    rounds: { type: 'string', default: '3' },
    profile: { type: 'string', default: '' },
  },
});

interface Run {
  readonly calls: number;
  readonly userUs: number;
  readonly systemUs: number;
  readonly callerUs: number;
  readonly calleeUs: number;
}

const file = fileURLToPath(new URL('./lib/pair-run.mjs', import.meta.url));
/** Another checkout, such as one from before the change, has a node_modules of its own. */
const here = join(import.meta.dirname, '..');
const checkouts = values.against === undefined ? [here] : [values.against, here];
const runs = checkouts.map((): Run[] => []);
const options = {
  calls: Number(values.calls),
  users: Number(values.users),
  flow: values.flow,
  rules: values.rules,
  profile: values.profile,
};

for (let i = 0; i < Number(values.rounds); i++) {
  checkouts.forEach((checkout, which) => {
    const run = JSON.parse(
      execFileSync(process.execPath, ['--import', 'tsx', file, checkout, JSON.stringify(options)], {
        encoding: 'utf8',
      }),
    );
    runs[which]!.push(run as Run);
    const { userUs, systemUs, callerUs, calleeUs } = run as Run;
    const us = [userUs, systemUs, callerUs, calleeUs].map((x) => round(x, 2));
    console.log(`${checkout}: user ${us[0]} system ${us[1]} µs a call, both ends; caller ${us[2]}, callee ${us[3]} µs`);
  });
}
const medians = runs.map((of) => median(of.map(({ userUs, systemUs }) => userUs + systemUs)));
console.log(`median ${medians.map((us) => `${round(us, 2)} µs`).join(' → ')} a call, both ends`);
if (medians.length === 2) console.log(`ratio ${round(medians[1]! / medians[0]!, 3)}`);
