// What the user is told when something asked for cannot be done: for tests of whatever reads a command line. Never swallows another error.
import { expect } from 'vitest';
import { UsageError } from '../src/controller/usage-error.ts';

/** The message of the UsageError with exit code 2 that `ask` throws. */
export function complaint(ask: () => unknown): string {
  try {
    ask();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).exitCode).toBe(2);
    return (error as UsageError).message;
  }
  throw new Error('no complaint');
}
