// How long bindings, publications and subscriptions live: what is asked for, within the bounds of this server. Arithmetic only.

import { NONE } from '../sip/message.ts';

const DEFAULT_S = 3600;
const LONGEST_S = 7200;
/** RFC 3261 §10.3 step 7, RFC 3903 §6 step 4, RFC 6665 §4.2.1.1: what is below (and not 0) is too brief: 423 with Min-Expires. */
export const SHORTEST_S = 60;
/** The answer to an interval that is too brief. */
export const BRIEF = -3;

/** Seconds granted for `wanted` seconds: the default for NONE, at most the longest; BRIEF for too little. */
export function grantedS(wanted: number): number {
  if (wanted === NONE) return DEFAULT_S;
  return wanted > 0 && wanted < SHORTEST_S ? BRIEF : Math.min(wanted, LONGEST_S);
}
