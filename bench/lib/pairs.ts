// One probe: a caller, a callee, a rate and a time; what came of it. Both tools by their own command lines, a fresh callee for each probe.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAnswerer } from '../../tests/peers/busyhour.ts';
import { freePort } from '../../tests/peers/free-port.ts';
import { need } from '../../tests/peers/have.ts';
import { start } from '../../tests/peers/process.ts';
import { startSippCallee } from '../../tests/peers/sipp.ts';
import { tempDir } from '../../tests/peers/temp-dir.ts';

export type Tool = 'batched' | 'dgram' | 'sipp';

export interface Outcome {
  readonly created: number;
  readonly failed: number;
  /** By the caller and by the callee. */
  readonly retransmitted: number;
  readonly achievedCps: number;
  /** Part of the calls that were answered (INVITE to 2xx) within 50 ms. */
  readonly within50Ms: number;
  /** Of the whole caller process, start-up included. */
  readonly callerCpuS: number;
  readonly callerPeakRssMb: number;
  /** Why no judgement of the calls is possible; '' when one is. */
  readonly note: string;
  /** What the caller itself said of its run; SIPp says nothing but its exit code. */
  readonly verdict: string;
}

/** What a probe must be to count as clean; the same for both tools. */
export function fault(o: Outcome, calls: number, rateCps: number): string {
  if (o.note !== '') return o.note;
  if (o.failed > 0) return `${o.failed} calls failed`;
  if (o.created < calls) return `${o.created} of ${calls} calls made`;
  if (o.retransmitted > calls / 1_000) return `${o.retransmitted} retransmissions`;
  if (o.within50Ms < 0.99) return `${((1 - o.within50Ms) * 100).toFixed(1)} % answered after 50 ms`;
  if (o.achievedCps < rateCps * 0.98) return `${Math.round(o.achievedCps)} calls/s achieved`;
  return '';
}

interface Answering {
  readonly port: number;
  /** Retransmissions by the callee; null when it left no statistics. */
  stop(): Promise<number | null>;
}

async function answering(tool: Tool, lifetimeMs: number): Promise<Answering> {
  if (tool === 'sipp') {
    const callee = await startSippCallee({ lifetimeMs });
    return { port: callee.port, stop: async () => (await callee.stop()).retransmissions };
  }
  const callee = await startAnswerer(['basic', '--io', tool], { lifetimeMs });
  return { port: callee.port, stop: async () => (await callee.stop()).summary?.messages.retransmitted ?? null };
}

const TIME = ['-f', 'cpu %U %S rss %M', '-o'];

function timeOf(file: string): { callerCpuS: number; callerPeakRssMb: number } {
  const match = /cpu ([\d.]+) ([\d.]+) rss (\d+)/.exec(readFileSync(file, 'latin1'));
  if (match === null) throw new Error(`${file} has no times`);
  return { callerCpuS: Number(match[1]) + Number(match[2]), callerPeakRssMb: Number(match[3]) / 1024 };
}

/** The kernel ends the caller should `time` be ended: time itself passes no signal on. */
function underTime(file: string, command: string, args: readonly string[]): string[] {
  return [...TIME, file, need('setpriv'), '--pdeathsig', 'TERM', '--', command, ...args];
}

async function callSipp(port: number, rateCps: number, calls: number, lifetimeMs: number): Promise<Outcome> {
  const folder = tempDir();
  const [stat, time] = [join(folder, 'statistics.csv'), join(folder, 'time')];
  const args = [
    ...[`127.0.0.1:${port}`, '-sn', 'uac', '-i', '127.0.0.1', '-p', String(await freePort()), '-nostdin'],
    ...['-buff_size', '4000000', '-r', String(rateCps), '-m', String(calls)],
    ...['-trace_stat', '-stf', stat, '-fd', '1', '-timeout', `${Math.ceil(lifetimeMs / 1_000)}s`, '-timeout_error'],
  ];
  const options = { lifetimeMs: lifetimeMs + 2_000, cwd: folder, env: { TERM: 'xterm' } };
  const exit = await start(need('time'), underTime(time, need('sipp'), args), options).exited;
  const rows = readFileSync(stat, 'latin1').trim().split('\n');
  const names = rows[0]!.split(';');
  const last = rows[rows.length - 1]!.split(';');
  const at = (row: readonly string[], name: string): number => {
    const index = names.indexOf(name);
    if (index < 0 || row[index] === undefined) throw new Error(`${stat} has no ${name}`);
    return Number(row[index]);
  };
  const elapsedS = (row: readonly string[]): number => {
    const [h, m, s, us] = row[names.indexOf('ElapsedTime(C)')]!.split(':').map(Number);
    return h! * 3600 + m! * 60 + s! + us! / 1e6;
  };
  // The rate while calls were still being made: of the last row before the last call, at least a second after the start.
  const running = rows.slice(1).map((row) => row.split(';'));
  const before = running.filter((row) => at(row, 'TotalCallCreated') < calls && elapsedS(row) >= 1).at(-1);
  // SIPp has no percentiles: its scenario counts response times (INVITE to 200) below 10, 20, 30, 40, 50, 100 … ms.
  const first = names.indexOf('ResponseTimeRepartition1');
  const buckets = names.slice(first + 1).findIndex((name) => name.startsWith('CallLength'));
  let [within, all] = [0, 0];
  for (let i = first + 1; i <= first + buckets; i++) {
    const n = Number(last[i]);
    all += n;
    const limit = /<(\d+)$/.exec(names[i]!);
    if (limit !== null && Number(limit[1]) <= 50) within += n;
  }
  const created = at(last, 'TotalCallCreated');
  return {
    created,
    failed: at(last, 'FailedCall(C)') + (created - at(last, 'SuccessfulCall(C)') - at(last, 'FailedCall(C)')),
    retransmitted: at(last, 'Retransmissions(C)'),
    achievedCps: before === undefined ? created / elapsedS(last) : at(before, 'TotalCallCreated') / elapsedS(before),
    within50Ms: all === 0 ? 0 : within / all,
    ...timeOf(time),
    note: exit.timedOut ? 'did not end in time' : '',
    verdict: exit.code === 0 ? 'pass' : `exit code ${exit.code}`,
  };
}

async function callBusyhour(
  tool: Tool,
  port: number,
  rateCps: number,
  calls: number,
  lifetimeMs: number,
): Promise<Outcome> {
  const folder = tempDir();
  const [out, time] = [join(folder, 'out'), join(folder, 'time')];
  const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
  const args = [
    ...[main, 'load', 'basic', `udp:127.0.0.1:${port}`, '--io', tool, '--out', out],
    ...['--rate', String(rateCps), '--calls', String(calls)],
  ];
  const options = { lifetimeMs, cwd: folder, env: { NO_COLOR: '1' } };
  const child = start(need('time'), underTime(time, process.execPath, args), options);
  const exit = await child.exited;
  if (exit.timedOut) return { ...NOTHING, note: 'did not end in time' };
  const s = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
  const setup = s.latencyUs.setup;
  return {
    created: s.calls.started,
    failed: s.calls.failed + s.calls.dropped + s.calls.abandoned,
    retransmitted: s.messages.retransmitted,
    achievedCps: s.rate.achievedCps,
    // From the due instant, so that a caller that falls behind its schedule is charged for it (SIPp counts from the send).
    within50Ms: setup === undefined ? 0 : partBelow(setup.curve, 50_000),
    ...timeOf(time),
    note: '',
    verdict: exit.code === 0 ? 'pass' : `${s.verdict}: ${s.reasons.join('; ')}`,
  };
}

/** From the percentile curve: the highest of its points that is still below `limitUs`. */
function partBelow(curve: readonly (readonly [percent: number, us: number])[], limitUs: number): number {
  return (curve.filter(([, us]) => us < limitUs).at(-1)?.[0] ?? 0) / 100;
}

const NOTHING: Outcome = {
  created: 0,
  failed: 0,
  retransmitted: 0,
  achievedCps: 0,
  within50Ms: 0,
  callerCpuS: 0,
  callerPeakRssMb: 0,
  note: '',
  verdict: '',
};

/** `seconds` of calls at one rate from one tool's caller to a callee. */
export async function probe(caller: Tool, callee: Tool, rateCps: number, seconds: number): Promise<Outcome> {
  const calls = Math.round(rateCps * seconds);
  const lifetimeMs = seconds * 3_000 + 30_000;
  const other = await answering(callee, lifetimeMs + 20_000);
  const called = await (caller === 'sipp'
    ? callSipp(other.port, rateCps, calls, lifetimeMs)
    : callBusyhour(caller, other.port, rateCps, calls, lifetimeMs));
  const repeated = await other.stop();
  return {
    ...called,
    retransmitted: called.retransmitted + (repeated ?? 0),
    note: called.note === '' && repeated === null ? 'the callee left no statistics' : called.note,
  };
}
