// A 401 or 407 to a request of ours: its challenge taken for the user of the call, and the request sent again (RFC 3261 §22.2, §22.3). Computes no digest.

import { chooseChallenge } from '../sip/digest.ts';
import { NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import { CALL } from './calls.ts';
import { setVariables } from './capture.ts';
import type { Engine } from './engine.ts';
import { sendRequest } from './player.ts';

/** Takes the challenge of a 401 or 407; false when it cannot be answered, or when what answered it was refused. */
export function takeChallenge(e: Engine, call: number): boolean {
  const { msg, calls } = e;
  const row = e.users.row(call);
  if (!e.users.knows(row)) return false;
  const proxy = msg.status === 407;
  const challenge = chooseChallenge(valuesOf(e, proxy ? HEADER.PROXY_AUTHENTICATE : HEADER.WWW_AUTHENTICATE));
  if (challenge === null) return false;
  const tries = proxy ? CALL.TRIED_PROXY : CALL.TRIED_SERVER;
  // RFC 7616 §3.3: only a stale nonce is worth a second try, and that once.
  if ((calls.flags[call]! & tries) !== 0 && (!challenge.stale || (calls.flags[call]! & CALL.TRIED_STALE) !== 0))
    return false;
  if ((calls.flags[call]! & tries) !== 0) calls.flags[call]! |= CALL.TRIED_STALE;
  calls.flags[call]! |= tries;
  e.users.take(row, challenge, proxy);
  return true;
}

function valuesOf(e: Engine, id: number): string[] {
  const { msg } = e;
  const values: string[] = [];
  for (let field = msg.first[id]!; field !== NONE; field = msg.next[field]!)
    values.push(e.text(msg.valueStart[field]!, msg.valueEnd[field]!));
  return values;
}

/** Sends the request of a transaction again, with credentials. */
export function sendAgain(e: Engine, call: number, txn: number): boolean {
  const wire = e.links.wire[txn]!;
  if (wire === 0) return false;
  const sent = e.wires[wire >> 16]![(wire & 0xffff) - 1]!;
  if (sent.personal) setVariables(e, call);
  sendRequest(e, call, sent);
  return true;
}
