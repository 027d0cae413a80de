// Rules about the body and the fields that describe it: Content-Length, Content-Type, bodies that must not be. Judges single messages only.

import { bytesOf } from '../sip/bytes.ts';
import { tokenIs } from '../sip/fields.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import type { Rule } from './rule.ts';

const REFER_EVENT = bytesOf('refer');
const SIPFRAG = bytesOf('message/sipfrag');

/** The body as the header announces it; a longer datagram is judged by content-length-exact. */
function hasBody(msg: Message): boolean {
  return msg.bodyEnd > msg.bodyStart;
}

function isReferNotifyOfOtherType(msg: Message): boolean {
  if (!tokenIs(msg, HEADER.EVENT, REFER_EVENT)) return false;
  return !tokenIs(msg, HEADER.CONTENT_TYPE, SIPFRAG) || !hasBody(msg);
}

export const BODY: readonly Rule[] = [
  // RFC 3261 §20.14: Content-Length is the number of bytes of the body, no more and no less.
  {
    id: 'content-length-exact',
    rfc: 3261,
    section: '20.14',
    level: 'MUST',
    title: 'Content-Length equals the bytes that follow the header',
    req: ['SYN-032'],
    on: 'both',
    header: HEADER.CONTENT_LENGTH,
    broken: (msg) => msg.end - msg.bodyStart !== msg.contentLength,
  },
  // RFC 3261 §20.14: over a stream nothing else says where a message ends.
  {
    id: 'content-length-on-stream',
    rfc: 3261,
    section: '20.14',
    level: 'MUST',
    title: 'A message over a stream has Content-Length',
    req: ['SYN-030'],
    on: 'both',
    broken: (msg, ctx) => ctx.stream && msg.first[HEADER.CONTENT_LENGTH] === NONE,
  },
  // RFC 3261 §20.15: a body that is not empty says what it is.
  {
    id: 'content-type-present',
    rfc: 3261,
    section: '20.15',
    level: 'MUST',
    title: 'A message with a body has Content-Type',
    req: ['SYN-031'],
    on: 'both',
    broken: (msg) => hasBody(msg) && msg.first[HEADER.CONTENT_TYPE] === NONE,
  },
  // RFC 3428 §7: what is said back goes in a MESSAGE of its own, not in the 2xx.
  {
    id: 'message-answer-empty',
    rfc: 3428,
    section: '7',
    level: 'MUST',
    title: 'A 2xx to MESSAGE has no body',
    req: ['IM-002'],
    on: 'response',
    methods: [METHOD.MESSAGE],
    statuses: [[200, 299]],
    broken: hasBody,
  },
  // RFC 3428 §7: MESSAGE creates no dialog, so its answer names no target.
  {
    id: 'message-answer-without-contact',
    rfc: 3428,
    section: '7',
    level: 'MUST',
    title: 'A 2xx to MESSAGE has no Contact',
    req: ['IM-003'],
    on: 'response',
    methods: [METHOD.MESSAGE],
    statuses: [[200, 299]],
    header: HEADER.CONTACT,
    broken: () => true,
  },
  // RFC 3428 §4: nor does the request.
  {
    id: 'message-without-contact',
    rfc: 3428,
    section: '4',
    level: 'MUST',
    title: 'A MESSAGE has no Contact',
    req: ['IM-006'],
    on: 'request',
    methods: [METHOD.MESSAGE],
    header: HEADER.CONTACT,
    broken: () => true,
  },
  // RFC 3515 §2.4.4: progress of a REFER is reported as a fragment of SIP.
  {
    id: 'refer-notify-sipfrag',
    rfc: 3515,
    section: '2.4.4',
    level: 'MUST',
    title: 'A NOTIFY of event refer has a body of type message/sipfrag',
    req: ['REF-005'],
    on: 'request',
    methods: [METHOD.NOTIFY],
    header: HEADER.EVENT,
    broken: isReferNotifyOfOtherType,
  },
];
