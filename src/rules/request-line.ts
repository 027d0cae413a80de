// Rules about what every request carries, whatever its method: version, Via, Max-Forwards, From tag. Judges single messages only.

import { BAD, type Message, NONE } from '../sip/message.ts';
import { HEADER } from '../sip/names.ts';
import { readDecimal } from '../sip/numbers.ts';
import { skipSpace } from '../sip/scan.ts';
import type { Rule } from './rule.ts';

const COOKIE = Uint8Array.from('z9hG4bK', (c) => c.charCodeAt(0));
const UPPER_SIP = [0x53, 0x49, 0x50] as const;
const MAX_FORWARDS_LIMIT = 255;

/** `sip` in lower or mixed case where the version of the start line stands; any other text is the decoder's business. */
function hasLowerVersion(msg: Message): boolean {
  const { buf, end } = msg;
  const at = skipSpace(buf, msg.isRequest ? msg.uriEnd : msg.start, end);
  if (end - at < 3) return false;
  for (let i = 0; i < 3; i++) if (buf[at + i] === UPPER_SIP[i]! + 32) return true;
  return false;
}

/** RFC 3261 §8.1.1.7: the cookie, and something behind it that tells transactions apart. */
function lacksCookie(msg: Message): boolean {
  const { buf, branchStart } = msg;
  if (branchStart === NONE || msg.branchEnd - branchStart <= COOKIE.length) return true;
  for (let i = 0; i < COOKIE.length; i++) if (buf[branchStart + i] !== COOKIE[i]) return true;
  return false;
}

/** Fields whose value is not a list, but for those whose repetition the decoder refuses. */
function hasRepeatedField(msg: Message): boolean {
  const { first, last } = msg;
  return (
    first[HEADER.MAX_FORWARDS] !== last[HEADER.MAX_FORWARDS] ||
    first[HEADER.CONTENT_LENGTH] !== last[HEADER.CONTENT_LENGTH] ||
    first[HEADER.CONTENT_TYPE] !== last[HEADER.CONTENT_TYPE]
  );
}

function hasBadMaxForwards(msg: Message): boolean {
  const i = msg.first[HEADER.MAX_FORWARDS]!;
  return readDecimal(msg.buf, msg.valueStart[i]!, msg.valueEnd[i]!, MAX_FORWARDS_LIMIT) === BAD;
}

export const REQUEST_LINE: readonly Rule[] = [
  // RFC 3261 §7.1: the version is read in any case and written in capitals.
  {
    id: 'version-upper-case',
    rfc: 3261,
    section: '7.1',
    level: 'MUST',
    title: 'The start line says SIP in capitals',
    req: ['SYN-005'],
    on: 'both',
    broken: hasLowerVersion,
  },
  // RFC 3261 §7.3.1: a field may stand on several rows only if its value is a comma-separated list.
  {
    id: 'field-once',
    rfc: 3261,
    section: '7.3.1',
    level: 'MUST',
    title: 'Max-Forwards, Content-Length and Content-Type stand once',
    on: 'both',
    broken: hasRepeatedField,
  },
  // RFC 3261 §8.1.1.7: the branch of every request begins with the magic cookie.
  {
    id: 'branch-cookie',
    rfc: 3261,
    section: '8.1.1.7',
    level: 'MUST',
    title: 'The branch of a request begins with z9hG4bK and says more than that',
    req: ['TXC-014'],
    on: 'request',
    broken: lacksCookie,
  },
  // RFC 3581 §3: the client sends rport as a flag; the value is for the server to fill in.
  {
    id: 'rport-without-value',
    rfc: 3581,
    section: '3',
    level: 'MUST',
    title: 'The rport of the top Via of a request has no value',
    req: ['TRN-018'],
    on: 'request',
    broken: (msg) => msg.viaRport >= 0,
  },
  // RFC 3261 §8.1.1: Max-Forwards is one of the six fields that no valid request lacks.
  {
    id: 'max-forwards-present',
    rfc: 3261,
    section: '8.1.1',
    level: 'MUST',
    title: 'A request has Max-Forwards',
    req: ['TXC-012'],
    on: 'request',
    broken: (msg) => msg.first[HEADER.MAX_FORWARDS] === NONE,
  },
  // RFC 3261 §20.22: the value is an integer from 0 to 255.
  {
    id: 'max-forwards-range',
    rfc: 3261,
    section: '20.22',
    level: 'MUST',
    title: 'Max-Forwards is a decimal number of at most 255',
    on: 'request',
    header: HEADER.MAX_FORWARDS,
    broken: hasBadMaxForwards,
  },
  // RFC 3261 §8.1.1.3: a new tag of the client's choosing stands in From.
  {
    id: 'from-tag-present',
    rfc: 3261,
    section: '8.1.1.3',
    level: 'MUST',
    title: 'A request has a From tag',
    req: ['TXC-015'],
    on: 'request',
    broken: (msg) => msg.fromTagStart === NONE,
  },
];
