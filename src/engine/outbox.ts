// What leaves in this tick: renders messages into chunks, queues them, and frees chunks when the kernel has them. Decides nothing.

import type { Recorder } from '../metrics/recorder.ts';
import type { Memory } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import type { Fields } from '../sip/template.ts';
import type { Transactions } from '../transaction/slots.ts';
import { NOT_SENT, placeOf, type Transport } from '../transport/transport.ts';
import type { Wire } from './compose.ts';
import type { Tally } from './tally.ts';
import { TXN } from './transactions.ts';

const QUEUE = 8192;
const GAVE_UP = 256;
/** Starts that leave later than this after their due instant count as late. */
const LATE_US = 10_000;

export class Outbox {
  private readonly memory: Memory;
  private readonly transport: Transport;
  private readonly txns: Transactions;
  private readonly tally: Tally;
  private readonly recorder: Recorder;
  private readonly lagSeries: number;
  /** Transaction of each queued message, NONE for those that are timed by nobody. */
  private readonly queued: Int32Array;
  private laterChunk = new Int32Array(QUEUE);
  private laterLength = new Int32Array(QUEUE);
  private laterCount = 0;
  /** Client transactions whose request was given up, and why: told when nothing is being sent. */
  readonly gaveUp = new Int32Array(GAVE_UP);
  readonly gaveUpWhy = new Uint8Array(GAVE_UP);
  gaveUpCount = 0;
  /** Length of the message that the last `render` made. */
  length = 0;
  trace: ((sent: boolean, start: number, end: number, peer: number) => void) | null = null;

  constructor(
    memory: Memory,
    transport: Transport,
    txns: Transactions,
    tally: Tally,
    recorder: Recorder,
    lagSeries: number,
  ) {
    this.memory = memory;
    this.transport = transport;
    this.txns = txns;
    this.tally = tally;
    this.recorder = recorder;
    this.lagSeries = lagSeries;
    this.queued = new Int32Array(QUEUE * transport.places.length);
    transport.onFlushed = (count, first = 0) => this.flushed(first, first + count);
  }

  /** Renders `wire` for `peer` into a fresh chunk; its offset (length in `length`), or NONE when memory is used up. */
  render(wire: Wire, fields: Fields, peer: number): number {
    const template = wire.templates[placeOf(peer)]!;
    const length = template.measure(fields);
    const chunk = this.memory.alloc(length);
    if (chunk === NONE) return NONE;
    template.render(fields, chunk, length);
    this.length = length;
    return chunk;
  }

  /** Queues a message whose chunk lives on. */
  send(chunk: number, length: number, peer: number, order: number, txn: number): void {
    const at = this.transport.send(chunk, length, peer, order);
    this.queued[at] = txn;
    if (this.trace !== null) this.trace(true, chunk, chunk + length, peer);
  }

  /** Frees a chunk when what is queued has left. */
  freeLater(chunk: number, length: number): void {
    if (this.laterCount === this.laterChunk.length) this.grow();
    this.laterChunk[this.laterCount] = chunk;
    this.laterLength[this.laterCount++] = length;
  }

  private grow(): void {
    const chunks = new Int32Array(this.laterChunk.length * 2);
    chunks.set(this.laterChunk);
    this.laterChunk = chunks;
    const lengths = new Int32Array(this.laterLength.length * 2);
    lengths.set(this.laterLength);
    this.laterLength = lengths;
  }

  flush(): void {
    this.transport.flush();
    for (let i = 0; i < this.laterCount; i++) this.memory.free(this.laterChunk[i]!, this.laterLength[i]!);
    this.laterCount = 0;
  }

  /** Notes when each request left: latencies from the send, schedule lag of each start. */
  private flushed(from: number, to: number): void {
    const { txns, queued } = this;
    const at = this.transport.txAtUs;
    for (let i = from; i < to; i++) {
      const txn = queued[i]!;
      if (at[i]! < 0) {
        if (txn !== NONE) this.giveUp(txn, NOT_SENT - at[i]!);
        continue;
      }
      if (txn === NONE || txns.retransmits[txn] !== 0 || (txns.flags[txn]! & TXN.SENT) !== 0) continue;
      txns.sentUs[txn] = at[i]!;
      txns.flags[txn]! |= TXN.SENT;
      if ((txns.flags[txn]! & TXN.LAUNCH) !== 0) {
        const lag = at[i]! - txns.dueUs[txn]!;
        this.recorder.value[0] = lag;
        this.recorder.recordValue(this.lagSeries);
        if (lag > LATE_US) this.tally.late();
      }
    }
  }

  /** The transport did not take a request. Beyond the room for them its timers find out (RFC 3261 §17.1: Timer B or F). */
  private giveUp(txn: number, fault: number): void {
    if (this.gaveUpCount === GAVE_UP) return;
    this.gaveUp[this.gaveUpCount] = txn;
    this.gaveUpWhy[this.gaveUpCount++] = fault;
  }
}
