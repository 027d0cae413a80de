// Why calls failed, as it is counted: each kind, method, status, program and row apart. Plays no call.
import { expect, it } from 'vitest';
import { METHOD } from '../sip/names.ts';
import { FAILURE, failureText, Tally } from './tally.ts';

const KINDS = Object.values(FAILURE);

it('each kind of failure has a number and a text of its own', () => {
  expect(new Set(KINDS).size).toBe(KINDS.length);
  const texts = KINDS.map((kind) => failureText(kind, METHOD.INVITE, 200, 'ACK'));
  expect(new Set(texts).size).toBe(KINDS.length);
});

it('counts no two kinds, methods or rows as one', () => {
  const programs = [0, 1].map(() => ({ role: 'caller' as const, ladder: [] }));
  const tally = new Tally(programs, 'caller');
  const seen: string[] = [];
  for (const program of [0, 1])
    for (const row of [0, 1])
      for (const method of [METHOD.INVITE, METHOD.BYE, METHOD.CANCEL])
        for (const kind of KINDS) {
          const expected = `${program} ${row} ${method}`;
          const made = () => {
            seen.push(`${expected} ${kind}`);
            return expected;
          };
          for (let n = 0; n < 2; n++) tally.failed(kind, method, 200, program, row, made, () => '');
        }
  // The text of each is made once, the first time.
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toHaveLength(2 * 2 * 3 * KINDS.length);
});
