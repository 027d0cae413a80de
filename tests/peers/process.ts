// Child processes for tests: bounded lifetime, output kept, ended by pid. Never leaves one running and never ends a process it did not start.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It outlived its lifetime and was ended for that. */
  readonly timedOut: boolean;
}

export interface StartOptions {
  /** It is ended after this time, whatever it does. */
  readonly lifetimeMs: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stdout(): string;
  stderr(): string;
  /** Both streams, in the order of arrival. */
  output(): string;
  /** Resolves with the first line of either stream, past or future, that matches; rejects when it ends first or the time is over. */
  line(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after the grace. */
  stop(graceMs?: number): Promise<Exit>;
}

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
const live = new Set<ChildProcess>();
process.on('exit', () => {
  // Not SIGKILL: a peer with children of its own must get the chance to end them.
  for (const child of live) child.kill('SIGTERM');
});

/** Starts `command` without a shell. Where setpriv is there, the kernel ends it should this process die. */
export function start(command: string, args: readonly string[], options: StartOptions): Running {
  const argv = SETPRIV === undefined ? [command, ...args] : [SETPRIV, '--pdeathsig', 'TERM', '--', command, ...args];
  const child = spawn(argv[0]!, argv.slice(1), {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  live.add(child);
  let out = '';
  let err = '';
  let both = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    both += text;
    for (const watcher of watchers) watcher();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    both += text;
    for (const watcher of watchers) watcher();
  });

  let timedOut = false;
  let done: Exit | null = null;
  const lifetime = setTimeout(() => {
    timedOut = true;
    void stop();
  }, options.lifetimeMs);
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', (error) => {
      clearTimeout(lifetime);
      live.delete(child);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(lifetime);
      live.delete(child);
      done = { code, signal, timedOut };
      resolve(done);
      for (const watcher of watchers) watcher();
    });
  });
  // A caller that never looks at `exited` must not bring the test process down.
  exited.catch(() => {});

  async function stop(graceMs = 5_000): Promise<Exit> {
    if (done !== null) return done;
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), graceMs);
    try {
      return await exited;
    } finally {
      clearTimeout(hard);
    }
  }

  function line(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        watchers.delete(look);
        act();
      };
      const fail = (why: string): void =>
        finish(() => reject(new Error(`${command}: ${why} before a line matched ${pattern}\n${both.slice(-4_000)}`)));
      const look = (): void => {
        for (const text of [...out.split('\n'), ...err.split('\n')]) {
          const match = pattern.exec(text);
          if (match !== null) {
            finish(() => resolve(match));
            return;
          }
        }
        if (done !== null) fail(`ended (code ${done.code}, signal ${done.signal})`);
      };
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      watchers.add(look);
      exited.catch((error: Error) => fail(error.message));
      look();
    });
  }

  return {
    pid: child.pid ?? -1,
    exited,
    stdout: () => out,
    stderr: () => err,
    output: () => both,
    line,
    signal: (name) => void child.kill(name),
    stop,
  };
}

/** Runs to the end; rejects when it outlives its lifetime. */
export async function run(
  command: string,
  args: readonly string[],
  options: StartOptions,
): Promise<Exit & { stdout: string; stderr: string }> {
  const child = start(command, args, options);
  const exit = await child.exited;
  if (exit.timedOut) throw new Error(`${command} outlived ${options.lifetimeMs} ms\n${child.output().slice(-4_000)}`);
  return { ...exit, stdout: child.stdout(), stderr: child.stderr() };
}
