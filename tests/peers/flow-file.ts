// Flow files that only one test needs. Never kept.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from './temp-dir.ts';

/** Path of a flow file with these steps, in YAML. */
export function flowFile(name: string, ladder: string): string {
  const file = join(tempDir(), `${name}.yaml`);
  writeFileSync(file, `flow: ${name}\ntitle: A flow of one test\nladder:\n${ladder}`);
  return file;
}
