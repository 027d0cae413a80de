// A 401 or 407 to a request of ours: its challenge taken for the user of the call, and the request sent again (RFC 3261 §22.2, §22.3). Computes no digest.

import { chooseChallenge } from '../sip/digest.ts';
import { NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import { CALL } from './calls.ts';
import { setVariables } from './capture.ts';
import type { Engine } from './engine.ts';
import { sendRequest } from './player.ts';

/** What the request at hand has been challenged with so far. */
export const TRIED = { SERVER: 1, PROXY: 2, STALE: 4 } as const;
/** Where these bits stand in CALL.TRIED. */
const CALL_SHIFT = 6;

/**
 * Takes the challenge of a 401 or 407 for the user of `row`. `tried`: what the request was challenged with before.
 * @returns what it has been challenged with now; NONE when it cannot be answered, or when what answered it was refused
 */
export function takeChallenge(e: Engine, row: number, tried: number): number {
  if (!e.users.knows(row)) return NONE;
  const proxy = e.msg.status === 407;
  const challenge = chooseChallenge(valuesOf(e, proxy ? HEADER.PROXY_AUTHENTICATE : HEADER.WWW_AUTHENTICATE));
  if (challenge === null) return NONE;
  const bit = proxy ? TRIED.PROXY : TRIED.SERVER;
  const again = (tried & bit) !== 0;
  // RFC 7616 §3.3: only a stale nonce is worth a second try, and that once.
  if (again && (!challenge.stale || (tried & TRIED.STALE) !== 0)) return NONE;
  if (!e.users.take(row, challenge, proxy)) return NONE;
  return tried | bit | (again ? TRIED.STALE : 0);
}

/** The same for the request of a call; false when it cannot be answered. */
export function callChallenged(e: Engine, call: number): boolean {
  const { calls } = e;
  const flags = calls.flags[call]!;
  const tried = takeChallenge(e, e.users.row(call), (flags & CALL.TRIED) >> CALL_SHIFT);
  if (tried === NONE) return false;
  calls.flags[call] = flags | (tried << CALL_SHIFT);
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
  if (sent.personal) setVariables(e, e.calls.main[call]!);
  sendRequest(e, call, sent);
  return true;
}
