// Our own reference server as a mutant that corrupts one response in so many, and what it says it did. Judges nothing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Answerer, startAnswerer } from './busyhour.ts';
import { tempDir } from './temp-dir.ts';

/** How a response can be wrong; `corrupt.mjs` says where. */
export type Corruption = 'to-tag' | 'cseq' | 'branch' | 'longer-length' | 'shorter-length';

/** The rule each breaks. */
export const BREAKS: Readonly<Record<Corruption, string>> = {
  'to-tag': 'to-tag-kept',
  cseq: 'cseq-echo',
  branch: 'via-branch-echo',
  'longer-length': 'content-length-exact',
  'shorter-length': 'content-length-exact',
};

export interface Corrupting extends Answerer {
  /** Responses that left corrupted so far, in order. */
  corrupted(): readonly { readonly how: Corruption; readonly status: string; readonly method: string }[];
}

/** @param every one response in so many */
export async function startCorrupting(
  args: readonly string[],
  { every, lifetimeMs }: { readonly every: number; readonly lifetimeMs: number },
): Promise<Corrupting> {
  const log = join(tempDir(), 'corrupted');
  const preload = pathToFileURL(join(import.meta.dirname, 'corrupt.mjs')).href;
  const env = { NODE_OPTIONS: `--import ${preload}`, CORRUPT_EVERY: String(every), CORRUPT_LOG: log };
  const answerer = await startAnswerer(args, { lifetimeMs, env });
  const lines = () => (existsSync(log) ? readFileSync(log, 'latin1').split('\n').slice(0, -1) : []);
  // What its warm-up says to itself goes nowhere.
  const before = lines().length;
  return {
    ...answerer,
    corrupted: () =>
      lines()
        .slice(before)
        .map((line) => {
          const [how, status, method] = line.split(' ') as [Corruption, string, string];
          return { how, status, method };
        }),
  };
}
