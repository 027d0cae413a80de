// A message as literal bytes and fields, rendered by copying spans inside one block of memory. Knows no header and no meaning of a field.

import { putDecimal } from './bytes.ts';
import { copyWithin, type Memory } from './memory.ts';
import { NONE } from './message.ts';

/** Most fields a template may name. */
export const FIELD_COUNT = 64;

/** The values of a rendering: field f is the span `[start[f], start[f] + length[f])` of the block. One reused object. */
export class Fields {
  readonly start = new Int32Array(FIELD_COUNT);
  readonly length = new Int32Array(FIELD_COUNT);

  set(field: number, start: number, length: number): void {
    this.start[field] = start;
    this.length[field] = length;
  }
}

/** A piece of a template: text, or a field by number. */
export type Part = string | number;

/**
 * Literals and fields in order. As long as the lengths of the fields stay what they were (identifiers have fixed
 * width, peers repeat themselves) a rendering is one block copy of the last image and a patch of each field;
 * otherwise the image is laid out anew.
 */
export class Template {
  readonly fields: Int32Array;
  private readonly literalStart: Int32Array;
  private readonly literalLength: Int32Array;
  private readonly lengths: Int32Array;
  private readonly at: Int32Array;
  private readonly image: number;
  private readonly imageCapacity: number;
  private readonly bytes: Uint8Array;
  private readonly literalTotal: number;
  private readonly bodyFrom: number;
  private readonly lengthField: number;
  private readonly lengthDigits: number;
  private total = NONE;

  /**
   * @param head parts of start line and headers; they must end with the empty line
   * @param body parts of the body
   * @param lengthField a field of `head` that takes the body's length in decimal digits; NONE when the head says it as text
   */
  constructor(memory: Memory, head: readonly Part[], body: readonly Part[], lengthField: number) {
    this.bytes = memory.bytes;
    const fields: number[] = [];
    const literals: string[] = [''];
    let bodyFrom = NONE;
    for (const part of head) {
      if (typeof part === 'number') {
        fields.push(part);
        literals.push('');
      } else literals[literals.length - 1] += part;
    }
    bodyFrom = fields.length;
    // The literal that spans head and body is cut by its byte length, so that the body can be measured.
    const headTail = Buffer.byteLength(literals[literals.length - 1]!);
    for (const part of body) {
      if (typeof part === 'number') {
        fields.push(part);
        literals.push('');
      } else literals[literals.length - 1] += part;
    }
    this.fields = Int32Array.from(fields);
    this.literalStart = new Int32Array(literals.length);
    this.literalLength = new Int32Array(literals.length);
    let literalTotal = 0;
    let bodyLiteral = -headTail;
    literals.forEach((text, i) => {
      const raw = Buffer.from(text);
      const at = memory.reserve(Math.max(1, raw.length));
      this.bytes.set(raw, at);
      this.literalStart[i] = at;
      this.literalLength[i] = raw.length;
      literalTotal += raw.length;
      if (i >= bodyFrom) bodyLiteral += raw.length;
    });
    this.literalTotal = literalTotal;
    this.bodyFrom = bodyFrom;
    this.bodyLiteral = bodyLiteral;
    this.lengthField = lengthField;
    this.lengthDigits = memory.reserve(16);
    this.lengths = new Int32Array(fields.length).fill(NONE);
    this.at = new Int32Array(fields.length);
    this.imageCapacity = literalTotal + 64 * fields.length + 1024;
    this.image = memory.reserve(this.imageCapacity);
  }

  private readonly bodyLiteral: number;

  /** Exact length of the next rendering with these fields, in bytes. Call it before each `render`. */
  measure(values: Fields): number {
    const { fields } = this;
    if (this.lengthField !== NONE) {
      let body = this.bodyLiteral;
      for (let i = this.bodyFrom; i < fields.length; i++) body += values.length[fields[i]!]!;
      values.start[this.lengthField] = this.lengthDigits;
      values.length[this.lengthField] = putDecimal(this.bytes, this.lengthDigits, body) - this.lengthDigits;
    }
    let total = this.literalTotal;
    for (let i = 0; i < fields.length; i++) total += values.length[fields[i]!]!;
    return total;
  }

  /** Writes the message at `to`, which has room for `total` bytes as `measure` gave it. */
  render(values: Fields, to: number, total: number): void {
    const { fields, lengths, at, bytes } = this;
    let same = total === this.total;
    for (let i = 0; i < fields.length; i++) if (lengths[i] !== values.length[fields[i]!]) same = false;
    if (!same) {
      this.layOut(values, to, total);
      return;
    }
    bytes.copyWithin(to, this.image, this.image + total);
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]!;
      copyWithin(bytes, to + at[i]!, values.start[field]!, values.length[field]!);
    }
  }

  private layOut(values: Fields, to: number, total: number): void {
    const { fields, bytes } = this;
    let p = to;
    for (let i = 0; ; i++) {
      copyWithin(bytes, p, this.literalStart[i]!, this.literalLength[i]!);
      p += this.literalLength[i]!;
      if (i === fields.length) break;
      const field = fields[i]!;
      this.at[i] = p - to;
      this.lengths[i] = values.length[field]!;
      copyWithin(bytes, p, values.start[field]!, values.length[field]!);
      p += values.length[field]!;
    }
    if (total <= this.imageCapacity) {
      bytes.copyWithin(this.image, to, to + total);
      this.total = total;
    } else this.total = NONE;
  }
}
