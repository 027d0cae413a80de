// Requests that came over a stream before the turn of their ladder: kept, and taken again when something has happened since. A datagram would be sent again by its peer; here nobody does (RFC 3261 §17.1.2.2).

import { decode } from '../sip/decode.ts';
import { NONE } from '../sip/message.ts';
import type { Engine } from './engine.ts';
import { takeRequestAgain } from './server.ts';

const MOST = 4_096;

export class Postponed {
  readonly chunk = new Int32Array(MOST);
  readonly length = new Int32Array(MOST);
  readonly peer = new Int32Array(MOST);
  readonly atUs = new Float64Array(MOST);
  count = 0;
}

/** Keeps the request in e.msg; false when there is no room for it. */
export function keepForLater(e: Engine): boolean {
  const { postponed: p, msg } = e;
  if (p.count === MOST) return false;
  const length = msg.end - msg.start;
  const chunk = e.memory.alloc(length);
  if (chunk === NONE) return false;
  e.bytes.copyWithin(chunk, msg.start, msg.end);
  p.chunk[p.count] = chunk;
  p.length[p.count] = length;
  p.peer[p.count] = e.receivedPeer;
  p.atUs[p.count++] = e.cause[0]!;
  return true;
}

/** Takes each kept request again; one whose turn has still not come is kept anew. */
export function takePostponed(e: Engine): void {
  const { postponed: p, msg, bytes } = e;
  const count = p.count;
  for (let i = 0; i < count; i++) {
    const chunk = p.chunk[i]!;
    const length = p.length[i]!;
    decode(msg, bytes, chunk, chunk + length);
    e.cause[0] = p.atUs[i]!;
    takeRequestAgain(e, p.peer[i]!);
    e.outbox.freeLater(chunk, length);
  }
  // What was kept anew stands behind; the calls of the others have gone on, or are over.
  p.count -= count;
  p.chunk.copyWithin(0, count, count + p.count);
  p.length.copyWithin(0, count, count + p.count);
  p.peer.copyWithin(0, count, count + p.count);
  p.atUs.copyWithin(0, count, count + p.count);
}
