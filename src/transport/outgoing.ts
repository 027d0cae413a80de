// What waits to leave, and in which order and runs it is given to the kernel. Pure: columns of integers; no socket, no bytes.

import { NONE } from '../sip/message.ts';

export const QUEUE = 4096;
/** The kernel takes no more segments in one send (64 before Linux 6.9), and no more bytes than one datagram has. */
export const MAX_SEGMENTS = 64;
const MAX_RUN_BYTES = 65_000;
/** An Ethernet frame of 1500 less the IP and UDP headers: a longer message would need fragments, which a run cannot have. */
const MAX_SEGMENT_BYTES = 1472;
/** Shorter runs save little; sent singly, a capture on loopback shows each message as a datagram of its own. */
const MIN_RUN = 4;
/** Longest order key, so that a wild one is a mistake found and not memory taken. */
const MAX_ORDER = 1 << 24;

/** Room for these keys from the start: code that was compiled for one array is compiled anew for the next. */
const FIRST_ORDERS = 65_536;

const OPEN = 1024;

/**
 * A run is some messages of one length to one peer, which go in one send and leave as separate datagrams. Messages join
 * the open run of their peer and length, wherever in the queue they stand, unless an earlier message with their order key
 * is in a later run: then a new run opens.
 */
export class Outgoing {
  readonly start = new Int32Array(QUEUE);
  readonly len = new Int32Array(QUEUE);
  readonly peer = new Int32Array(QUEUE);
  private readonly order = new Int32Array(QUEUE);
  count = 0;

  /** After `arrange`: queue indices in the order of leaving; where a run starts, its length stands in `run`, else 1. */
  readonly sequence = new Int32Array(QUEUE);
  readonly run = new Int32Array(QUEUE);

  private readonly next = new Int32Array(QUEUE);
  private readonly groupHead = new Int32Array(QUEUE);
  private readonly groupTail = new Int32Array(QUEUE);
  private readonly groupCount = new Int32Array(QUEUE);
  /** Open group by a hash of peer and length, and the flush it belongs to. A collision closes the older group. */
  private readonly openGroup = new Int32Array(OPEN);
  private readonly openEpoch = new Int32Array(OPEN);
  /** By order key, in pairs: the flush, and the group of the key's last message in it. */
  private lastOfKey = new Int32Array(2 * FIRST_ORDERS);
  private epoch = 0;

  /** Appends a message; the caller sees to it that `count` < QUEUE. `order` NONE is a message without an order key. */
  add(start: number, len: number, peer: number, order: number): number {
    if (order * 2 >= this.lastOfKey.length) this.grow(order);
    const at = this.count++;
    this.start[at] = start;
    this.len[at] = len;
    this.peer[at] = peer;
    this.order[at] = order;
    return at;
  }

  private grow(order: number): void {
    if (order >= MAX_ORDER) throw new RangeError(`order key ${order}: keys must be below ${MAX_ORDER}`);
    let length = this.lastOfKey.length;
    while (order * 2 >= length) length *= 2;
    const larger = new Int32Array(length);
    larger.set(this.lastOfKey);
    this.lastOfKey = larger;
  }

  /** Fills `sequence` and `run`. Peers with `single[peer]` not 0 get no runs. */
  arrange(single: Uint8Array): void {
    const { len, peer, order, next, groupHead, groupTail, groupCount, openGroup, openEpoch, lastOfKey, count } = this;
    const epoch = (this.epoch + 1) | 0;
    this.epoch = epoch;
    let groups = 0;
    for (let i = 0; i < count; i++) {
      const bytes = len[i]!;
      const to = peer[i]!;
      const key = order[i]! * 2;
      let group = NONE;
      const groupable = bytes > 0 && bytes <= MAX_SEGMENT_BYTES && single[to] === 0;
      const at = (Math.imul(to, 0x9e37) ^ bytes) & (OPEN - 1);
      if (groupable && openEpoch[at] === epoch) {
        const open = openGroup[at]!;
        const head = groupHead[open]!;
        if (
          len[head] === bytes &&
          peer[head] === to &&
          groupCount[open]! < MAX_SEGMENTS &&
          (groupCount[open]! + 1) * bytes <= MAX_RUN_BYTES &&
          (key < 0 || lastOfKey[key] !== epoch || lastOfKey[key + 1]! <= open)
        ) {
          group = open;
        }
      }
      if (group === NONE) {
        group = groups++;
        groupHead[group] = i;
        groupCount[group] = 1;
        if (groupable) {
          openGroup[at] = group;
          openEpoch[at] = epoch;
        }
      } else {
        next[groupTail[group]!] = i;
        groupCount[group]!++;
      }
      groupTail[group] = i;
      next[i] = NONE;
      if (key >= 0) {
        lastOfKey[key] = epoch;
        lastOfKey[key + 1] = group;
      }
    }
    this.line(groups);
  }

  /** Without runs: everything leaves singly, as it was queued. */
  arrangeSingly(): void {
    for (let i = 0; i < this.count; i++) {
      this.sequence[i] = i;
      this.run[i] = 1;
    }
  }

  private line(groups: number): void {
    const { sequence, run, next, groupHead, groupCount } = this;
    let at = 0;
    for (let group = 0; group < groups; group++) {
      const begin = at;
      let message = groupHead[group]!;
      while (message !== NONE) {
        sequence[at] = message;
        run[at++] = 1;
        message = next[message]!;
      }
      if (groupCount[group]! >= MIN_RUN) run[begin] = groupCount[group]!;
    }
  }
}
