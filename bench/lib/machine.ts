// What the figures were measured on, and whether anybody else was using it. Reads /proc; changes nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export function machine(): Record<string, string | number> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    commit: commit(),
  };
}

/** Of the sources measured; '' outside a checkout. */
function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function busyTicks(): number {
  const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'latin1')
    .split('\n', 1)[0]!
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return user! + nice! + system! + irq! + softirq!;
}

/** Cores in use over the next `ms`, of all processes. */
async function coresInUse(ms: number): Promise<number> {
  const before = busyTicks();
  await sleep(ms);
  return ((busyTicks() - before) * 10) / ms;
}

/**
 * Waits until the machine has been idle for half a second, at most `limitMs`.
 * Gives the cores still in use: above 0.1 somebody else was at work, and the figure after it is worth less.
 */
export async function quiet(limitMs = 60_000): Promise<number> {
  const end = performance.now() + limitMs;
  for (;;) {
    const used = await coresInUse(500);
    if (used < 0.1 || performance.now() > end) return Math.round(used * 100) / 100;
  }
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  if (match === null) throw new Error(`no VmRSS for process ${pid}`);
  return Number(match[1]) * 1024;
}
