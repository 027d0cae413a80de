// A YAML text as plain data that still knows the line and column of every key and value. Knows nothing of flows.

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Problem } from './problem.ts';

export type Path = readonly (string | number)[];

/** Collects problems at places of a document, each once. */
export class Problems {
  readonly list: Problem[] = [];
  private readonly file: string;
  /** Offset of the first character of each line. */
  private readonly lineStarts: readonly number[];
  private readonly root: Node | null;

  constructor(file: string, text: string, root: Node | null) {
    this.file = file;
    this.lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    this.root = root;
  }

  get failed(): boolean {
    return this.list.some(({ severity }) => severity === 'error');
  }

  /** `which`: the place of the key itself or of its value. A path that does not exist stands at its nearest parent. */
  add(
    path: Path,
    which: 'key' | 'value',
    message: string,
    mend: string,
    severity: 'error' | 'warning' = 'error',
  ): void {
    this.addAt(offsetOf(this.root, path, which), message, mend, severity);
  }

  addAt(offset: number, message: string, mend: string, severity: 'error' | 'warning' = 'error'): void {
    const line = this.lineAt(offset);
    const column = offset - this.lineStarts[line - 1]! + 1;
    const same = this.list.some((p) => p.line === line && p.column === column && p.message === message);
    if (!same) this.list.push({ file: this.file, line, column, severity, message, mend });
  }

  /** 1-based line of a place. */
  lineOf(path: Path): number {
    return this.lineAt(offsetOf(this.root, path, 'value'));
  }

  /** `4:7`, line and column of a place. */
  placeOf(path: Path): string {
    const offset = offsetOf(this.root, path, 'value');
    const line = this.lineAt(offset);
    return `${line}:${offset - this.lineStarts[line - 1]! + 1}`;
  }

  private lineAt(offset: number): number {
    const line = this.lineStarts.findIndex((start) => start > offset);
    return line < 0 ? this.lineStarts.length : line;
  }

  sorted(): Problem[] {
    return this.list.sort((a, b) => a.line - b.line || a.column - b.column);
  }
}

function offsetOf(root: Node | null, path: Path, which: 'key' | 'value'): number {
  let node: Node | null = root;
  let offset = root?.range?.[0] ?? 0;
  for (let i = 0; i < path.length; i++) {
    if (node === null || isAlias(node)) break;
    let key: unknown = null;
    let value: unknown = null;
    if (isMap(node)) {
      const pair = node.items.find(({ key: k }) => isScalar(k) && String(k.value) === String(path[i]));
      key = pair?.key ?? null;
      value = pair?.value ?? null;
    } else if (isSeq(node)) value = node.items[path[i] as number] ?? null;
    const at =
      i === path.length - 1 && which === 'key' && isNode(key) ? key : isNode(value) && !isEmpty(value) ? value : key;
    if (!isNode(at)) break;
    offset = at.range?.[0] ?? offset;
    node = isNode(value) ? value : null;
  }
  return offset;
}

/** `key:` with nothing behind it: its null has a place of no use to the reader. */
function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null && (node.source ?? '') === '';
}

/** Numbers in headers stay as they are written: `007` is not 7. */
function keepHeaderNumbers(document: Document): void {
  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key) || pair.key.value !== 'headers' || !isMap(pair.value)) return;
      visit(pair.value, {
        Scalar(_key, scalar) {
          if (typeof scalar.value === 'number' && scalar.source !== undefined) scalar.value = scalar.source;
        },
      });
    },
  });
}

const MENDS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of the two',
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'line it up with its neighbours, with spaces',
  MISSING_CHAR: 'close the quote or bracket',
  MULTIPLE_DOCS: 'one file is one ladder: remove the line ---',
};

/** By the code of a fault, and by its words where one code stands for several. */
function mendOf({ code, message }: YAMLError): string {
  if (message.startsWith('Flow ') && message.includes('end with')) return MENDS.MISSING_CHAR!;
  if (message.startsWith('Sequence item without')) return MENDS.BAD_INDENT!;
  if (message.startsWith('Implicit ')) return 'put a colon and a space after the key';
  if (message.startsWith('Missing , ')) return 'put a comma between the two';
  return MENDS[code] ?? 'see https://yaml.org/spec/1.2.2, or quote the text';
}

/** Reads `text`; `value` is undefined when the YAML itself is wrong. */
export function readDocument(text: string, file: string): { value: unknown; problems: Problems } {
  const document = parseDocument(text, { prettyErrors: false });
  const problems = new Problems(file, text, document.contents);
  for (const fault of [...document.errors, ...document.warnings]) {
    const [at] = fault.pos;
    const mend = mendOf(fault);
    if (fault.code === 'DUPLICATE_KEY') problems.addAt(at, `${keyAt(document, at)} is given twice`, mend);
    else if (fault.code === 'MULTIPLE_DOCS') problems.addAt(at, 'a second document begins here', mend);
    else if (fault.code === 'MISSING_CHAR') problems.addAt(openingOf(document, at), `not YAML: ${fault.message}`, mend);
    else problems.addAt(at, `not YAML: ${fault.message}`, mend);
  }
  visit(document, {
    Pair(_, { key }) {
      if (isNode(key) && !isScalar(key))
        problems.addAt(key.range?.[0] ?? 0, 'a key is a list, a map or an alias', 'write a word');
    },
  });
  if (problems.failed) return { value: undefined, problems };
  keepHeaderNumbers(document);
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), problems };
  } catch (error) {
    // toJS throws for an alias without its anchor, and for aliases that would unfold to far too much.
    const at = brokenAlias(document);
    problems.addAt(at, `not YAML: ${(error as Error).message}`, 'write the steps out instead of using * aliases');
    return { value: undefined, problems };
  }
}

function keyAt(document: Document, offset: number): string {
  let name = 'a key';
  visit(document, {
    Pair(_, pair) {
      if (isScalar(pair.key) && pair.key.range?.[0] === offset) name = String(pair.key.value);
    },
  });
  return name;
}

/** Where the quoted text begins that is still open at `offset`; `offset` itself when there is none. */
function openingOf(document: Document, offset: number): number {
  let found = offset;
  visit(document, {
    Scalar(_, { range, type }) {
      if (type?.startsWith('QUOTE') && range && range[0] <= offset && range[1] >= offset) found = range[0];
    },
  });
  return found;
}

/** The first alias without an anchor, else the last alias of all. */
function brokenAlias(document: Document): number {
  let found = 0;
  visit(document, {
    Alias(_, alias) {
      found = alias.range?.[0] ?? found;
      return alias.resolve(document) === undefined ? visit.BREAK : undefined;
    },
  });
  return found;
}
