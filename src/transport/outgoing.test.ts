// Runs and their order: each message once, equal lengths to one peer in a run, keys in order.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NONE } from '../sip/message.ts';
import { MAX_SEGMENTS, Outgoing, QUEUE } from './outgoing.ts';

const nobody = new Uint8Array(65_536);

/** The runs of the sequence, as lists of queue indices. */
function runs(queue: Outgoing): number[][] {
  const found: number[][] = [];
  for (let at = 0; at < queue.count; at += queue.run[at]!) {
    found.push([...queue.sequence.subarray(at, at + queue.run[at]!)]);
  }
  return found;
}

function filled(messages: readonly (readonly [len: number, peer: number, order: number])[]): Outgoing {
  const queue = new Outgoing();
  for (const [len, peer, order] of messages) queue.add(0, len, peer, order);
  return queue;
}

describe('runs', () => {
  it('joins equal lengths to one peer across others', () => {
    const queue = filled([
      [500, 0, 0],
      [400, 0, 1],
      [500, 0, 2],
      [500, 1, 3],
      [500, 0, 4],
      [500, 0, 5],
    ]);
    queue.arrange(nobody);
    expect(runs(queue)).toEqual([[0, 2, 4, 5], [1], [3]]);
  });

  it('sends fewer than four singly, in their place', () => {
    const queue = filled(Array.from({ length: 3 }, () => [500, 0, NONE] as const));
    queue.arrange(nobody);
    expect(runs(queue)).toEqual([[0], [1], [2]]);
  });

  it('opens a new run rather than overtake an earlier message of the same key', () => {
    const four = [0, 1, 2, 3].map((key) => [500, 0, key] as const);
    const other = [10, 1, 2, 3].map((key) => [400, 0, key] as const);
    // Key 10 has a 400 in the second run: its 500 may not go back into the first.
    const queue = filled([...four, ...other, [500, 0, 10], [500, 0, 11]]);
    queue.arrange(nobody);
    expect(runs(queue)).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8], [9]]);
  });

  it('holds 64 messages and 65,000 bytes', () => {
    const queue = filled(Array.from({ length: 130 }, () => [100, 0, NONE] as const));
    queue.arrange(nobody);
    expect(runs(queue).map((run) => run.length)).toEqual([64, 64, 1, 1]);
    const large = filled(Array.from({ length: 50 }, () => [1472, 0, NONE] as const));
    large.arrange(nobody);
    expect(runs(large).map((run) => run.length)).toEqual([44, 6]);
  });

  it('makes none of messages that may need fragments, of empty ones, and for peers that refuse', () => {
    const queue = filled(
      Array.from({ length: 30 }, (_, i) => [[1473, 0, 700][i % 3]!, i % 3 === 2 ? 5 : 0, NONE] as const),
    );
    const refused = new Uint8Array(16);
    refused[5] = 1;
    queue.arrange(refused);
    expect(runs(queue).every((run) => run.length === 1)).toBe(true);
  });

  it('forgets the keys of the flush before', () => {
    const queue = filled([[400, 0, 1], ...Array.from({ length: 5 }, () => [500, 0, 7] as const)]);
    queue.arrange(nobody);
    queue.count = 0;
    for (let i = 0; i < 4; i++) queue.add(0, 300, 0, 7);
    queue.arrange(nobody);
    expect(runs(queue)).toEqual([[0, 1, 2, 3]]);
  });

  it('takes large keys, and refuses absurd ones', () => {
    const queue = new Outgoing();
    queue.add(0, 1, 0, 1_000_000);
    expect(() => queue.add(0, 1, 0, 1 << 25)).toThrow(RangeError);
  });

  it('leaves everything as queued without segmentation', () => {
    const queue = filled(Array.from({ length: 9 }, () => [500, 0, 1] as const));
    queue.arrangeSingly();
    expect(runs(queue)).toEqual(Array.from({ length: 9 }, (_, i) => [i]));
  });

  it('for any queue: each message once, runs lawful, keys in order', () => {
    const one = fc.tuple(
      fc.constantFrom(0, 1, 100, 500, 1472, 2000),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: -1, max: 6 }),
    );
    const queue = new Outgoing();
    fc.assert(
      fc.property(fc.array(one, { maxLength: 400 }), (messages) => {
        queue.count = 0;
        for (const [len, peer, order] of messages) queue.add(0, len, peer, order);
        queue.arrange(nobody);
        const all = runs(queue);
        const flat = all.flat();
        expect([...flat].sort((a, b) => a - b)).toEqual(messages.map((_, i) => i));
        for (const run of all) {
          expect(run.length === 1 || run.length >= 4).toBe(true);
          expect(run.length).toBeLessThanOrEqual(MAX_SEGMENTS);
          const [len, peer] = messages[run[0]!]!;
          for (const i of run) expect(messages[i]!.slice(0, 2)).toEqual([len, peer]);
          expect(run.length === 1 || (len > 0 && len <= 1472 && len * run.length <= 65_000)).toBe(true);
        }
        for (let key = 0; key <= 6; key++) {
          const positions = flat.filter((i) => messages[i]![2] === key);
          expect(positions).toEqual([...positions].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('holds a full queue', () => {
    const queue = filled(Array.from({ length: QUEUE }, (_, i) => [i % 1400, i % 50, i] as const));
    queue.arrange(nobody);
    expect(new Set(runs(queue).flat()).size).toBe(QUEUE);
  });
});
