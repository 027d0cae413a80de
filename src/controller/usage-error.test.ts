// What the user did wrong carries its message and the exit code for it.
import { describe, expect, it } from 'vitest';
import { UsageError } from './usage-error.ts';

describe('UsageError', () => {
  it('ends the program with 2 unless it says otherwise', () => {
    const error = new UsageError('--rate "x" is no number');
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('UsageError');
    expect(error.message).toBe('--rate "x" is no number');
    expect(error.exitCode).toBe(2);
  });

  it('ends it with 5 where the target cannot be reached', () => {
    expect(new UsageError('no route', 5).exitCode).toBe(5);
  });
});
