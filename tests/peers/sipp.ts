// SIPp as callee or caller on loopback, and its own statistics. Never judged by its screen: only by exit code and CSV.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bound, freePort } from './free-port.ts';
import { need } from './have.ts';
import { type Exit, type Running, start } from './process.ts';
import { tempDir } from './temp-dir.ts';

export interface SippStatistics {
  readonly created: number;
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  readonly current: number;
}

export interface SippCallee {
  readonly port: number;
  readonly process: Running;
  /** Ends it and reads its statistics. */
  stop(): Promise<SippStatistics>;
}

export interface SippCallerResult extends Exit {
  readonly statistics: SippStatistics;
  readonly output: string;
}

/** Big enough that SIPp itself drops nothing at the rates of the tests. */
const BUFFERS = ['-buff_size', '4000000'];

function common(port: number, statisticsFile: string, lifetimeMs: number, address = '127.0.0.1'): string[] {
  return [
    ...['-i', address, '-p', String(port), '-nostdin', '-trace_stat', '-stf', statisticsFile, '-fd', '1'],
    ...['-timeout', `${Math.ceil(lifetimeMs / 1_000)}s`, ...BUFFERS],
  ];
}

/** `scenario` is a name SIPp carries (`-sn`) or the path of an XML file (`-sf`). */
function scenarioArguments(scenario: string): string[] {
  return scenario.endsWith('.xml') ? ['-sf', scenario] : ['-sn', scenario];
}

export async function startSippCallee(options: {
  port?: number;
  scenario?: string;
  args?: readonly string[];
  protocol?: 'udp' | 'tcp';
  /** 127.0.0.1 where absent. */
  address?: string;
  lifetimeMs: number;
}): Promise<SippCallee> {
  const port = options.port ?? (await freePort());
  const folder = tempDir();
  const file = join(folder, 'statistics.csv');
  const args = [
    ...scenarioArguments(options.scenario ?? 'uas'),
    ...common(port, file, options.lifetimeMs, options.address),
    '-bind_local',
    ...(options.args ?? []),
  ];
  const child = start(need('sipp'), args, { lifetimeMs: options.lifetimeMs, cwd: folder, env: { TERM: 'xterm' } });
  await bound(options.protocol ?? 'udp', port, 5_000, options.address);
  return {
    port,
    process: child,
    stop: async () => {
      // SIGUSR1 is SIPp's own way to end: it then writes its last row.
      child.signal('SIGUSR1');
      await Promise.race([child.exited, new Promise((resolve) => setTimeout(resolve, 1_500))]);
      await child.stop();
      return readStatistics(file);
    },
  };
}

export async function runSippCaller(options: {
  target: string;
  rateCps: number;
  calls: number;
  scenario?: string;
  args?: readonly string[];
  /** Own; 127.0.0.1 where absent. */
  address?: string;
  lifetimeMs: number;
}): Promise<SippCallerResult> {
  const folder = tempDir();
  const file = join(folder, 'statistics.csv');
  const args = [
    ...[
      options.target,
      ...scenarioArguments(options.scenario ?? 'uac'),
      ...common(await freePort(), file, options.lifetimeMs, options.address),
    ],
    ...['-r', String(options.rateCps), '-m', String(options.calls), '-timeout_error', ...(options.args ?? [])],
  ];
  const child = start(need('sipp'), args, {
    lifetimeMs: options.lifetimeMs + 2_000,
    cwd: folder,
    env: { TERM: 'xterm' },
  });
  const exit = await child.exited;
  return { ...exit, statistics: readStatistics(file), output: child.output() };
}

/** The cumulative columns of the last row of SIPp's -trace_stat file. */
export function readStatistics(file: string): SippStatistics {
  const rows = readFileSync(file, 'latin1').trim().split('\n');
  const names = rows[0]!.split(';');
  const last = rows[rows.length - 1]!.split(';');
  const column = (name: string): number => {
    const index = names.indexOf(name);
    if (index < 0 || rows.length < 2) throw new Error(`${file} has no value for ${name}`);
    return Number(last[index]);
  };
  return {
    created: column('TotalCallCreated'),
    successful: column('SuccessfulCall(C)'),
    failed: column('FailedCall(C)'),
    retransmissions: column('Retransmissions(C)'),
    current: column('CurrentCall'),
  };
}
