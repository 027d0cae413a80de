// What a passive rule is: one statement that holds for every message, checked on a decoded message in its transaction's context. No rule stands here.

import type { Message } from '../sip/message.ts';

export type Level = 'MUST' | 'SHOULD';

export interface Rule {
  /** Permanent: `via-echo`, `to-tag-kept`. Never reused. */
  readonly id: string;
  readonly rfc: number;
  readonly section: string;
  readonly level: Level;
  /** The requirement in our own words, one sentence. */
  readonly title: string;
  /** Ids in the requirements catalogue that this rule watches. */
  readonly req?: readonly string[];
  readonly on: 'request' | 'response' | 'both';
  /** The methods it speaks of (of a response: the method in its CSeq); absent: all. */
  readonly methods?: readonly number[];
  /** The statuses it speaks of, both ends included; absent: all. */
  readonly statuses?: readonly (readonly [first: number, last: number])[];
  /** It speaks only of messages that carry this header field (an id). */
  readonly header?: number;
  /**
   * True when the message BREAKS the rule. Called only for messages that `on`, `methods`, `statuses` and `header`
   * let through. Must not allocate, throw, or keep anything.
   */
  readonly broken: (msg: Message, ctx: RuleContext) => boolean;
}

/** A yes or no about our request that may be unknown: NONE, NO or YES. */
export const NO = 0;
export const YES = 1;

/**
 * What the engine knows about a received message when the rules run; one reused object. Spans are into msg.buf
 * (the worker's one block). NONE where unknown: a rule that needs an unknown field reports nothing.
 */
export class RuleContext {
  /** Response that matched one of our client transactions: true. */
  matched = false;
  /** Our request, as it was sent: method id and CSeq number. */
  requestMethod = 0;
  requestCseq = -1;
  /** Our request's From tag, Call-ID, top Via (value from `SIP/2.0` up to the end of our parameters), To tag (NONE when it had none). */
  fromTagStart = -1;
  fromTagEnd = -1;
  callIdStart = -1;
  callIdEnd = -1;
  viaStart = -1;
  viaEnd = -1;
  toTagStart = -1;
  toTagEnd = -1;
  /** Via values our request left with: more than one where it went as if through proxies. */
  viaCount = 1;
  /** Branch of our request's top Via. */
  branchStart = -1;
  branchEnd = -1;
  /** Our request carried a Timestamp: NO or YES. */
  requestTimestamp = -1;
  /** Our request's Expires, in seconds. */
  requestExpiresS = -1;
  /** Our request had 100rel in Supported or Require: NO or YES. */
  requestOffered100rel = -1;
  /** Our request had a Supported or Require header field at all: NO or YES. */
  requestOfferedExtensions = -1;
  /** Record-Route values a dialog-creating response must carry: those in our request, or in an earlier response of the same dialog. */
  recordRoutes = -1;
  /** Remote tag of the dialog this message belongs to, NONE outside a dialog. */
  remoteTagStart = -1;
  remoteTagEnd = -1;
  /** Request received inside a dialog: the Call-ID of that dialog. */
  dialogCallIdStart = -1;
  dialogCallIdEnd = -1;
  /** Request received inside a dialog: the highest CSeq seen from the peer before this one, NONE when none was seen. */
  remoteCseq = -1;
  /** ACK or CANCEL received: the CSeq number of the INVITE it belongs to. */
  inviteCseq = -1;
  /** RSeq of the last reliable provisional of this transaction, NONE when none. */
  lastRseq = -1;
  /** To tag of the response that carried lastRseq; NONE: taken to be the tag of this message. */
  rseqTagStart = -1;
  rseqTagEnd = -1;
  /** True when this message is a retransmission of one seen before. */
  retransmission = false;
  /** A final response of this transaction was seen before this message. */
  finalSeen = false;
  /** Status of that final response. */
  finalStatus = -1;
  /** The message came over a stream (TCP, TLS): bytes without bounds between messages. */
  stream = false;
  /** It came over a transport that loses nothing and keeps the order: a stream, or WebSocket. */
  reliable = false;

  /** Forgets everything; called before the fields of the next message are filled in. */
  reset(): void {
    this.matched = false;
    this.requestMethod = 0;
    this.requestCseq = -1;
    this.fromTagStart = -1;
    this.fromTagEnd = -1;
    this.callIdStart = -1;
    this.callIdEnd = -1;
    this.viaStart = -1;
    this.viaEnd = -1;
    this.viaCount = 1;
    this.toTagStart = -1;
    this.toTagEnd = -1;
    this.branchStart = -1;
    this.branchEnd = -1;
    this.requestTimestamp = -1;
    this.requestExpiresS = -1;
    this.requestOffered100rel = -1;
    this.requestOfferedExtensions = -1;
    this.recordRoutes = -1;
    this.remoteTagStart = -1;
    this.remoteTagEnd = -1;
    this.dialogCallIdStart = -1;
    this.dialogCallIdEnd = -1;
    this.remoteCseq = -1;
    this.inviteCseq = -1;
    this.lastRseq = -1;
    this.rseqTagStart = -1;
    this.rseqTagEnd = -1;
    this.retransmission = false;
    this.finalSeen = false;
    this.finalStatus = -1;
    this.stream = false;
    this.reliable = false;
  }
}
