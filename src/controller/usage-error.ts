// What the user asked for cannot be done: one clear line, and the exit code for it. Knows no command.

/** @property exitCode 2 for usage and files, 5 for a target that cannot be reached. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
