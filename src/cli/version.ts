// The version of the package this code runs from. Reads one file, once.

import { existsSync, readFileSync } from 'node:fs';

export function readVersion(): string {
  // From src/cli two folders up, from dist/src/cli three.
  for (const up of ['../../package.json', '../../../package.json']) {
    const url = new URL(up, import.meta.url);
    if (existsSync(url)) return (JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version;
  }
  throw new Error('package.json is missing beside the program');
}
