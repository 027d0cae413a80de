// Temporary folders of the tests. Never written outside the system's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];
process.on('exit', () => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A new empty folder, removed when the test process ends. */
export function tempDir(): string {
  const path = mkdtempSync(join(tmpdir(), 'busyhour-'));
  made.push(path);
  return path;
}
