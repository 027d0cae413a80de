// Before the first test of a run: a temporary folder for all of them, which goes with everything in it when the run is over. Never touches what other programs put beside it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setup(): () => void {
  const outer = process.env.TMPDIR;
  const path = mkdtempSync(join(tmpdir(), 'busyhour-tests-'));
  process.env.TMPDIR = path;
  return () => {
    // Projects each set up one, inside each other.
    if (outer === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = outer;
    rmSync(path, { recursive: true, force: true });
  };
}
