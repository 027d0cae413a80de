// RFC 3261 §10.2, RFC 3581 §3: registrations that the server makes. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { paramOf } from '../../src/conformance/reading.ts';

const REGISTERS: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['REGISTER'],
  needs: ['originate:REGISTER'],
};

export const CASES: readonly Entry[] = [
  {
    ...REGISTERS,
    id: 'rfc3261/10.2/request-uri-without-user',
    title: 'The Request-URI of a REGISTER has no user part',
    req: ['REG-028'],
    level: 'MUST NOT',
    run: async (t) => {
      const register = await t.originated('REGISTER');
      t.respond(register, 200);
      t.verify(!register.uri.includes('@'), 'a URI without user', register.uri);
    },
  },
  {
    ...REGISTERS,
    id: 'rfc3261/10.2.4/refresh-same-call-next-cseq',
    title: 'A refresh has the Call-ID of the registration and the next CSeq, and goes to the same Request-URI',
    req: ['TXC-024'],
    level: 'SHOULD',
    run: async (t) => {
      const register = await t.originated('REGISTER');
      t.respond(register, 200, { headers: { Contact: register.header('Contact'), Expires: 60 } });
      const again = await t.expectRequest('REGISTER', { withinMs: 5_000 });
      t.respond(again, 200, { headers: { Contact: register.header('Contact'), Expires: 60 } });
      t.verify(again.callId === register.callId, register.callId, again.callId);
      t.verify(again.cseq === register.cseq + 1, `CSeq ${register.cseq + 1}`, `${again.cseq}`);
      t.verify(again.uri === register.uri, register.uri, again.uri);
    },
  },
  {
    ...REGISTERS,
    id: 'rfc3261/10.2/no-second-register-meanwhile',
    title: 'While a REGISTER waits for its response no other one is sent',
    req: ['TXC-025'],
    level: 'MUST NOT',
    run: async (t) => {
      const register = await t.originated('REGISTER');
      await t.expectNone(1_500, 'REGISTER', ({ branch }) => branch !== register.branch);
      t.respond(register, 200);
    },
  },
  {
    ...REGISTERS,
    id: 'rfc3581/3/rport-without-value',
    title: 'rport in Via of a request has no value',
    req: ['TRN-018'],
    run: async (t) => {
      const register = await t.originated('REGISTER');
      t.respond(register, 200);
      const rport = register.param('Via', 'rport');
      if (rport === null) t.skip('it asks for no rport');
      t.verify(rport === '', 'rport without value', `rport=${rport}`);
    },
  },
  {
    ...REGISTERS,
    id: 'rfc3261/10.2.8/423-asked-again',
    title: 'A REGISTER answered 423 may go again with an expiry of at least Min-Expires',
    req: ['TXC-023'],
    level: 'INFO',
    run: async (t) => {
      const register = await t.originated('REGISTER');
      t.respond(register, 423, { headers: { 'Min-Expires': 1800 } });
      await t.pause(2_000);
      const again = t.received.find((one) => one.isRequest && one.branch !== register.branch);
      if (again === undefined) return t.info('it does not try again');
      const expiries = [again.header('Expires'), ...again.headers('Contact').map((one) => paramOf(one, 'expires'))];
      const asked = expiries.filter((one) => one !== null);
      const enough = asked.length > 0 && asked.every((one) => Number(one) >= 1800);
      t.info(`it tries again with ${enough ? 'long enough' : 'too short'} an expiry: ${asked.join(', ') || 'none'}`);
    },
  },
];
