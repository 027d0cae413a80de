// A flow's regular expression on bytes, one character each: the plain ones by a matcher that allocates nothing, any other by the language's own, on a text made for it. Pure.

import { NONE } from '../sip/message.ts';

const STEP = {
  /** Takes from `least` to `most` bytes of `set`, as many as it can. */
  TAKE: 0,
  /** The group that is kept begins, or ends. */
  OPEN: 1,
  CLOSE: 2,
  /** One of `branches`, the first that will do. */
  FORK: 3,
  /** `^`, `$` and `\b`. */
  START: 4,
  FINISH: 5,
  EDGE: 6,
  FOUND: 7,
} as const;

interface Step {
  readonly kind: number;
  /** 1 for each byte that fits. */
  readonly set: Uint8Array;
  readonly least: number;
  readonly most: number;
  readonly branches: readonly Step[];
  readonly next: Step | null;
}

/** A part of a pattern, to be put before what follows it. */
type Part = (next: Step) => Step;

const WORD = setOf('\\w', '');
const NOTHING = new Uint8Array(256);
const UNBOUNDED = 0x3fffffff;
const FOUND: Step = { kind: STEP.FOUND, set: NOTHING, least: 0, most: 0, branches: [], next: null };
/** One character of a text: a class, an escape that stands for one, or itself. */
const CHARACTER = /\[(?:[^\\\]]|\\.)*\]|\\(?:[dDwWsStnrfv]|[^A-Za-z0-9])|[^\\()[\]{}*+?|^$]/y;
const HOW_OFTEN: Readonly<Record<string, readonly [least: number, most: number]>> = {
  '*': [0, UNBOUNDED],
  '+': [1, UNBOUNDED],
  '?': [0, 1],
};

/** The bytes that a one-character pattern takes, by the language's own word. */
function setOf(character: string, flags: string): Uint8Array {
  const one = new RegExp(`^(?:${character})$`, flags);
  return Uint8Array.from({ length: 256 }, (_, byte) => (one.test(String.fromCharCode(byte)) ? 1 : 0));
}

/** Reads the plain patterns: characters with `*`, `+` or `?`, groups without, alternatives, `^`, `$` and `\b`. */
class Reader {
  private readonly source: string;
  private readonly flags: string;
  private at = 0;
  private groups = 0;

  constructor(source: string, flags: string) {
    this.source = source;
    this.flags = flags;
  }

  /** The first step; null for a pattern that is not plain. */
  read(): Step | null {
    const whole = this.alternatives();
    return whole === null || this.at < this.source.length ? null : whole(FOUND);
  }

  private takes(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private alternatives(): Part | null {
    const parts: Part[] = [];
    do {
      const part = this.sequence();
      if (part === null) return null;
      parts.push(part);
    } while (this.takes('|'));
    if (parts.length === 1) return parts[0]!;
    return (next) => ({ ...FOUND, kind: STEP.FORK, branches: parts.map((part) => part(next)) });
  }

  private sequence(): Part | null {
    const parts: Part[] = [];
    while (this.at < this.source.length && !'|)'.includes(this.source[this.at]!)) {
      const part = this.part();
      if (part === null) return null;
      parts.push(part);
    }
    return (next) => parts.reduceRight((after, part) => part(after), next);
  }

  private part(): Part | null {
    if (this.takes('^')) return (next) => ({ ...FOUND, kind: STEP.START, next });
    if (this.takes('$')) return (next) => ({ ...FOUND, kind: STEP.FINISH, next });
    if (this.takes('\\b')) return (next) => ({ ...FOUND, kind: STEP.EDGE, next });
    if (this.takes('(')) return this.group();
    CHARACTER.lastIndex = this.at;
    const character = CHARACTER.exec(this.source)?.[0];
    if (character === undefined) return null;
    this.at += character.length;
    const often = HOW_OFTEN[this.source[this.at] ?? ''];
    if (often !== undefined) this.at++;
    const [least, most] = often ?? [1, 1];
    const set = setOf(character, this.flags);
    return (next) => ({ ...FOUND, kind: STEP.TAKE, set, least, most, next });
  }

  private group(): Part | null {
    const kept = !this.takes('?:') && ++this.groups === 1;
    const inner = this.alternatives();
    if (inner === null || !this.takes(')')) return null;
    if (!kept) return inner;
    return (next) => ({ ...FOUND, kind: STEP.OPEN, next: inner({ ...FOUND, kind: STEP.CLOSE, next }) });
  }
}

export class Pattern {
  /** null where the language's own has to do it. */
  private readonly first: Step | null;
  private readonly own: RegExp;
  private bytes: Uint8Array = NOTHING;
  private start = 0;
  private end = 0;
  /** The first group of the last match; NONE where it took no part. */
  groupStart = NONE;
  groupEnd = NONE;

  /** @param source of a regular expression, which was checked; @param flags '' or 'i' */
  constructor(source: string, flags: '' | 'i') {
    this.first = new Reader(source, flags).read();
    this.own = new RegExp(source, `${flags}d`);
  }

  /** Whether it matches without a text. */
  get plain(): boolean {
    return this.first !== null;
  }

  /** Whether it matches somewhere in `[start, end)`. */
  find(bytes: Uint8Array, start: number, end: number): boolean {
    const { first } = this;
    if (first === null) return this.findByText(bytes, start, end);
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.groupStart = NONE;
    const last = first.kind === STEP.START ? start : end;
    for (let at = start; at <= last; at++) if (this.run(first, at)) return true;
    return false;
  }

  private run(from: Step, place: number): boolean {
    const { bytes, end } = this;
    let step = from;
    let at = place;
    for (;;) {
      switch (step.kind) {
        case STEP.TAKE: {
          const { set, least, most } = step;
          let count = 0;
          while (count < most && at + count < end && set[bytes[at + count]!] === 1) count++;
          if (count < least) return false;
          for (; count > least; count--) if (this.run(step.next!, at + count)) return true;
          at += least;
          break;
        }
        case STEP.OPEN:
          this.groupStart = at;
          if (this.run(step.next!, at)) return true;
          this.groupStart = NONE;
          return false;
        case STEP.CLOSE:
          this.groupEnd = at;
          break;
        case STEP.FORK:
          for (let i = 0; i < step.branches.length; i++) if (this.run(step.branches[i]!, at)) return true;
          return false;
        case STEP.START:
          if (at !== this.start) return false;
          break;
        case STEP.FINISH:
          if (at !== end) return false;
          break;
        case STEP.EDGE:
          if (this.isWord(at - 1) === this.isWord(at)) return false;
          break;
        default:
          return true;
      }
      step = step.next!;
    }
  }

  private isWord(at: number): boolean {
    return at >= this.start && at < this.end && WORD[this.bytes[at]!] === 1;
  }

  private findByText(bytes: Uint8Array, start: number, end: number): boolean {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    const found = this.own.exec(text);
    const group = found?.indices?.[1];
    this.groupStart = group === undefined ? NONE : start + group[0];
    this.groupEnd = group === undefined ? NONE : start + group[1];
    return found !== null;
  }
}
