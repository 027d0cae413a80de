// Rules about REGISTER and what a registrar answers. Judges single messages only.

import type { Message } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import type { Rule } from './rule.ts';
import { everyHasParam, lower } from './spans.ts';

const EXPIRES = lower('expires');
const AT = 64;
const REGISTER = [METHOD.REGISTER];

function hasUserPart(msg: Message): boolean {
  for (let i = msg.uriStart; i < msg.uriEnd; i++) if (msg.buf[i] === AT) return true;
  return false;
}

export const REGISTRATION: readonly Rule[] = [
  // RFC 3261 §10.2: the Request-URI of a REGISTER is a domain.
  {
    id: 'register-uri-is-domain',
    rfc: 3261,
    section: '10.2',
    level: 'MUST',
    title: 'The Request-URI of a REGISTER has no user part',
    req: ['REG-028'],
    on: 'request',
    methods: REGISTER,
    broken: hasUserPart,
  },
  // RFC 3261 §10.3: every binding in the 200 says how long it will last.
  {
    id: 'register-contact-expires',
    rfc: 3261,
    section: '10.3',
    level: 'MUST',
    title: 'Every Contact in a 200 to REGISTER has expires',
    req: ['REG-001'],
    on: 'response',
    methods: REGISTER,
    statuses: [[200, 299]],
    header: HEADER.CONTACT,
    broken: (msg) => !everyHasParam(msg, HEADER.CONTACT, EXPIRES),
  },
  // RFC 3261 §10.3: a registrar never speaks for the whole world.
  {
    id: 'register-not-6xx',
    rfc: 3261,
    section: '10.3',
    level: 'MUST',
    title: 'A REGISTER is not answered 6xx',
    req: ['REG-019'],
    on: 'response',
    methods: REGISTER,
    statuses: [[600, 699]],
    broken: () => true,
  },
  // RFC 3261 §10.3: REGISTER creates no dialog and so no route.
  {
    id: 'register-answer-without-route',
    rfc: 3261,
    section: '10.3',
    level: 'MUST',
    title: 'A response to REGISTER has no Record-Route',
    req: ['REG-018'],
    on: 'response',
    methods: REGISTER,
    header: HEADER.RECORD_ROUTE,
    broken: () => true,
  },
];
