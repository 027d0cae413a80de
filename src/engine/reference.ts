// State of the reference server, and the writing of what its messages say beyond their templates. Decides nothing: the other reference-*.ts do.

import { Chains } from '../server/chains.ts';
import { SHORTEST_S } from '../server/expiry.ts';
import { Merging } from '../server/merging.ts';
import { PastDialogs } from '../server/past-dialogs.ts';
import { Composition } from '../server/pidf.ts';
import { Publications } from '../server/publications.ts';
import { Registrar } from '../server/registrar.ts';
import { type AnswerText, answerText } from '../server/session-answer.ts';
import { bytesOf, perByte, putDecimal, putText } from '../sip/bytes.ts';
import { Gate } from '../sip/gate.ts';
import { copyWithin } from '../sip/memory.ts';
import { Uri } from '../sip/uri.ts';
import { MEDIA_PORT, sdp } from './compose.ts';
import type { Engine } from './engine.ts';
import { FIELD } from './fields.ts';

/** Where the INVITE session of a call stands. */
export const PHASE = {
  /** None: the dialog is a subscription's, or over. */
  NONE: 0,
  /** 180 sent; the answer follows by itself, or never (RINGING_ON). */
  RINGING: 1,
  RINGING_ON: 2,
  /** A reliable 183 was sent: the 200 follows its PRACK. */
  RELIABLE: 3,
  UP: 4,
  /** Reliable 183 and 180 one after the other; the 200 follows an offer in the early dialog, or EARLY_LIMIT_S later. */
  EARLY: 5,
  /** The call is one of ours, and has no final response so far. */
  CALLING: 6,
} as const;

/** Documents published at a time on one worker. */
const DOCUMENTS = 200_000;
/** Header lines of one message at most: eleven fields of a whole datagram. */
const EXTRA_BYTES = 1_048_576;
const BODY_BYTES = 131_072;
/** Deadlines are watched in steps of 2^n seconds, so that a thousand different ones need thirteen lanes. */
const STEPS = 13;

export const TEXT = {
  SDP: line('Content-Type: application/sdp'),
  ACCEPT_SDP: line('Accept: application/sdp, multipart/mixed'),
  ACCEPT_PIDF: line('Accept: application/pidf+xml'),
  ACCEPT_TEXT: line('Accept: text/plain, text/html, message/cpim, multipart/mixed'),
  IDENTITY: line('Accept-Encoding: identity'),
  SUPPORTED: line('Supported: 100rel, timer, norefersub, path, replaces'),
  LANGUAGE: line('Accept-Language: en'),
  RECV_INFO: line('Recv-Info: dtmf'),
  ACCEPT_DTMF: line('Accept: application/dtmf-relay, application/dtmf, multipart/mixed'),
  REQUIRE_TIMER: line('Require: timer'),
  MIN_SE: line('Min-SE: 90'),
  WARNING: line('Warning: 305 busyhour "Incompatible media format"'),
  MIN_EXPIRES: line(`Min-Expires: ${SHORTEST_S}`),
  REFER_SUB: line('Refer-Sub: false'),
  EVENT_REFER: line('Event: refer'),
  SIPFRAG: line('Content-Type: message/sipfrag;version=2.0'),
  DONE: line('Subscription-State: terminated;reason=noresource'),
  /** RFC 6665 §4.2.2: put off for some seconds. */
  LATER: line('Subscription-State: terminated;reason=probation;retry-after=5'),
  TIMED_OUT: line('Subscription-State: terminated;reason=timeout'),
  END: bytesOf('\r\n'),
} as const;

/** Of a column in which 0 is never. */
function deadline(s: number): number {
  return s === 0 ? Number.POSITIVE_INFINITY : s;
}

function line(text: string): Uint8Array {
  return bytesOf(`${text}\r\n`);
}

export class Reference {
  /** Index of the server's program among the worker's. */
  readonly program: number;
  readonly registrar: Registrar;
  readonly publications: Publications;
  readonly composition: Composition;
  /** Subscriptions by resource and package; `watchCall` names the call of each row. */
  readonly watchers: Chains;
  readonly watchCall: Int32Array;
  /** INVITEs whose calls are there. */
  readonly merging: Merging;
  /** Dialogs of INVITEs that are over. */
  readonly over: PastDialogs;

  // By call.
  readonly phase: Uint8Array;
  /** The 2xx carries no session description: a reliable 183 had it. */
  readonly described: Uint8Array;
  /** Our offer waits for its answer in the PRACK or the ACK. */
  readonly asked: Uint8Array;
  /** The answer that waits for the 200: chunk + 1 and length. */
  readonly sdpChunk: Int32Array;
  readonly sdpLen: Int32Array;
  /** The INVITE has Recv-Info: its responses say what INFO packages we take. */
  readonly tellsPackages: Uint8Array;
  /** Version of our session description, 0 before the first. */
  readonly sdpVersion: Int32Array;
  /** The subscription's row in `watchers` + 1, 0 for none; its package; how many NOTIFYs it had; its Event value. */
  readonly watch: Int32Array;
  readonly event: Uint8Array;
  readonly notified: Int32Array;
  readonly eventChunk: Int32Array;
  readonly eventLen: Int32Array;
  /** The last NOTIFY of the subscription: transaction + 1, 0 for none. */
  readonly watchNotify: Int32Array;

  // Calls that a REFER asked for (RFC 3515 §2.4): the dialog of the REFER and the call made for it know each other.
  /** The server makes the calls that this dialog's REFER asks for. */
  readonly transfers: Uint8Array;
  /** The call was made by the server. */
  readonly made: Uint8Array;
  /** The one of the two to the other: slot + 1, 0 for none; and its serial number. */
  readonly partner: Int32Array;
  readonly partnerSerial: Int32Array;
  /** The dialog's subscription to the event refer is alive; CSeq of its REFER where the Event names it, else 0. */
  readonly referring: Uint8Array;
  readonly referId: Int32Array;
  /** What the call has come to, what was told of it, and the NOTIFY under way: transaction + 1. */
  readonly referStatus: Int16Array;
  readonly referTold: Int16Array;
  readonly referNotify: Int32Array;
  /** When the last NOTIFY of a referral was sent, and when the next one may be that waits: worker seconds, 0 for none. */
  readonly referSentS: Float64Array;
  readonly referDueS: Float64Array;
  /** Calls made and not over. */
  madeCalls = 0;
  /** The Request-URI of the request at hand, outside of a dialog, and how its user is treated. */
  readonly called = new Uri();
  extension = 0;
  /** The dialog that this call takes the place of (RFC 3891 §3): slot + 1 and serial; and that such a one waits for its ACK to be ended. */
  readonly replaces: Int32Array;
  readonly replacesSerial: Int32Array;
  readonly byeOnAck: Uint8Array;
  /** REFER requests of the dialog so far (RFC 3515 §2.4.6). */
  readonly refers: Int32Array;
  /** Session interval in seconds, 0 for none; whether we refresh it; and when the session, or the ringing, is over: worker seconds, 0 for never. */
  readonly intervalS: Int32Array;
  readonly weRefresh: Uint8Array;
  readonly sessionEndS: Float64Array;
  /** The caller knows the session timer too. */
  readonly knowsTimer: Uint8Array;
  /** When the ringing is over, and with which status. */
  readonly ringEndS: Float64Array;
  readonly ringEndStatus: Int16Array;

  /** Who may come in: realm `busyhour`, one user. */
  readonly gate: Gate;

  /** Lanes of 1, 2, 4 … seconds. */
  readonly stepLanes: Int32Array;
  readonly answer: AnswerText;
  readonly bodyAt: number;
  readonly offerAt: number;
  readonly offerLength: number;
  /** Our media, for OPTIONS. */
  readonly mediaAt: number;
  readonly mediaLength: number;
  readonly extraAt: number;
  private extraEnd = 0;
  private dateS = 0;
  private dateLine: Uint8Array = TEXT.END;
  private readonly e: Engine;
  /** The resource at hand: its key in `watchers` and `publications`. */
  readonly key = new Int32Array(2);

  constructor(e: Engine, program: number) {
    const { maxCalls } = e.config;
    this.e = e;
    this.program = program;
    this.registrar = new Registrar(e.config.maxBindings, e.memory, e.seeds);
    this.publications = new Publications(DOCUMENTS, e.memory, e.seeds);
    this.composition = new Composition(e.bytes);
    this.watchers = new Chains(maxCalls);
    this.watchCall = new Int32Array(maxCalls);
    this.merging = new Merging(maxCalls, e.seeds);
    this.over = new PastDialogs(e.seeds);
    this.phase = new Uint8Array(maxCalls);
    this.described = new Uint8Array(maxCalls);
    this.asked = new Uint8Array(maxCalls);
    this.sdpChunk = new Int32Array(maxCalls);
    this.sdpLen = new Int32Array(maxCalls);
    this.tellsPackages = new Uint8Array(maxCalls);
    this.sdpVersion = new Int32Array(maxCalls);
    this.watch = new Int32Array(maxCalls);
    this.event = new Uint8Array(maxCalls);
    this.notified = new Int32Array(maxCalls);
    this.eventChunk = new Int32Array(maxCalls);
    this.eventLen = new Int32Array(maxCalls);
    this.watchNotify = new Int32Array(maxCalls);
    this.transfers = new Uint8Array(maxCalls);
    this.made = new Uint8Array(maxCalls);
    this.partner = new Int32Array(maxCalls);
    this.partnerSerial = new Int32Array(maxCalls);
    this.referring = new Uint8Array(maxCalls);
    this.referId = new Int32Array(maxCalls);
    this.referStatus = new Int16Array(maxCalls);
    this.referTold = new Int16Array(maxCalls);
    this.referNotify = new Int32Array(maxCalls);
    this.referSentS = new Float64Array(maxCalls);
    this.referDueS = new Float64Array(maxCalls);
    this.replaces = new Int32Array(maxCalls);
    this.replacesSerial = new Int32Array(maxCalls);
    this.byeOnAck = new Uint8Array(maxCalls);
    this.refers = new Int32Array(maxCalls);
    this.intervalS = new Int32Array(maxCalls);
    this.weRefresh = new Uint8Array(maxCalls);
    this.sessionEndS = new Float64Array(maxCalls);
    this.knowsTimer = new Uint8Array(maxCalls);
    this.ringEndS = new Float64Array(maxCalls);
    this.ringEndStatus = new Int16Array(maxCalls);
    const { credentials } = e.config;
    const known = credentials === null ? null : perByte(credentials.user);
    const password = credentials === null ? '' : perByte(credentials.password);
    this.gate = new Gate('busyhour', (user) => (user === known ? password : null));
    this.stepLanes = Int32Array.from({ length: STEPS }, (_, n) => e.lanes.lane(1_000_000 * 2 ** n));
    this.answer = answerText(e.ends.localHost, MEDIA_PORT);
    this.bodyAt = e.memory.reserve(BODY_BYTES);
    const offer = sdp(e.ends);
    this.offerAt = e.memory.reserve(offer.length);
    this.offerLength = e.put(this.offerAt, offer);
    // RFC 3264 §9: what tells capabilities has port 0, so that nobody takes it for an offer.
    const media = offer.replace(`m=audio ${MEDIA_PORT}`, 'm=audio 0');
    this.mediaAt = e.memory.reserve(media.length);
    this.mediaLength = e.put(this.mediaAt, media);
    this.extraAt = e.memory.reserve(EXTRA_BYTES);
  }

  nowS(): number {
    return this.e.now[0]! / 1e6;
  }

  /** RFC 3261 §20.17: the date line of this second. */
  get date(): Uint8Array {
    const second = Math.floor(this.e.clock.epochMs / 1_000 + this.nowS());
    if (second !== this.dateS) {
      this.dateS = second;
      this.dateLine = line(`Date: ${new Date(second * 1_000).toUTCString()}`);
    }
    return this.dateLine;
  }

  /** Begins the header lines of the next dynamic message, which has no body so far. */
  begin(): void {
    this.extraEnd = this.extraAt;
    this.e.fields.set(FIELD.EXTRA, this.extraAt, 0);
    this.e.fields.set(FIELD.BODY, this.bodyAt, 0);
  }

  /** Adds text: whole lines, or parts of one. */
  add(text: Uint8Array): void {
    this.addTo(putText(this.e.bytes, this.extraEnd, text));
  }

  addNumber(value: number): void {
    this.addTo(putDecimal(this.e.bytes, this.extraEnd, value));
  }

  addSpan(start: number, end: number): void {
    copyWithin(this.e.bytes, this.extraEnd, start, end - start);
    this.addTo(this.extraEnd + end - start);
  }

  /** Where the next text goes, for those who write by themselves; `addTo` takes note of it. */
  get at(): number {
    return this.extraEnd;
  }

  addTo(end: number): void {
    this.extraEnd = end;
    this.e.fields.set(FIELD.EXTRA, this.extraAt, end - this.extraAt);
  }

  body(start: number, length: number): void {
    this.e.fields.set(FIELD.BODY, start, length);
  }

  /** A call of the server begins: every column as for a fresh one. */
  open(call: number): void {
    this.phase[call] = PHASE.NONE;
    this.described[call] = 0;
    this.asked[call] = 0;
    this.sdpChunk[call] = 0;
    this.sdpVersion[call] = 0;
    this.watch[call] = 0;
    this.notified[call] = 0;
    this.eventChunk[call] = 0;
    this.watchNotify[call] = 0;
    this.transfers[call] = 0;
    this.made[call] = 0;
    this.partner[call] = 0;
    this.referring[call] = 0;
    this.referStatus[call] = 0;
    this.referTold[call] = 0;
    this.referNotify[call] = 0;
    this.referDueS[call] = 0;
    this.replaces[call] = 0;
    this.byeOnAck[call] = 0;
    this.refers[call] = 0;
    this.intervalS[call] = 0;
    this.weRefresh[call] = 0;
    this.sessionEndS[call] = 0;
  }

  /** Its chunks and rows go. */
  close(call: number): void {
    this.merging.remove(call);
    this.dropSdp(call);
    this.unwatch(call);
  }

  dropSdp(call: number): void {
    if (this.sdpChunk[call]! > 0) this.e.outbox.freeLater(this.sdpChunk[call]! - 1, this.sdpLen[call]!);
    this.sdpChunk[call] = 0;
  }

  unwatch(call: number): void {
    if (this.eventChunk[call]! > 0) this.e.outbox.freeLater(this.eventChunk[call]! - 1, this.eventLen[call]!);
    this.eventChunk[call] = 0;
    if (this.watch[call]! > 0) this.watchers.remove(this.watch[call]! - 1);
    this.watch[call] = 0;
    this.watchNotify[call] = 0;
  }

  /** When the subscription of a call ends, Infinity for none. */
  subscribedUntilS(call: number): number {
    return this.watch[call]! > 0 ? this.watchers.expiresS[this.watch[call]! - 1]! : Number.POSITIVE_INFINITY;
  }

  /** Starts the call's timer towards its nearest deadline, in the longest step that does not miss it. */
  arm(call: number): void {
    const { e } = this;
    const until = Math.min(
      this.subscribedUntilS(call),
      deadline(this.sessionEndS[call]!),
      deadline(this.referDueS[call]!),
    );
    const node = e.callNode(call, 0);
    if (until === Number.POSITIVE_INFINITY) {
      e.lanes.stop(node);
      return;
    }
    const restS = until - this.nowS();
    let step = 0;
    while (step + 1 < STEPS && 2 ** (step + 1) <= restS) step++;
    e.lanes.start(node, this.stepLanes[step]!);
  }

  /** Whether the call is one of the server's. */
  owns(call: number): boolean {
    return this.e.calls.program[call] === this.program;
  }
}

/** Ladder lines of the server's program: requests received by method id - 1, and what it sends by itself behind them. */
export const LADDER = { NOTIFY: 14, UPDATE: 15, INVITE: 16, BYE: 17 } as const;
