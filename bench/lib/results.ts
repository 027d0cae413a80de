// Where figures go and how they are put. Writes only below bench/results.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine } from './machine.ts';

/** Writes bench/results/NAME.json: what was run, on what, and the figures. */
export function keep(name: string, figures: object): void {
  const folder = join(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const whole = { bench: name, at: new Date().toISOString(), machine: machine(), ...figures };
  writeFileSync(file, `${JSON.stringify(whole, null, 2)}\n`);
  console.log(`written: bench/results/${name}.json`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function round(value: number, digits = 0): number {
  const unit = 10 ** digits;
  return Math.round(value * unit) / unit;
}

/** A line for people: figure, target, and whether it was met. */
export function say(what: string, figure: string, target: string, met: boolean): void {
  console.log(`${met ? 'met   ' : 'MISSED'}  ${what.padEnd(52)} ${figure.padStart(22)}   target ${target}`);
}
