// Values of options that several commands read: durations, thresholds, folders. Bad ones become one clear line.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  DurationError,
  type Phase,
  ProfileError,
  parseDuration,
  parseProfile,
  parseThreshold,
  type Threshold,
  ThresholdError,
} from '../controller/texts.ts';
import { UsageError } from '../controller/usage-error.ts';

/** Microseconds. */
export function durationOf(text: string, flag: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) throw new UsageError(`${flag} "${text}": ${error.message}`);
    throw error;
  }
}

/** As RFC 7616 §6.1 and RFC 8760 §2.2 register them. */
const DIGEST_ALGORITHMS = ['SHA-512-256', 'SHA-512-256-sess', 'SHA-256', 'SHA-256-sess', 'MD5', 'MD5-sess'];

/** Digest algorithms from a list with commas, in the order given. */
export function algorithmsOf(text: string, flag: string): string[] {
  const given = text.split(',').map((name) => name.trim());
  return given.map((name, index) => {
    const known = DIGEST_ALGORITHMS.find((algorithm) => algorithm.toUpperCase() === name.toUpperCase());
    if (known === undefined)
      throw new UsageError(`${flag} "${text}": "${name}" is none of ${DIGEST_ALGORITHMS.join(', ')}`);
    if (given.findIndex((other) => other.toUpperCase() === name.toUpperCase()) < index)
      throw new UsageError(`${flag} "${text}": ${known} stands twice; RFC 8760 §2.1 allows one challenge for each`);
    return known;
  });
}

export function profileOf(text: string): Phase[] {
  try {
    return parseProfile(text);
  } catch (error) {
    if (error instanceof ProfileError) throw new UsageError(`--profile, column ${error.column}: ${error.message}`);
    throw error;
  }
}

export function thresholdsOf(texts: readonly string[]): Threshold[] {
  return texts.map((text) => {
    try {
      return parseThreshold(text);
    } catch (error) {
      if (error instanceof ThresholdError)
        throw new UsageError(`--threshold "${text}", column ${error.column}: ${error.message}`);
      throw error;
    }
  });
}

/** With the folders above it, one by one: the recursive way of Node never returns where the kernel answers ENOENT, as in /proc. */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  makeFolder(dirname(dir));
  try {
    mkdirSync(dir);
  } catch (error) {
    // Another run may have been quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The folder of a run, made and proven writable before the first call. */
export function outFolder(given: string | undefined, command: string): string {
  const stamp = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*/, 'Z');
  const dir = resolve(given ?? join('reports', `${stamp}-${command}`));
  try {
    makeFolder(dir);
    const probe = join(dir, '.writable');
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`the results cannot be written to ${dir} (${code}); give a writable folder with --out`);
  }
  return dir;
}
