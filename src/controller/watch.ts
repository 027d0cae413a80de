// Which workers have fallen silent. Pure but for the clock it is given.

/** A worker says something each second; a slice of work may be long, but not this long. */
const SILENT_MS = 20_000;

export class Watch {
  private readonly heardMs = new Map<number, number>();

  heard(index: number, nowMs: number): void {
    this.heardMs.set(index, nowMs);
  }

  /** Those that have not been heard for too long; each is named once. */
  silent(nowMs: number): number[] {
    const found: number[] = [];
    for (const [index, atMs] of this.heardMs)
      if (nowMs - atMs > SILENT_MS) {
        found.push(index);
        this.heardMs.delete(index);
      }
    return found;
  }

  ended(index: number): void {
    this.heardMs.delete(index);
  }
}
