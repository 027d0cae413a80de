// Looks for an option tag in the comma-separated lists of a header. Allocates nothing.

import { equalsIgnoreCase } from './bytes.ts';
import { type Message, NONE } from './message.ts';

/** Whether a field of `id` lists the token `lower` (given in lower case), in any field and any case. */
export function hasToken(msg: Message, id: number, lower: Uint8Array): boolean {
  const { buf } = msg;
  for (let field = msg.first[id]!; field !== NONE; field = msg.next[field]!) {
    const end = msg.valueEnd[field]!;
    let at = msg.valueStart[field]!;
    while (at < end) {
      while (at < end && (buf[at]! <= 32 || buf[at] === 44)) at++;
      const start = at;
      while (at < end && buf[at]! > 32 && buf[at] !== 44) at++;
      if (equalsIgnoreCase(buf, start, at, lower)) return true;
    }
  }
  return false;
}
