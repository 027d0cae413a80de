// Rules about reliable provisional responses (RFC 3262): RSeq, Require: 100rel, RAck. Judges single messages only.

import { bytesOf, sameBytes } from '../sip/bytes.ts';
import { Cseq, readRack } from '../sip/cseq.ts';
import { decimalOf, hasToken } from '../sip/fields.ts';
import { BAD, type Message, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { NO, type Rule, type RuleContext } from './rule.ts';

const REL100 = bytesOf('100rel');
const FIRST_RSEQ_LIMIT = 2 ** 31 - 1;
const PROVISIONAL = [[101, 199]] as const;

/** RSeq counts within one early dialog: another fork has numbers of its own. */
function isOtherFork(msg: Message, ctx: RuleContext): boolean {
  return (
    ctx.rseqTagStart !== NONE && !sameBytes(msg.buf, ctx.rseqTagStart, ctx.rseqTagEnd, msg.toTagStart, msg.toTagEnd)
  );
}

/**
 * A number above the next is wrong where nothing is lost or overtaken: the one before may be on its way yet, since all but the first may
 * be sent without waiting. One below may be a late copy of a response that was acknowledged long ago.
 */
function skipsRseq(msg: Message, ctx: RuleContext): boolean {
  if (!ctx.reliable || ctx.lastRseq === NONE || isOtherFork(msg, ctx)) return false;
  return decimalOf(msg, HEADER.RSEQ) > ctx.lastRseq + 1;
}

function hasBadFirstRseq(msg: Message, ctx: RuleContext): boolean {
  if (ctx.lastRseq !== NONE && !isOtherFork(msg, ctx)) return false;
  const value = decimalOf(msg, HEADER.RSEQ);
  return value < 1 || value > FIRST_RSEQ_LIMIT;
}

const rack = new Cseq();

/** RAck is two numbers and a method. */
function lacksRack(msg: Message): boolean {
  const i = msg.first[HEADER.RACK]!;
  return i === NONE || readRack(msg.buf, msg.valueStart[i]!, msg.valueEnd[i]!, rack) === BAD;
}

export const RELIABILITY: readonly Rule[] = [
  // RFC 3262 §3: an RSeq makes a provisional reliable, and a reliable one requires 100rel.
  {
    id: 'rseq-with-require',
    rfc: 3262,
    section: '3',
    level: 'MUST',
    title: 'A provisional with RSeq has Require: 100rel',
    req: ['REL-001'],
    on: 'response',
    statuses: PROVISIONAL,
    header: HEADER.RSEQ,
    broken: (msg) => !hasToken(msg, HEADER.REQUIRE, REL100),
  },
  // RFC 3262 §3: and one that requires 100rel has an RSeq to acknowledge.
  {
    id: 'require-with-rseq',
    rfc: 3262,
    section: '3',
    level: 'MUST',
    title: 'A provisional with Require: 100rel has RSeq',
    req: ['REL-001'],
    on: 'response',
    statuses: PROVISIONAL,
    header: HEADER.REQUIRE,
    broken: (msg) => msg.first[HEADER.RSEQ] === NONE && hasToken(msg, HEADER.REQUIRE, REL100),
  },
  // RFC 3262 §3: 100 goes hop by hop and is never reliable.
  {
    id: 'trying-unreliable',
    rfc: 3262,
    section: '3',
    level: 'MUST',
    title: 'A 100 has no RSeq',
    req: ['REL-004'],
    on: 'response',
    statuses: [[100, 100]],
    header: HEADER.RSEQ,
    broken: () => true,
  },
  // RFC 3262 §7.1: RSeq belongs to provisional responses.
  {
    id: 'rseq-in-provisional',
    rfc: 3262,
    section: '7.1',
    level: 'MUST',
    title: 'A final response has no RSeq',
    on: 'response',
    statuses: [[200, 699]],
    header: HEADER.RSEQ,
    broken: () => true,
  },
  // RFC 3262 §3: the first number lies between 1 and 2^31 − 1, so that none that follows wraps.
  {
    id: 'rseq-first-range',
    rfc: 3262,
    section: '3',
    level: 'MUST',
    title: 'The first RSeq of a transaction is between 1 and 2^31 - 1',
    req: ['REL-005'],
    on: 'response',
    methods: [METHOD.INVITE],
    statuses: PROVISIONAL,
    header: HEADER.RSEQ,
    broken: hasBadFirstRseq,
  },
  // RFC 3262 §3: each further reliable provisional has the number of the one before plus one.
  {
    id: 'rseq-by-one',
    rfc: 3262,
    section: '3',
    level: 'MUST',
    title: 'RSeq grows by exactly one',
    req: ['REL-006'],
    on: 'response',
    methods: [METHOD.INVITE],
    statuses: PROVISIONAL,
    header: HEADER.RSEQ,
    broken: skipsRseq,
  },
  // RFC 3262 §3: nothing is sent reliably to a client that did not offer or ask for it.
  {
    id: 'reliable-when-offered',
    rfc: 3262,
    section: '3',
    level: 'MUST',
    title: 'A provisional is reliable only when the request offered 100rel',
    req: ['REL-003'],
    on: 'response',
    methods: [METHOD.INVITE],
    statuses: PROVISIONAL,
    header: HEADER.RSEQ,
    broken: (_msg, ctx) => ctx.requestOffered100rel === NO,
  },
  // RFC 3262 §7.2: a PRACK says in RAck which response it acknowledges.
  {
    id: 'rack-in-prack',
    rfc: 3262,
    section: '7.2',
    level: 'MUST',
    title: 'A PRACK has a RAck of two numbers and a method',
    req: ['REL-017'],
    on: 'request',
    methods: [METHOD.PRACK],
    broken: lacksRack,
  },
  // RFC 3262 §4: 100rel is required in INVITE only.
  {
    id: 'rel100-in-invite',
    rfc: 3262,
    section: '4',
    level: 'MUST',
    title: 'A request other than INVITE does not require 100rel',
    on: 'request',
    header: HEADER.REQUIRE,
    broken: (msg) => msg.method !== METHOD.INVITE && hasToken(msg, HEADER.REQUIRE, REL100),
  },
];
