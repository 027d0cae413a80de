// Builder of a machine: one row per arrow of the RFC's figure, packed into a typed array. Runs once, at load; knows no machine.

import { EVENT_NAMES, STATE, STATE_NAMES } from './constants.ts';

/** No such pair. */
const NONE = -1;
/** Cells of one machine: state << 4 | event. */
export const TABLE_SIZE = STATE_NAMES.length << 4;

/** What is listed for a pair of state and event. */
export const ROW_KIND = {
  /** Not listed at all: the pair cannot come about. */
  ABSENT: 0,
  ON: 1,
  /** It can happen, and nothing follows. */
  IGNORE: 2,
  /** It can happen only by a mistake of the TU. */
  REFUSE: 3,
} as const;

export class Rows {
  readonly name: string;
  /** State and effects a new transaction begins with, packed. */
  readonly begin: number;
  /** `state << 4 | event` -> next state | effects << 4; NONE where refused or absent. */
  readonly table = new Int32Array(TABLE_SIZE).fill(NONE);
  private readonly kinds = new Uint8Array(TABLE_SIZE);

  constructor(name: string, state: number, effects: number) {
    this.name = name;
    this.begin = state | (effects << 4);
  }

  /** In `state`, `event` leads to `next` and demands `effects` (bits of EFFECT). */
  on(state: number, event: number, next: number, effects: number): void {
    this.list(state, event, ROW_KIND.ON);
    this.table[(state << 4) | event] = next | (effects << 4);
  }

  /** In `state`, these events change nothing. */
  ignore(state: number, ...events: number[]): void {
    for (const event of events) {
      this.list(state, event, ROW_KIND.IGNORE);
      this.table[(state << 4) | event] = state;
    }
  }

  /** In `state`, the TU must not do this: `step` returns NONE. */
  refuse(state: number, ...events: number[]): void {
    for (const event of events) this.list(state, event, ROW_KIND.REFUSE);
  }

  kind(state: number, event: number): number {
    return this.kinds[(state << 4) | event]!;
  }

  private list(state: number, event: number, kind: number): void {
    const pair = `${this.name}: ${STATE_NAMES[state]} on ${EVENT_NAMES[event]}`;
    if (STATE_NAMES[state] === undefined || EVENT_NAMES[event] === undefined) throw new Error(`${pair}: no such name`);
    if (state === STATE.TERMINATED) throw new Error(`${pair}: there is no way out of Terminated`);
    if (this.kind(state, event) !== ROW_KIND.ABSENT) throw new Error(`${pair}: listed twice`);
    this.kinds[(state << 4) | event] = kind;
  }
}
