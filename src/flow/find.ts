// Flows by name or by file: the built-in ones of suites/flows and those of the user. The only place of this room that reads files.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Flow, methodsOf } from './flow.ts';
import { type Loaded, type LoadOptions, loadFlow } from './load.ts';
import { isMix, type LoadedMix, loadMix } from './mix.ts';
import { nearest } from './nearest.ts';
import { formatProblem } from './problem.ts';

export interface FlowEntry {
  readonly name: string;
  readonly title: string;
  readonly methods: readonly string[];
  readonly file: string;
}

const IS_FILE = /[/\\]|\.ya?ml$/;

/** suites/flows, from src/flow/ as well as from dist/src/flow/. */
export function flowsFolder(): string {
  const places = ['../../suites/flows', '../../../suites/flows'].map((up) =>
    fileURLToPath(new URL(up, import.meta.url)),
  );
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`the built-in flows are missing: no folder ${places.join(' or ')}`);
  return found;
}

function flowNames(): string[] {
  return readdirSync(flowsFolder())
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();
}

/** The built-in flows by name. */
export function listFlows(): FlowEntry[] {
  return flowNames().map((name) => {
    const file = join(flowsFolder(), `${name}.yaml`);
    const flow = builtIn(loadFlow(readFileSync(file, 'utf8'), file));
    return { name: flow.name, title: flow.title, methods: methodsOf(flow), file };
  });
}

function builtIn(loaded: Loaded): Flow {
  if ('flow' in loaded) return loaded.flow;
  throw new Error(`a built-in flow is broken: ${loaded.problems.map(formatProblem).join('; ')}`);
}

/** Loads a built-in flow by its name, or a file: anything with a `/`, or ending in .yaml or .yml. */
export function findFlow(nameOrFile: string, options: LoadOptions = {}): Loaded {
  const names = flowNames();
  const isFile = IS_FILE.test(nameOrFile);
  if (!isFile && !names.includes(nameOrFile)) {
    const near = nearest(nameOrFile, names);
    const meant = near.length > 0 ? `write ${near.join(' or ')}` : `built in: ${names.join(', ')}`;
    return notFound(
      nameOrFile,
      `no flow is called ${nameOrFile}`,
      `${meant}; a file of yours needs its path, such as ./${nameOrFile}.yaml`,
    );
  }
  const file = isFile ? nameOrFile : join(flowsFolder(), `${nameOrFile}.yaml`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      return notFound(file, 'there is no such file', 'check the path, or name a built-in flow: busyhour flows');
    return notFound(file, `the file cannot be read: ${message}`, 'see that it is a file and that you may read it');
  }
  if (isMix(text))
    return notFound(
      file,
      'the file holds a mix, not one flow',
      'load and validate take it; name one of its flows here, or a file that begins with flow:',
    );
  return loadFlow(text, file, options);
}

/** The mix of a file; null when it holds no mix, or cannot be read (as a flow it is then told why). */
export function findMix(nameOrFile: string, options: LoadOptions = {}): LoadedMix | null {
  if (!IS_FILE.test(nameOrFile)) return null;
  let text: string;
  try {
    text = readFileSync(nameOrFile, 'utf8');
  } catch {
    return null;
  }
  if (!isMix(text)) return null;
  // A path in a mix is seen from the mix.
  const from = dirname(nameOrFile);
  return loadMix(text, nameOrFile, (flow) => findFlow(IS_FILE.test(flow) ? resolve(from, flow) : flow, options));
}

function notFound(file: string, message: string, mend: string): Loaded {
  return { problems: [{ file, line: 0, column: 0, severity: 'error', message, mend }] };
}
