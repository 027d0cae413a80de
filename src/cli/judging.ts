// Runs conformance cases for a command: own addresses, what is told meanwhile, and Ctrl-C. Judges nothing itself.

import type { Case, TransportKind } from '../conformance/case.ts';
import type { Profile } from '../conformance/profile.ts';
import type { RunResult } from '../conformance/result.ts';
import { Runner } from '../conformance/runner.ts';
import { sourceAddress } from '../controller/target.ts';
import { resultLines } from '../report/conformance-terminal.ts';

export interface JudgingOptions {
  readonly target: { readonly address: string; readonly port: number };
  readonly kind: TransportKind;
  readonly profile: Profile;
  readonly jobs: number;
  readonly slow: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

/** @returns what came of it, and 130 or 143 where a signal ended it, else 0 */
export async function runCases(
  cases: readonly Case[],
  options: JudgingOptions,
): Promise<{ result: RunResult; signalled: number }> {
  const { target, kind, profile, jobs, slow, quiet, color } = options;
  const own = await sourceAddress(target.address);
  const runner = new Runner({
    target,
    kind,
    profile,
    jobs,
    slow,
    addressOf: own.startsWith('127.') ? loopbackOf : () => own,
    onResult: (result, done, of) => {
      // Only what matters while it runs: the whole list follows.
      if (quiet || !['fail', 'error'].includes(result.verdict)) return;
      process.stderr.write(`[${done}/${of}]\n${resultLines(result, color).join('\n')}\n`);
    },
  });
  let signalled = 0;
  const undo = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const on = () => {
      if (signalled > 0) process.exit(signalled);
      signalled = signal === 'SIGINT' ? 130 : 143;
      process.stderr.write('stopping: running cases are tidied up (again to quit at once)\n');
      runner.stop();
    };
    process.on(signal, on);
    return () => process.removeListener(signal, on);
  });
  try {
    return { result: await runner.run(cases), signalled };
  } finally {
    for (const one of undo) one();
  }
}

/** 127.0.0.0/8 is ours: an address for each case, and other ones for each process, so that two runs do not meet. */
function loopbackOf(n: number): string {
  const of = (value: number) => 100 + (value % 150);
  return `127.${100 + (process.pid % 50)}.${of(Math.floor(n / 150) + Math.floor(process.pid / 50))}.${of(n)}`;
}
