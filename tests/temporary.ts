// Before the first test of a run: a temporary folder for all of them, which goes with everything in it when the run is over. Never touches what other programs put beside it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Set while a folder is there: each project of the run comes by here. */
const MARK = 'BUSYHOUR_TESTS_FOLDER';

export default function setup(): (() => void) | undefined {
  if (process.env[MARK] !== undefined) return undefined;
  const before = process.env.TMPDIR;
  // A short name: servers put sockets into folders below, and the path of a socket ends at some 100 characters.
  const path = mkdtempSync(join(tmpdir(), 'bh-'));
  process.env[MARK] = path;
  process.env.TMPDIR = path;
  return () => {
    delete process.env[MARK];
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(path, { recursive: true, force: true });
  };
}
