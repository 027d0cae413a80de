// busyhour itself as its user runs it: the built command line in a process of its own. Never imports its code, save the types of its results.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Summary } from '../../src/metrics/summary.ts';
import { bound, freePort } from './free-port.ts';
import { type Exit, type Running, start } from './process.ts';
import { tempDir } from './temp-dir.ts';

export const MAIN = join(import.meta.dirname, '../../dist/src/cli/main.js');

export interface Result extends Exit {
  readonly stdout: string;
  readonly stderr: string;
  /** The folder given with --out. */
  readonly out: string;
  /** summary.json, or null when the run wrote none. */
  readonly summary: Summary | null;
}

export interface Started {
  readonly process: Running;
  readonly out: string;
  /** Waits for its end and collects what it left. */
  result(): Promise<Result>;
}

const COMMANDS_WITH_OUT = new Set(['load', 'answer', 'demo', 'conform', 'compare', 'capacity']);

/** Starts `busyhour …args`, with an --out of its own where the command has one. */
export function startBusyhour(
  args: readonly string[],
  options: { lifetimeMs: number; cwd?: string; env?: Record<string, string> },
): Started {
  const out = join(tempDir(), 'out');
  const withOut = COMMANDS_WITH_OUT.has(args[0] ?? '') && !args.includes('--out') ? [...args, '--out', out] : args;
  const child = start(process.execPath, [MAIN, ...withOut], { ...options, env: { NO_COLOR: '1', ...options.env } });
  return {
    process: child,
    out,
    result: async () => {
      const exit = await child.exited;
      const file = join(out, 'summary.json');
      const summary = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Summary) : null;
      return { ...exit, stdout: child.stdout(), stderr: child.stderr(), out, summary };
    },
  };
}

/** Runs `busyhour …args` to its end. */
export async function busyhour(
  args: readonly string[],
  options: { lifetimeMs?: number; cwd?: string; env?: Record<string, string> } = {},
): Promise<Result> {
  const result = await startBusyhour(args, { lifetimeMs: 60_000, ...options }).result();
  if (result.timedOut) throw new Error(`busyhour ${args.join(' ')} did not end\n${result.stderr.slice(-4_000)}`);
  return result;
}

type Protocol = 'udp' | 'tcp' | 'ws';

export interface Answerer {
  readonly port: number;
  readonly process: Running;
  /** Ctrl-C, and what it counted. */
  stop(): Promise<Result>;
}

/** Starts `busyhour answer …args` on a free port, and waits until it says that it listens. */
export async function startAnswerer(
  args: readonly string[],
  options: {
    lifetimeMs: number;
    port?: number;
    protocol?: Protocol;
    /** 127.0.0.1 where absent. */
    address?: string;
    also?: readonly Protocol[];
    env?: Record<string, string>;
  },
): Promise<Answerer> {
  const port = options.port ?? (await freePort());
  const { protocol = 'udp', also = [], address = '127.0.0.1' } = options;
  const host = address.includes(':') ? `[${address}]` : address;
  const listen = [protocol, ...also].flatMap((one) => ['--listen', `${one}:${host}:${port}`]);
  const started = startBusyhour(['answer', ...args, ...listen], options);
  await started.process.line(/listening on/i, 15_000);
  await bound(protocol === 'udp' ? 'udp' : 'tcp', port, 2_000, address);
  return {
    port,
    process: started.process,
    stop: async () => {
      started.process.signal('SIGINT');
      const hard = setTimeout(() => void started.process.stop(), 15_000);
      const result = await started.result();
      clearTimeout(hard);
      return result;
    },
  };
}
