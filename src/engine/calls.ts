// The call slots: one column per fact, one index per call. Holds state only; who may change it is the player's business.

import { NONE } from '../sip/message.ts';

/** Flags of a call. */
export const CALL = {
  /** The ACK for the 2xx of our last INVITE was sent. */
  ACKED: 1,
  /** A 2xx to an INVITE was sent or received: the dialog is confirmed. */
  ANSWERED: 2,
  /** The ACK for our 2xx to the peer's last INVITE has come. */
  PEER_ACKED: 16,
  /** The call has started its last wait: answer --delay before the first answer. */
  DELAYING: 4,
  /** The first request of the call is out: schedule lag was recorded. */
  LAUNCHED: 8,
  /** The peer has ended the dialog: no BYE of ours. */
  RELEASED: 32,
  /** What the request at hand has been challenged with: three bits (challenge.ts), the lowest is 64. */
  TRIED: 64 | 128 | 256,
  /** A SUBSCRIBE or REFER of ours has had no NOTIFY so far. */
  AWAITS_NOTIFY: 512,
  /** The NOTIFY that the ladder answers next was answered when it came. */
  NOTIFY_ANSWERED: 1024,
} as const;

/** Columns start as zero and cost no memory until a slot is used; NONE is written when a slot is taken. */
export class Calls {
  readonly capacity: number;
  /** 0: free. Otherwise the serial number of the call, unique over the run of this worker; its low bits are its program. */
  readonly serial: Int32Array;
  /** How many bits those are: none where there is one program. */
  readonly programBits: number;
  readonly program: Uint8Array;
  /** The slot that plays the program: its own, or that of the call of which this is a further dialog. */
  readonly main: Int32Array;
  /** Which dialog of the call this is (ROW.LEG), and the slot of the next one; NONE at the end. */
  readonly leg: Uint8Array;
  readonly nextLeg: Int32Array;
  readonly pc: Int32Array;
  /** Rows taken before their turn, bits relative to pc. */
  readonly ahead: Int32Array;
  readonly flags: Int16Array;
  /** Where the call's next request goes. */
  readonly peer: Int32Array;
  /** Pending INVITE and pending other transaction of each side, as slots. */
  readonly inviteClient: Int32Array;
  readonly otherClient: Int32Array;
  readonly inviteServer: Int32Array;
  readonly otherServer: Int32Array;
  /** CSeq number of our last INVITE, and of the peer's; 0: none. */
  readonly inviteCseq: Int32Array;
  readonly peerInviteCseq: Int32Array;
  /** RSeq of the last reliable provisional sent or received (RFC 3262 §7.1: below 2^32); 0: none. */
  readonly rseq: Uint32Array;
  /** Message of the program, + 1, that was the last ACK to a 2xx; 0: the standard one. */
  readonly ackMessage: Int16Array;
  /** Where a 3xx has sent the call: chunk + 1 and length of a URI, 0 for nowhere. */
  readonly redirectChunk: Int32Array;
  readonly redirectLength: Int32Array;
  /** The message kept for retransmission by the call itself: a 2xx, or a reliable provisional. */
  readonly keptChunk: Int32Array;
  readonly keptLength: Int32Array;
  readonly keptPeer: Int32Array;
  readonly keptCount: Uint8Array;
  readonly keptLine: Int16Array;
  readonly keptStatus: Int16Array;
  /** The instant the present step became due, microseconds. */
  readonly dueUs: Float64Array;
  /** Slots taken, one for each dialog of a call. How many calls there are is counted in Tally. */
  inUse = 0;
  private readonly free: Int32Array;
  private freeCount = 0;
  private highWater = 0;
  private lastSerial = 0;

  constructor(capacity: number, programs = 1) {
    this.capacity = capacity;
    this.programBits = 32 - Math.clz32(programs - 1);
    this.serial = new Int32Array(capacity);
    this.program = new Uint8Array(capacity);
    this.main = new Int32Array(capacity);
    this.leg = new Uint8Array(capacity);
    this.nextLeg = new Int32Array(capacity);
    this.pc = new Int32Array(capacity);
    this.ahead = new Int32Array(capacity);
    this.flags = new Int16Array(capacity);
    this.peer = new Int32Array(capacity);
    this.inviteClient = new Int32Array(capacity);
    this.otherClient = new Int32Array(capacity);
    this.inviteServer = new Int32Array(capacity);
    this.otherServer = new Int32Array(capacity);
    this.inviteCseq = new Int32Array(capacity);
    this.peerInviteCseq = new Int32Array(capacity);
    this.rseq = new Uint32Array(capacity);
    this.ackMessage = new Int16Array(capacity);
    this.redirectChunk = new Int32Array(capacity);
    this.redirectLength = new Int32Array(capacity);
    this.keptChunk = new Int32Array(capacity);
    this.keptLength = new Int32Array(capacity);
    this.keptPeer = new Int32Array(capacity);
    this.keptCount = new Uint8Array(capacity);
    this.keptLine = new Int16Array(capacity);
    this.keptStatus = new Int16Array(capacity);
    this.dueUs = new Float64Array(capacity);
    this.free = new Int32Array(capacity);
  }

  /** A fresh slot with every column reset, or NONE when all are taken. */
  take(program: number): number {
    let slot: number;
    if (this.freeCount > 0) slot = this.free[--this.freeCount]!;
    else if (this.highWater < this.capacity) slot = this.highWater++;
    else return NONE;
    this.inUse++;
    const step = 1 << this.programBits;
    this.lastSerial = (this.lastSerial + step) | 0 || step;
    this.serial[slot] = this.lastSerial | program;
    this.program[slot] = program;
    this.main[slot] = slot;
    this.leg[slot] = 0;
    this.nextLeg[slot] = NONE;
    this.pc[slot] = 0;
    this.ahead[slot] = 0;
    this.flags[slot] = 0;
    this.peer[slot] = NONE;
    this.inviteClient[slot] = NONE;
    this.otherClient[slot] = NONE;
    this.inviteServer[slot] = NONE;
    this.otherServer[slot] = NONE;
    this.inviteCseq[slot] = 0;
    this.peerInviteCseq[slot] = 0;
    this.rseq[slot] = 0;
    this.ackMessage[slot] = 0;
    this.redirectChunk[slot] = 0;
    this.keptChunk[slot] = NONE;
    this.keptCount[slot] = 0;
    return slot;
  }

  /** A slot for dialog `leg` of the call in slot `main`, or NONE. */
  takeLeg(main: number, leg: number): number {
    const slot = this.take(this.program[main]!);
    if (slot === NONE) return NONE;
    this.main[slot] = main;
    this.leg[slot] = leg;
    this.nextLeg[slot] = this.nextLeg[main]!;
    this.nextLeg[main] = slot;
    return slot;
  }

  /** The slot of dialog `leg` of a call, NONE when it has not begun. */
  legOf(main: number, leg: number): number {
    let slot = main;
    while (slot !== NONE && this.leg[slot] !== leg) slot = this.nextLeg[slot]!;
    return slot;
  }

  /** The program of the call that has, or had, this serial number. */
  programOf(serial: number): number {
    return serial & ((1 << this.programBits) - 1);
  }

  /** The number of a call as people count. */
  number(slot: number): number {
    return this.serial[slot]! >>> this.programBits;
  }

  release(slot: number): void {
    this.serial[slot] = 0;
    this.free[this.freeCount++] = slot;
    this.inUse--;
  }

  /** Whether `slot` holds the call with this serial number. */
  is(slot: number, serial: number): boolean {
    return slot >= 0 && slot < this.capacity && this.serial[slot] === serial && serial !== 0;
  }
}
