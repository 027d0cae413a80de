// Who may come in at the reference server: 401 with challenges, credentials checked (RFC 3261 §22.1, §22.4; RFC 8760 §2.1). Keeps no state of its own.

import { COUNTER } from '../metrics/counters.ts';
import { bytesOf } from '../sip/bytes.ts';
import { VERDICT } from '../sip/gate.ts';
import { NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import type { Engine } from './engine.ts';
import { send } from './reference-single.ts';
import { refuse } from './server.ts';
import { METHODS } from './users.ts';

/** Of a longer method so much is looked at, which no credentials fit. */
const LONGEST_METHOD = 512;

function spelled({ msg, bytes }: Engine): Uint8Array {
  return bytes.slice(msg.methodStart, Math.min(msg.methodEnd, msg.methodStart + LONGEST_METHOD));
}

/** Whether the request in e.msg proves who sends it; answered 401, or 400 for credentials that cannot be read, when not. */
export function authorized(e: Engine, txn: number): boolean {
  const { msg } = e;
  const r = e.reference!;
  // What is signed is the method as it stands, also one that nobody knows.
  const method = msg.method === METHOD.UNKNOWN ? spelled(e) : METHODS[msg.method]!;
  let found: number = VERDICT.NONE;
  for (let field = msg.first[HEADER.AUTHORIZATION]!; field !== NONE; field = msg.next[field]!) {
    const { valueStart, valueEnd, bodyStart, bodyEnd } = msg;
    const verdict = r.gate.check(e.bytes, valueStart[field]!, valueEnd[field]!, method, bodyStart, bodyEnd, r.nowS());
    if (verdict !== VERDICT.NONE) found = verdict;
    if (verdict === VERDICT.OK) return true;
  }
  if (found === VERDICT.BROKEN) {
    refuse(e, txn, 400);
    return false;
  }
  r.begin();
  // One challenge for each algorithm, the preferred one on top (RFC 8760 §2.1).
  const challenges = r.gate.challenges(r.nowS(), e.config.algorithms, found === VERDICT.STALE);
  for (const challenge of challenges) r.add(bytesOf(`WWW-Authenticate: ${challenge}\r\n`));
  e.tally.add(COUNTER.REFUSED);
  send(e, txn, 401, NONE);
  return false;
}
