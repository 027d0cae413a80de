// Rules about what creates a dialog and what is sent inside one: Contact, tags, Call-ID, CSeq order, ACK and CANCEL. Judges single messages only.

import { sameBytes } from '../sip/bytes.ts';
import { isSingle } from '../sip/fields.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import type { Rule, RuleContext } from './rule.ts';

const HAVE_OWN_CSEQ = [
  METHOD.UNKNOWN,
  METHOD.INVITE,
  METHOD.BYE,
  METHOD.OPTIONS,
  METHOD.PRACK,
  METHOD.SUBSCRIBE,
  METHOD.NOTIFY,
  METHOD.INFO,
  METHOD.REFER,
  METHOD.MESSAGE,
  METHOD.UPDATE,
];

function isNotOneContact(msg: Message): boolean {
  return !isSingle(msg, HEADER.CONTACT);
}

/** After a final response only a 2xx to INVITE may differ from it: proxies pass on every 2xx (RFC 3261 §16.7). */
function isSecondFinal(msg: Message, ctx: RuleContext): boolean {
  if (!ctx.finalSeen || ctx.finalStatus === NONE || msg.status === ctx.finalStatus) return false;
  return msg.cseqMethod !== METHOD.INVITE || msg.status >= 300;
}

export const DIALOG: readonly Rule[] = [
  // RFC 3261 §8.1.1.8: an INVITE that can create a dialog says in one Contact where its sender is found.
  {
    id: 'contact-in-invite',
    rfc: 3261,
    section: '8.1.1.8',
    level: 'MUST',
    title: 'An INVITE outside a dialog has exactly one Contact',
    req: ['TXC-017'],
    on: 'request',
    methods: [METHOD.INVITE],
    broken: (msg) => msg.toTagStart === NONE && isNotOneContact(msg),
  },
  // RFC 3261 §12.2.1.1: a target refresh inside a dialog repeats the Contact.
  {
    id: 'contact-in-refresh',
    rfc: 3261,
    section: '12.2.1.1',
    level: 'SHOULD',
    title: 'A re-INVITE or UPDATE has a Contact',
    on: 'request',
    methods: [METHOD.INVITE, METHOD.UPDATE],
    broken: (msg) => msg.toTagStart !== NONE && msg.first[HEADER.CONTACT] === NONE,
  },
  // RFC 3515 §2: REFER creates a dialog, so it has one Contact.
  {
    id: 'contact-in-refer',
    rfc: 3515,
    section: '2',
    level: 'MUST',
    title: 'A REFER has exactly one Contact',
    on: 'request',
    methods: [METHOD.REFER],
    broken: isNotOneContact,
  },
  // RFC 3515 §2.4.1: one REFER, one Refer-To.
  {
    id: 'refer-to-single',
    rfc: 3515,
    section: '2.4.1',
    level: 'MUST',
    title: 'A REFER has exactly one Refer-To',
    on: 'request',
    methods: [METHOD.REFER],
    broken: (msg) => !isSingle(msg, HEADER.REFER_TO),
  },
  // RFC 3261 §12.1.1: the answer that confirms a dialog says where its sender is found.
  {
    id: 'contact-in-answer',
    rfc: 3261,
    section: '12.1.1',
    level: 'MUST',
    title: 'A 2xx to INVITE has exactly one Contact',
    req: ['HDR-012'],
    on: 'response',
    methods: [METHOD.INVITE],
    statuses: [[200, 299]],
    broken: isNotOneContact,
  },
  // RFC 3261 §12.1.1: so does a provisional whose To tag creates an early dialog.
  {
    id: 'contact-in-early',
    rfc: 3261,
    section: '12.1.1',
    level: 'MUST',
    title: 'A 101-199 with a To tag to an INVITE outside a dialog has exactly one Contact',
    req: ['HDR-012'],
    on: 'response',
    methods: [METHOD.INVITE],
    statuses: [[101, 199]],
    broken: (msg, ctx) => ctx.matched && ctx.toTagStart === NONE && msg.toTagStart !== NONE && isNotOneContact(msg),
  },
  // RFC 3261 §12.2.1.1: From of a request in a dialog has the tag its sender has in that dialog.
  {
    id: 'dialog-from-tag',
    rfc: 3261,
    section: '12.2.1.1',
    level: 'MUST',
    title: 'A request in a dialog has the From tag of that dialog',
    req: ['DLG-010'],
    on: 'request',
    broken: (msg, ctx) =>
      ctx.remoteTagStart !== NONE &&
      msg.fromTagStart !== NONE &&
      !sameBytes(msg.buf, ctx.remoteTagStart, ctx.remoteTagEnd, msg.fromTagStart, msg.fromTagEnd),
  },
  // RFC 3261 §12.2.1.1: and its Call-ID.
  {
    id: 'dialog-call-id',
    rfc: 3261,
    section: '12.2.1.1',
    level: 'MUST',
    title: 'A request in a dialog has the Call-ID of that dialog',
    req: ['DLG-010'],
    on: 'request',
    broken: (msg, ctx) =>
      ctx.dialogCallIdStart !== NONE &&
      !sameBytes(msg.buf, ctx.dialogCallIdStart, ctx.dialogCallIdEnd, msg.callIdStart, msg.callIdEnd),
  },
  // RFC 3261 §12.2.1.1: each new request of a side has a greater CSeq than the one before; ACK and CANCEL borrow theirs.
  {
    id: 'cseq-grows',
    rfc: 3261,
    section: '12.2.1.1',
    level: 'MUST',
    title: 'A new request in a dialog has a greater CSeq than the one before',
    req: ['DLG-009', 'EVT-030'],
    on: 'request',
    methods: HAVE_OWN_CSEQ,
    broken: (msg, ctx) => ctx.remoteCseq !== NONE && !ctx.retransmission && msg.cseq <= ctx.remoteCseq,
  },
  // RFC 3261 §13.2.2.4, §17.1.1.3: an ACK has the CSeq number of the INVITE, whatever the answer was.
  {
    id: 'ack-cseq',
    rfc: 3261,
    section: '17.1.1.3',
    level: 'MUST',
    title: 'An ACK has the CSeq number of its INVITE',
    req: ['ACK-001'],
    on: 'request',
    methods: [METHOD.ACK],
    broken: (msg, ctx) => ctx.inviteCseq !== NONE && msg.cseq !== ctx.inviteCseq,
  },
  // RFC 3261 §9.1: a CANCEL has the CSeq number of the request it cancels.
  {
    id: 'cancel-cseq',
    rfc: 3261,
    section: '9.1',
    level: 'MUST',
    title: 'A CANCEL has the CSeq number of its INVITE',
    req: ['CAN-011'],
    on: 'request',
    methods: [METHOD.CANCEL],
    broken: (msg, ctx) => ctx.inviteCseq !== NONE && msg.cseq !== ctx.inviteCseq,
  },
  // RFC 3261 §9.1: a CANCEL asks nothing of anybody.
  {
    id: 'cancel-without-require',
    rfc: 3261,
    section: '9.1',
    level: 'MUST',
    title: 'A CANCEL has neither Require nor Proxy-Require',
    req: ['CAN-014'],
    on: 'request',
    methods: [METHOD.CANCEL],
    broken: (msg) => msg.first[HEADER.REQUIRE] !== NONE || msg.first[HEADER.PROXY_REQUIRE] !== NONE,
  },
  // RFC 3261 §22.1: a CANCEL cannot be sent again with credentials, so it is not challenged.
  {
    id: 'cancel-unchallenged',
    rfc: 3261,
    section: '22.1',
    level: 'MUST',
    title: 'A CANCEL is not answered 401 or 407',
    req: ['CAN-018'],
    on: 'response',
    methods: [METHOD.CANCEL],
    statuses: [
      [401, 401],
      [407, 407],
    ],
    broken: () => true,
  },
  // RFC 3261 §17: ACK takes no response.
  {
    id: 'ack-unanswered',
    rfc: 3261,
    section: '17',
    level: 'MUST',
    title: 'Nobody answers an ACK',
    req: ['ACK-012'],
    on: 'response',
    methods: [METHOD.ACK],
    broken: () => true,
  },
  // RFC 3261 §17.2.1, §17.2.2: a server transaction that has sent its final response drops every other.
  {
    id: 'final-once',
    rfc: 3261,
    section: '17.2.2',
    level: 'MUST',
    title: 'A transaction has one final response, but for further 2xx to INVITE',
    on: 'response',
    statuses: [[200, 699]],
    broken: isSecondFinal,
  },
];
