// `busyhour conform`: which cases, against what, and what becomes of the results. Runs no case itself.

import { loadCases } from '../../suites/load.ts';
import { type GateFiles, gate, nextBaseline } from '../conformance/baseline.ts';
import { type Case, type Entry, isCase, rfcOf, sectionOf } from '../conformance/case.ts';
import { profileOf, REFERENCE } from '../conformance/profile.ts';
import { countsOf, type Judged, judge, type Result } from '../conformance/result.ts';
import { select } from '../conformance/select.ts';
import { tortureCases } from '../conformance/torture.ts';
import { conformanceSummary } from '../controller/conformance-summary.ts';
import { resolveTarget } from '../controller/target.ts';
import { UsageError } from '../controller/usage-error.ts';
import { conformanceText } from '../report/conformance-terminal.ts';
import { colorWanted } from '../report/paint.ts';
import { appendMarkdown, writeConformance } from '../report/write.ts';
import { gateFilesFrom, refuseUnwritable, writeBaseline } from './baseline.ts';
import { runCases } from './judging.ts';
import { profileFrom } from './profile.ts';
import { refuseIdle, type SelectionFlags, selectionOf } from './selection.ts';
import { tell } from './show.ts';
import { tortureFrom } from './torture.ts';
import { outFolder } from './values.ts';
import { readVersion } from './version.ts';

export interface ConformFlags extends SelectionFlags {
  readonly list?: boolean;
  readonly json?: boolean;
  readonly profile?: string;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly require?: string;
  readonly torture?: string;
  readonly strict?: boolean;
  readonly jobs: number;
  readonly slow?: boolean;
  readonly out?: string;
  readonly quiet?: boolean;
}

export async function conform(target: string | undefined, o: ConformFlags): Promise<void> {
  const catalogue: readonly Entry[] =
    o.torture === undefined ? await loadCases() : tortureCases(tortureFrom(o.torture));
  const wanted = selectionOf(o);
  const entries = select(catalogue, wanted);
  refuseIdle(catalogue, wanted, entries.length > 0);
  if (o.list === true) {
    process.stdout.write(o.json === true ? `${JSON.stringify(entries.map(listed), null, 2)}\n` : listText(entries));
    return;
  }
  if (target === undefined) throw new UsageError('which target? busyhour conform udp:HOST:PORT, or --list');
  const cases = entries.filter(isCase);
  if (cases.length === 0)
    throw new UsageError(
      'no case is selected, so that nothing could be judged: no case fits all of what is asked for at once; ask for less, or see busyhour conform --list',
      5,
    );
  await run(target, cases, new Set(catalogue.filter(isCase).map(({ id }) => id)), o);
}

async function run(text: string, cases: readonly Case[], ids: ReadonlySet<string>, o: ConformFlags): Promise<void> {
  const file = o.profile === undefined ? REFERENCE : profileFrom(o.profile);
  const files = gateFilesFrom(o.baseline, o.require);
  if (o.writeBaseline !== undefined) refuseUnwritable(o.writeBaseline);
  const { host, address, port, protocol, path } = await resolveTarget(text);
  const profile = profileOf(file, port === 5060 ? host : `${host}:${port}`, {
    kind: protocol,
    address,
    ...(path !== undefined && { path }),
  });
  const out = outFolder(o.out, 'conform');
  const color = colorWanted(process.env, process.stderr.isTTY === true);
  const quiet = o.quiet === true;
  if (!quiet && o.profile === undefined)
    process.stderr.write('no --profile: the target is taken to be like busyhour answer\n');
  const startedAt = new Date().toISOString();
  const { result, signalled } = await runCases(cases, {
    target: { address, port },
    kind: protocol,
    profile,
    jobs: o.jobs,
    slow: o.slow === true,
    quiet,
    color,
  });
  const strict = o.strict === true;
  const { results, faults } = gate(result.results, files, { strict, ids, today: startedAt.slice(0, 10) });
  const judged = judge({ ...result, results }, strict, faults);
  const counts = countsOf(results);
  const summary = conformanceSummary({
    ...judged,
    exitCode: judged.exitCode === 130 ? signalled : judged.exitCode,
    version: readVersion(),
    target: text,
    startedAt,
    elapsedS: result.elapsedS,
    conformance: { ...counts, strict, server: o.profile === undefined ? '' : profile.name, results },
    rules: result.rules,
    messages: result.messages,
  });
  let written: readonly string[] = [];
  try {
    written = [
      ...(await writeConformance(out, summary)),
      ...keepKnown(o.writeBaseline, judged, results, files, strict),
    ];
  } finally {
    // What a run has found is told, also where it cannot be written.
    tell(summary, { quiet, json: o.json === true }, () =>
      conformanceText(summary, results, counts, { color, files: written }),
    );
  }
  const stepSummary = process.env.GITHUB_STEP_SUMMARY;
  // The verdict of the run is worth more than this copy of it.
  if (stepSummary !== undefined && stepSummary !== '') {
    const problem = await appendMarkdown(stepSummary, summary);
    if (problem !== null) process.stderr.write(`busyhour: warning: ${problem}\n`);
  }
  process.exitCode = summary.exitCode;
}

/** The failures as known ones, where the run can be believed: half a run would make half a baseline. The verdict of this run stays. */
function keepKnown(
  file: string | undefined,
  { verdict }: Judged,
  results: readonly Result[],
  { known }: GateFiles,
  strict: boolean,
): string[] {
  if (file === undefined) return [];
  if (verdict === 'inconclusive') {
    process.stderr.write(`busyhour: ${file} is not written: the run is inconclusive\n`);
    return [];
  }
  const before = known.map(({ entry }) => entry);
  writeBaseline(file, nextBaseline(results, before, strict));
  return [file];
}

/** An entry of `--list --json`. */
function listed(one: Entry): object {
  const { id, title, req, level, role, methods } = one;
  const head = { id, title, req, rfc: rfcOf(id), section: sectionOf(id), level, role, methods };
  return isCase(one)
    ? { ...head, needs: one.needs ?? [], slow: one.slow ?? false, status: 'ready' }
    : { ...head, needs: [], slow: false, status: 'not-observable', reason: one.reason };
}

function listText(entries: readonly Entry[]): string {
  return entries
    .map((one) => `${one.id}  ${one.level}  ${one.title}${isCase(one) ? '' : ` [not observable: ${one.reason}]`}\n`)
    .join('');
}
