// What a request is answered with that no flow and no call has a line for: by its method, as a user agent that only plays its ladder must. Judges nothing: whoever asks counts it.

import { OP, ROW, ROW_SIZE } from '../flow/program.ts';
import { NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import type { Engine } from './engine.ts';

/** Status for the request in e.msg, which came in the dialog of slot `leg` and stands in no ladder line. */
export function statusInside(e: Engine, leg: number): number {
  const { msg } = e;
  switch (msg.method) {
    case METHOD.BYE:
    case METHOD.OPTIONS:
    case METHOD.MESSAGE:
    case METHOD.PRACK:
      return 200;
    case METHOD.INFO:
      // RFC 6086 §4.2.2: a package that nobody asked for is 469; without one it is the older use, which does no harm.
      return msg.first[HEADER.INFO_PACKAGE] === NONE ? 200 : 469;
    case METHOD.UPDATE:
      // RFC 3311 §5.2: without an offer it refreshes only; an offer that cannot be answered is 488.
      return msg.bodyEnd === msg.bodyStart ? 200 : 488;
    case METHOD.INVITE:
      // RFC 3261 §14.2: a change of the session that is not accepted is 488, and the session goes on as it is.
      return 488;
    case METHOD.NOTIFY:
      // RFC 6665 §4.1.3: 481 where no subscription is; another NOTIFY of one that there is must be taken.
      return subscribes(e, leg) ? 200 : 481;
    case METHOD.REFER:
      // RFC 3515 §2.4.2: who will not follow declines.
      return 603;
    case METHOD.UNKNOWN:
      return 501;
    default:
      return 405;
  }
}

/** Status for the request in e.msg outside every dialog that begins no flow. */
export function statusOutside(e: Engine): number {
  switch (e.msg.method) {
    case METHOD.OPTIONS:
    case METHOD.MESSAGE:
      return 200;
    case METHOD.BYE:
    case METHOD.NOTIFY:
    case METHOD.PRACK:
    case METHOD.INFO:
    case METHOD.UPDATE:
      // RFC 3261 §15.1.2, RFC 6665 §4.1.3, RFC 3262 §3, RFC 6086 §4.2.2, RFC 3311 §5.2: what lives in a dialog finds none.
      return 481;
    case METHOD.UNKNOWN:
      return 501;
    default:
      // RFC 3261 §8.2.1: 405 for a method that is known and not played here.
      return 405;
  }
}

/** Whether the call has sent a SUBSCRIBE or REFER in this dialog: RFC 6665 §4.1.2, RFC 3515 §2.4.4. */
export function subscribes(e: Engine, leg: number): boolean {
  const { calls } = e;
  const rows = e.rowsOf(leg);
  const pc = calls.pc[calls.main[leg]!]!;
  for (let row = 0; row < pc; row++) {
    const at = row * ROW_SIZE;
    const method = rows[at + ROW.METHOD];
    if (rows[at + ROW.OP] !== OP.SEND || rows[at + ROW.STATUS_LO] !== NONE || rows[at + ROW.LEG] !== calls.leg[leg])
      continue;
    if (method === METHOD.SUBSCRIBE || method === METHOD.REFER) return true;
  }
  return false;
}
