// What a passive rule is: one statement that holds for every message, checked on a decoded message in its transaction's context. Types only.

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
  readonly on: 'request' | 'response' | 'both';
  /** True when the message BREAKS the rule. Must not allocate, throw, or keep anything. */
  readonly broken: (msg: Message, ctx: RuleContext) => boolean;
}

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
  /** Remote tag of the dialog this message belongs to, NONE outside a dialog. */
  remoteTagStart = -1;
  remoteTagEnd = -1;
  /** Request received inside a dialog: the highest CSeq seen from the peer before this one, NONE when none was seen. */
  remoteCseq = -1;
  /** RSeq of the last reliable provisional of this transaction, NONE when none. */
  lastRseq = -1;
  /** True when this message is a retransmission of one seen before. */
  retransmission = false;
  /** A final response of this transaction was seen before this message. */
  finalSeen = false;
}
