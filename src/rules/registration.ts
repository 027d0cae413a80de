// Rules about REGISTER and what a registrar answers. Judges single messages only.

import { bytesOf } from '../sip/bytes.ts';
import { everyHasParam } from '../sip/fields.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { readUri, Uri } from '../sip/uri.ts';
import type { Rule } from './rule.ts';

const EXPIRES = bytesOf('expires');
const REGISTER = [METHOD.REGISTER];

const uri = new Uri();

function hasUserPart(msg: Message): boolean {
  readUri(msg.buf, msg.uriStart, msg.uriEnd, uri);
  return uri.userStart !== NONE;
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
