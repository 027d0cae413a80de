// A YAML text as plain data that still knows the line and column of every key and value. Knows nothing of flows.

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { Problem } from './problem.ts';

export type Path = readonly (string | number)[];

/** Collects problems at places of a document, each once. */
export class Problems {
  readonly list: Problem[] = [];
  private readonly file: string;
  private readonly lines: LineCounter;
  private readonly root: Node | null;

  constructor(file: string, lines: LineCounter, root: Node | null) {
    this.file = file;
    this.lines = lines;
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
    const { line, col } = this.lines.linePos(offset);
    const same = this.list.some((p) => p.line === line && p.column === col && p.message === message);
    if (!same) this.list.push({ file: this.file, line, column: col, severity, message, mend });
  }

  /** 1-based line of a place. */
  lineOf(path: Path): number {
    return this.lines.linePos(offsetOf(this.root, path, 'value')).line;
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

/** Reads `text`; `value` is undefined when the YAML itself is wrong. */
export function readDocument(text: string, file: string): { value: unknown; problems: Problems } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = new Problems(file, lines, document.contents);
  for (const fault of [...document.errors, ...document.warnings]) {
    const message = fault.code === 'DUPLICATE_KEY' ? duplicate(document, fault.pos[0]) : `not YAML: ${fault.message}`;
    problems.addAt(fault.pos[0], message, MENDS[fault.code] ?? 'see https://yaml.org/spec/1.2.2, or quote the text');
  }
  if (problems.failed) return { value: undefined, problems };
  keepHeaderNumbers(document);
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), problems };
  } catch (error) {
    // An alias without its anchor, or too many of them.
    problems.addAt(0, `not YAML: ${(error as Error).message}`, 'write the steps out instead of using * aliases');
    return { value: undefined, problems };
  }
}

function duplicate(document: Document, offset: number): string {
  let name = 'key';
  visit(document, {
    Pair(_, pair) {
      if (isPair(pair) && isScalar(pair.key) && pair.key.range?.[0] === offset) name = String(pair.key.value);
    },
  });
  return `${name} is given twice`;
}
