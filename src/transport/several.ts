// Several transports as one, so that one worker with one store is reached at all of them: their peers are numbered by place. Holds no socket of its own.

import { QUEUE } from './outgoing.ts';
import {
  atPlace,
  type ConnectionStats,
  MOST_PLACES,
  PEER_MASK,
  type Place,
  placeOf,
  type Transport,
} from './transport.ts';

/** A transport that waits keeps the others waiting this long at most. */
const SLICE_US = 2_000;

export class Several implements Transport {
  readonly io = 'mixed';
  readonly places: readonly Place[];
  readonly rcvbufBytes: number;
  readonly blocking: boolean;
  readonly sliceUs: number;
  readonly txAtUs: Float64Array;
  readonly broken = new Map<number, number>();
  onFlushed: (count: number, first?: number) => void = () => {};
  onRefused: (peer: number, start: number, end: number) => void = () => {};
  onReadable: () => void = () => {};
  onFull: () => void = () => {};
  private readonly members: readonly Transport[];
  private readonly blockers: readonly Transport[];
  /** The member whose columns are shown. */
  private shown: Transport;
  more = false;
  private turn = 0;
  private waiter = 0;

  constructor(members: readonly Transport[]) {
    if (members.length > MOST_PLACES) throw new RangeError(`${members.length} places: at most ${MOST_PLACES}`);
    this.members = members;
    this.shown = members[0]!;
    this.places = members.map((m) => m.places[0]!);
    this.blockers = members.filter((m) => m.blocking);
    this.blocking = this.blockers.length > 0;
    this.sliceUs = SLICE_US;
    this.rcvbufBytes = Math.max(...members.map((m) => m.rcvbufBytes));
    this.txAtUs = new Float64Array(QUEUE * members.length);
    for (const [place, member] of members.entries()) {
      member.onFlushed = (count, first = 0) => {
        const base = place * QUEUE;
        for (let i = first; i < first + count; i++) this.txAtUs[base + i] = member.txAtUs[i]!;
        this.onFlushed(count, base + first);
      };
      member.onRefused = (peer, start, end) => this.onRefused(atPlace(place, peer), start, end);
      member.onReadable = () => this.onReadable();
      member.onFull = () => this.onFull();
    }
  }

  get rxStart(): Int32Array {
    return this.shown.rxStart;
  }

  get rxEnd(): Int32Array {
    return this.shown.rxEnd;
  }

  get rxPeer(): Int32Array {
    return this.shown.rxPeer;
  }

  get rxAtUs(): Float64Array {
    return this.shown.rxAtUs;
  }

  get rxFault(): Int32Array | null {
    return this.shown.rxFault;
  }

  /** What one member has; the next call goes on with the next one. */
  receive(): number {
    const { members } = this;
    for (let tried = 0; tried < members.length; tried++) {
      const place = this.turn;
      const member = members[place]!;
      if (!member.more) this.turn = (place + 1) % members.length;
      const rows = member.receive();
      if (member.broken.size > 0) this.gather(place);
      if (rows === 0) continue;
      this.shown = member;
      if (place > 0) for (let i = 0; i < rows; i++) member.rxPeer[i] = atPlace(place, member.rxPeer[i]!);
      // The others have not been asked yet.
      this.more = true;
      return rows;
    }
    this.more = false;
    return 0;
  }

  private gather(place: number): void {
    const { broken } = this.members[place]!;
    for (const [peer, fault] of broken) this.broken.set(atPlace(place, peer), fault);
    broken.clear();
  }

  private of(peer: number): Transport {
    return this.members[placeOf(peer)]!;
  }

  peer(address: string, port: number, place = 0): number {
    return atPlace(place, this.members[place]!.peer(address, port));
  }

  peerAddress(peer: number): string {
    return this.of(peer).peerAddress(peer & PEER_MASK);
  }

  peerPort(peer: number): number {
    return this.of(peer).peerPort(peer & PEER_MASK);
  }

  ownPeer(peer: number): number {
    return atPlace(placeOf(peer), this.of(peer).ownPeer(peer & PEER_MASK));
  }

  releasePeer(peer: number): void {
    this.of(peer).releasePeer(peer & PEER_MASK);
  }

  returnPort(peer: number, port: number): void {
    this.of(peer).returnPort(peer & PEER_MASK, port);
  }

  send(start: number, len: number, peer: number, order: number): number {
    const place = placeOf(peer);
    return place * QUEUE + this.members[place]!.send(start, len, peer < 0 ? peer : peer & PEER_MASK, order);
  }

  flush(): void {
    for (let i = 0; i < this.members.length; i++) this.members[i]!.flush();
  }

  wait(maxUs: number): void {
    const us = Math.min(maxUs, SLICE_US);
    this.waiter = (this.waiter + 1) % this.blockers.length;
    this.blockers[this.waiter]!.wait(us);
  }

  nap(us: number): void {
    this.blockers[0]!.nap(Math.min(us, SLICE_US));
  }

  rxDropped(): number {
    return this.members.reduce((sum, m) => sum + m.rxDropped(), 0);
  }

  get stats(): ConnectionStats {
    const all: ConnectionStats = { sendErrors: {}, connections: {}, keepalives: 0, open: 0 };
    for (const { stats } of this.members) {
      add(all.sendErrors, stats.sendErrors);
      add(all.connections, stats.connections);
      all.keepalives += stats.keepalives;
      all.open += stats.open;
    }
    return all;
  }

  close(): void {
    for (const member of this.members) member.close();
  }
}

function add(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
