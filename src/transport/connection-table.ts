// The connections of a transport by number: a slot, and a generation so that a number never means a later connection of its slot. Opens nothing.

import { NONE } from '../sip/message.ts';
import type { Connection } from './connection.ts';

/** Set in the number of a connection; places have it not. */
const CONNECTION = 1 << 27;
const SLOT_BITS = 15;
const GENERATIONS = 1 << 12;
export const MOST_CONNECTIONS = 1 << SLOT_BITS;

export function isConnection(peer: number): boolean {
  return (peer & CONNECTION) !== 0;
}

type Make<C> = new (
  slot: number,
  handle: number,
  peer: number,
  destination: number,
  address: string,
  port: number,
) => C;

export class ConnectionTable<C extends Connection> {
  readonly capacity: number;
  /** By slot. What is over stays until its slot is needed, since answers to it may still be on their way. */
  readonly slots: C[] = [];
  private readonly make: Make<C>;
  private readonly generation: Uint16Array;
  /** Slots given back, the oldest first: a ring. */
  private readonly freed: Int32Array;
  private first = 0;
  private count = 0;

  constructor(make: Make<C>, capacity = MOST_CONNECTIONS) {
    this.make = make;
    this.capacity = capacity;
    this.generation = new Uint16Array(capacity);
    this.freed = new Int32Array(capacity);
  }

  /** A connection without a socket, or null when every slot is in use. `peer` NONE: it is known by its own number. */
  take(peer: number, destination: number, address: string, port: number): C | null {
    let slot: number;
    if (this.slots.length < this.capacity) slot = this.slots.length;
    else if (this.count > 0) {
      slot = this.freed[this.first]!;
      this.first = (this.first + 1) % this.capacity;
      this.count--;
    } else return null;
    this.generation[slot] = (this.generation[slot]! + 1) % GENERATIONS;
    const handle = CONNECTION | (this.generation[slot]! << SLOT_BITS) | slot;
    const connection = new this.make(slot, handle, peer, destination, address, port);
    this.slots[slot] = connection;
    return connection;
  }

  /** Its slot may be taken by another one, though not soon. */
  give(connection: C): void {
    this.freed[(this.first + this.count++) % this.capacity] = connection.slot;
  }

  /** The connection of a number; null when its slot has another one by now. */
  find(handle: number): C | null {
    if (handle === NONE || !isConnection(handle)) return null;
    const connection = this.slots[handle & (MOST_CONNECTIONS - 1)];
    return connection !== undefined && connection.handle === handle ? connection : null;
  }
}
