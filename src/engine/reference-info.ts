// INFO at the reference server: the one package it takes, and what may stand in it (RFC 6086). Keeps nothing.

import { bytesOf, equalSpans } from '../sip/bytes.ts';
import { tokenEnd, tokenIs } from '../sip/fields.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import type { Engine } from './engine.ts';
import { TEXT } from './reference.ts';
import { refuseWith } from './reference-single.ts';
import { refuse } from './server.ts';

const DTMF = bytesOf('dtmf');
const PACKAGE_BODY = bytesOf('info-package');
const TYPES = ['application/dtmf-relay', 'application/dtmf', 'multipart/mixed'].map((type) => bytesOf(type));

/** An INFO in a dialog of the server. */
export function info(e: Engine, txn: number): void {
  const { msg } = e;
  if (msg.first[HEADER.INFO_PACKAGE] === NONE) {
    // RFC 6086 §2: an INFO without a package is of the old kind, which is understood by who sends it.
    refuse(e, txn, 200);
  } else if (!isDtmf(msg)) {
    // RFC 6086 §4.2.2: a package we have not asked for is 469, with those we have.
    refuseWith(e, txn, 469, TEXT.RECV_INFO);
  } else if (bringsOther(msg)) {
    // RFC 6086 §4.2.2: a body of the package that is of another type than the package has is 415.
    refuseWith(e, txn, 415, TEXT.ACCEPT_DTMF);
  } else refuse(e, txn, 200);
}

/** RFC 6086 §7.2: the name of a package is compared octet by octet, without its parameters. */
function isDtmf(msg: Message): boolean {
  const start = msg.valueStart[msg.first[HEADER.INFO_PACKAGE]!]!;
  return equalSpans(msg.buf, start, tokenEnd(msg, HEADER.INFO_PACKAGE), DTMF, 0, DTMF.length);
}

function bringsOther(msg: Message): boolean {
  if (msg.bodyEnd === msg.bodyStart || !tokenIs(msg, HEADER.CONTENT_DISPOSITION, PACKAGE_BODY)) return false;
  for (let i = 0; i < TYPES.length; i++) if (tokenIs(msg, HEADER.CONTENT_TYPE, TYPES[i]!)) return false;
  return true;
}
