// The difference of wall clock and worker clock: narrowed while it is constant, found anew when the wall clock is set.

import { describe, expect, it } from 'vitest';
import { KernelTime } from './kernel-time.ts';
import type { Libc } from './libc.ts';

/** A machine whose every reading of a clock takes `stepUs`; the wall clock is ahead of the worker's by `aheadUs`. */
class Machine {
  us = 0;
  aheadUs = 1_700_000_000_123_456;
  stepUs = 1;
  private time = new Int32Array(0);
  readonly nowUs = () => {
    this.us += this.stepUs;
    return this.us;
  };
  readonly libc = {
    share: (bytes: number) => {
      this.time = new Int32Array(bytes / 4);
      return { words: this.time, address: 0 };
    },
    clock_gettime: () => {
      this.us += this.stepUs;
      const wall = this.us + this.aheadUs;
      this.time[0] = Math.floor(wall / 1e6);
      this.time[2] = Math.round((wall % 1e6) * 1000);
      return 0;
    },
  } as unknown as Libc;
}

/** Worker time of a datagram stamped now. */
function stamped(time: KernelTime, machine: Machine): number {
  const wall = machine.us + machine.aheadUs;
  return wall - time.baseSec * 1e6 - time.cells[time.offsetCell]!;
}

describe('kernel time', () => {
  it('maps a stamp to worker time within its error', () => {
    const machine = new Machine();
    const time = new KernelTime(machine.libc, machine.nowUs);
    expect(time.errorUs).toBeLessThanOrEqual(1);
    expect(Math.abs(stamped(time, machine) - machine.us)).toBeLessThanOrEqual(time.errorUs + 0.01);
    expect(time.steps).toBe(0);
  });

  it('keeps the tightest bracket when a reading is slow', () => {
    const machine = new Machine();
    const time = new KernelTime(machine.libc, machine.nowUs);
    const error = time.errorUs;
    machine.us += 50_000;
    machine.stepUs = 500;
    time.refresh(machine.us);
    expect(time.errorUs).toBeLessThanOrEqual(error);
    machine.stepUs = 0.1;
    machine.us += 50_000;
    time.refresh(machine.us);
    expect(time.errorUs).toBeLessThanOrEqual(0.11);
  });

  it.each([3_600e6, -3_600e6, 25, -25])('finds a setting of the wall clock by %i µs after 20 ms', (step) => {
    const machine = new Machine();
    const time = new KernelTime(machine.libc, machine.nowUs);
    machine.aheadUs += step;
    time.refresh(machine.us);
    expect(time.steps).toBe(0);
    machine.us += 20_000;
    time.refresh(machine.us);
    expect(time.steps).toBe(1);
    expect(Math.abs(stamped(time, machine) - machine.us)).toBeLessThanOrEqual(time.errorUs + 0.01);
  });
});
