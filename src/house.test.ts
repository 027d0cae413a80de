// The rules of the house that a machine can check: who imports whom, how a file begins and how long it is. Never looks at behaviour.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Room {
  /** Rooms it may import, or single files of them as `room/file.ts`. */
  readonly rooms: readonly string[];
  /** Rooms it may only import types from. */
  readonly types?: readonly string[];
  /** Node built-ins without `node:`; `file.ts:crypto` allows one to one file only. */
  readonly builtins?: readonly string[];
  readonly packages?: readonly string[];
}

/** One row for each room; imports inside a room are free. */
const ROOMS: Readonly<Record<string, Room>> = {
  sip: { rooms: [], builtins: ['digest.ts:crypto'] },
  time: { rooms: [], builtins: ['perf_hooks'] },
  metrics: { rooms: [], packages: ['hdr-histogram-js'] },
  transaction: { rooms: ['sip', 'time'] },
  dialog: { rooms: ['sip'] },
  rules: { rooms: ['sip'] },
  // Flow files are read here; stepping touches no file.
  flow: {
    rooms: ['sip', 'dialog', 'transaction/constants.ts'],
    builtins: ['find.ts:fs', 'find.ts:path', 'find.ts:url', 'load.ts:fs', 'load.ts:path'],
    packages: ['yaml', 'zod'],
  },
  server: { rooms: ['sip', 'time', 'dialog', 'transaction/constants.ts'] },
  // fs and os: what the kernel says of its sockets (/proc, sysctl, errno).
  transport: {
    rooms: ['sip'],
    builtins: ['dgram', 'net', 'tls', 'dns', 'http', 'buffer', 'fs', 'os', 'util'],
    packages: ['koffi', 'ws'],
  },
  engine: {
    rooms: ['sip', 'time', 'metrics', 'transaction', 'dialog', 'rules', 'flow', 'server', 'transport'],
    builtins: ['worker_threads'],
  },
  controller: {
    rooms: ['metrics', 'flow', 'time', 'engine/protocol.ts'],
    // target.ts asks the kernel by which address it would send; nothing leaves there.
    builtins: ['worker_threads', 'os', 'dns', 'net', 'crypto', 'fs', 'path', 'url', 'target.ts:dgram'],
    packages: ['csv-parse', 'piscina'],
  },
  // Never transaction or engine: a judge must not use the defendant's state machine.
  conformance: {
    rooms: ['sip', 'time', 'transport', 'dialog', 'rules'],
    // The tester's own command makes a server originate.
    builtins: ['crypto', 'originate.ts:child_process'],
    packages: ['zod'],
  },
  report: {
    rooms: [],
    types: ['metrics', 'rules', 'conformance'],
    builtins: ['fs', 'path', 'crypto'],
    packages: ['csv-stringify', 'log-update', 'picocolors', 'zod'],
  },
  cli: {
    // flow and the rules' catalogue: `flows`, `validate` and the reading of a flow by its name need no run.
    rooms: ['controller', 'conformance', 'report', 'suites', 'flow', 'rules/catalogue.ts'],
    builtins: ['fs', 'path', 'process', 'url', 'os'],
    // baseline.ts writes what readDocument reads.
    packages: ['commander', 'zod', 'picocolors', 'log-update', 'yaml'],
  },
};

/** Names that say nothing of what is inside. */
const EMPTY_NAMES = /^(utils?|common|helpers?|misc|managers?|index)$/;
const MOST_LINES = 600;

const SRC = import.meta.dirname;
const TOP = join(SRC, '..');

function filesBelow(folder: string, matches: (path: string) => boolean): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(matches)
    .sort();
}

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Import and re-export lines, also over several lines, and calls of import(). */
function importsOf(source: string): Import[] {
  const found: Import[] = [];
  for (const match of source.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)) {
    found.push({ specifier: match[2]!, typeOnly: match[1] !== undefined });
  }
  for (const match of source.matchAll(/\bimport\(\s*'([^']+)'/g)) found.push({ specifier: match[1]!, typeOnly: false });
  return found;
}

/** What is wrong with an import, or null. `file` and the result of resolving are relative to src/. */
function objection(file: string, { specifier, typeOnly }: Import): string | null {
  const [room, ...rest] = file.split(sep) as [string, ...string[]];
  const row = ROOMS[room]!;
  if (specifier.startsWith('node:')) {
    const builtin = specifier.slice(5).split('/')[0]!;
    const allowed =
      row.builtins?.some((entry) => entry === builtin || entry === `${rest.join('/')}:${builtin}`) ?? false;
    return allowed ? null : `${file}: ${room} may not use ${specifier}`;
  }
  if (!specifier.startsWith('.')) {
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    return row.packages?.includes(name) ? null : `${file}: ${room} may not use the package ${name}`;
  }
  const target = relative(SRC, join(SRC, file, '..', specifier))
    .split(sep)
    .join('/');
  if (!target.endsWith('.ts') && !target.endsWith('.json')) return `${file}: write ${specifier} with its ending`;
  const there = target.startsWith('../') ? target.split('/')[1]! : target.split('/')[0]!;
  if (there === room || row.rooms.includes(there) || row.rooms.includes(target)) return null;
  if (row.types?.includes(there))
    return typeOnly ? null : `${file}: ${room} may import only types from ${there} (import type)`;
  return `${file}: ${room} may not import ${target}`;
}

const sources = filesBelow(SRC, (path) => path.endsWith('.ts')).map((path) => ({
  file: relative(SRC, path),
  text: readFileSync(path, 'utf8'),
}));

const SUITES = join(TOP, 'suites');
const suites = filesBelow(SUITES, (path) => /(?<!\.test)\.ts$/.test(path)).map((path) => ({
  file: relative(SUITES, path).split(sep).join('/'),
  text: readFileSync(path, 'utf8'),
}));

/** What is wrong with an import of a file of suites/, or null: cases stand on the judge and on the vocabulary of SIP alone. */
function suiteObjection(file: string, { specifier }: Import): string | null {
  if (specifier.startsWith('node:')) return file === 'load.ts' ? null : `${file}: a case may not use ${specifier}`;
  const target = relative(TOP, join(SUITES, file, '..', specifier))
    .split(sep)
    .join('/');
  const allowed = /^(src\/conformance\/|src\/sip\/names\.ts|suites\/)/.test(target) && specifier.startsWith('.');
  return allowed ? null : `${file}: a case may not import ${specifier}`;
}

describe('the suites', () => {
  it('import the conformance room and the names of SIP, and nothing else', () => {
    const objections = suites.flatMap(({ file, text }) => importsOf(text).map((one) => suiteObjection(file, one)));
    expect(suites.length).toBeGreaterThan(5);
    expect(objections.filter((one) => one !== null)).toEqual([]);
  });

  it('would notice a case that uses the defendant', () => {
    const value = (specifier: string): Import => ({ specifier, typeOnly: false });
    expect(suiteObjection('rfc3261/x.ts', value('../../src/engine/engine.ts'))).toMatch(/may not import/);
    expect(suiteObjection('rfc3261/x.ts', value('node:net'))).toMatch(/may not use/);
    expect(suiteObjection('rfc3261/x.ts', value('../../src/conformance/case.ts'))).toBeNull();
  });

  it('open with a line that says what they are, and keep to one section', () => {
    expect(suites.filter(({ text }) => !/^\/\/ \S.{15,}/.test(text)).map(({ file }) => file)).toEqual([]);
    expect(suites.filter(({ text }) => text.split('\n').length > MOST_LINES + 1).map(({ file }) => file)).toEqual([]);
  });
});

describe('the house', () => {
  it('has only rooms that are in the table', () => {
    const rooms = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.map((entry) => entry.name).filter((name) => ROOMS[name] === undefined)).toEqual([]);
  });

  it('imports only as the table says', () => {
    const objections = sources
      .filter(({ file }) => file.includes(sep) && !file.endsWith('.test.ts'))
      .flatMap(({ file, text }) => importsOf(text).map((one) => objection(file, one)))
      .filter((one) => one !== null);
    expect([...new Set(objections)]).toEqual([]);
  });

  it('would notice a forbidden import', () => {
    const value = (specifier: string): Import => ({ specifier, typeOnly: false });
    const judge = join('conformance', 'runner.ts');
    expect(objection(judge, value('../transaction/machine.ts'))).toMatch(/may not import transaction/);
    expect(objection(judge, value('../engine/protocol.ts'))).toMatch(/may not import engine/);
    expect(objection(judge, value('../sip/decode.ts'))).toBeNull();
    expect(objection(join('flow', 'stepper.ts'), value('../transaction/constants.ts'))).toBeNull();
    expect(objection(join('flow', 'stepper.ts'), value('../transaction/machine.ts'))).not.toBeNull();
    expect(objection(join('flow', 'stepper.ts'), value('node:fs'))).not.toBeNull();
    expect(objection(join('report', 'write.ts'), value('../metrics/summary.ts'))).toMatch(/only types/);
    expect(
      objection(join('report', 'html', 'page.ts'), { specifier: '../../metrics/summary.ts', typeOnly: true }),
    ).toBeNull();
    expect(objection(join('sip', 'decode.ts'), value('zod'))).not.toBeNull();
    expect(objection(join('sip', 'decode.ts'), value('./bytes'))).toMatch(/with its ending/);
    const lines =
      "import {\n  a,\n  b,\n} from '../x/y.ts';\nimport type { T } from './t.ts';\nexport { q } from './q.ts';\nimport 'side';\nawait import('./late.ts');\n";
    expect(importsOf(lines).map((one) => [one.specifier, one.typeOnly])).toEqual([
      ['../x/y.ts', false],
      ['./t.ts', true],
      ['./q.ts', false],
      ['side', false],
      ['./late.ts', false],
    ]);
  });

  it('opens every file with a line that says what it is', () => {
    const bare = sources.filter(({ file, text }) => {
      const lines = text.split('\n');
      const first = file === join('cli', 'main.ts') && lines[0]!.startsWith('#!') ? lines[1]! : lines[0]!;
      return !/^\/\/ \S.{15,}/.test(first);
    });
    expect(bare.map(({ file }) => file)).toEqual([]);
  });

  it('keeps files to one concept', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > MOST_LINES + 1);
    expect(long.map(({ file }) => file)).toEqual([]);
    const empty = sources.filter(({ file }) =>
      file.split(sep).some((part) => EMPTY_NAMES.test(part.replace(/(\.test)?\.ts$/, ''))),
    );
    expect(empty.map(({ file }) => file)).toEqual([]);
  });

  it('has no enum and no namespace', () => {
    const found = sources.filter(({ text }) =>
      /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?(?:enum|namespace)\s+\w/m.test(text),
    );
    expect(found.map(({ file }) => file)).toEqual([]);
  });

  it('names no path of the machine it was written on', () => {
    // In pieces, so that this file is no hit itself.
    const traces = ['work', 'root', 'home/[a-z]+', 'Users/[A-Za-z]+'].map((name) => `(?<![\\w.$}*])/${name}/`);
    const trace = new RegExp(traces.join('|'));
    const folders = ['src', 'suites', 'bench', 'tests', 'scripts', '.ci'].map((name) => join(TOP, name));
    const texts = /\.(ts|mjs|js|sh|md|ya?ml|json|cfg|xml|html|css|csv)$|run$/;
    const loose = readdirSync(TOP, { withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.name !== 'package-lock.json',
    );
    const all = [
      ...folders.flatMap((folder) => filesBelow(folder, (path) => texts.test(path))),
      ...loose.map((entry) => join(TOP, entry.name)).filter((path) => texts.test(path)),
    ];
    expect(all.length).toBeGreaterThan(sources.length);
    const hits = all.filter((path) => path !== join(SRC, 'house.test.ts') && trace.test(readFileSync(path, 'utf8')));
    expect(hits.map((path) => relative(TOP, path))).toEqual([]);
  });
});
