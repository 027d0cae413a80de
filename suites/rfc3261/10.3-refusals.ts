// RFC 3261 §10.2, §10.3: what a registrar refuses, how, and what it bears. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { RequestParts } from '../../src/conformance/peer.ts';
import { paramOf, partsOf, uriOf } from '../../src/conformance/reading.ts';
import type { Talk } from '../../src/conformance/talk.ts';

function contacts(response: Received): string {
  return `Contact: ${response.headers('Contact').join(', ') || '(none)'}`;
}

function lists(response: Received, contact: string): boolean {
  return response.headers('Contact').some((one) => uriOf(one) === contact);
}

async function bindings(t: Talk): Promise<Received> {
  t.send(t.request('REGISTER', { to: t.account.user, headers: { Contact: null, Expires: null } }));
  return t.expect('2xx');
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/10.2.1.1/malformed-expiry-is-an-hour',
    title: 'An expires parameter that is no number is taken as an hour, or as what the registrar grants anyhow',
    req: ['REG-026'],
    level: 'SHOULD',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      for (const value of ['abc', '-5', '99999999999999']) {
        const headers = { Contact: `<${t.contact}>;expires=${value}`, Expires: null };
        t.send(t.request('REGISTER', { to: t.account.user, headers }));
        const response = await t.expect('final');
        t.verify(response.status < 500, 'no server error', `${response.startLine} to expires=${value}`);
        t.verify(response.status < 300, '200', `${response.startLine} to expires=${value}`);
        const own = response.headers('Contact').find((one) => uriOf(one) === t.contact) ?? '';
        const seconds = Number.parseInt(paramOf(own, 'expires') ?? '', 10);
        t.verify(seconds > 0, 'the binding with a usual expiry', `${contacts(response)} to expires=${value}`);
      }
    },
  },
  {
    id: 'rfc3261/10.3/star-with-expiry-400',
    title: 'Contact * with an Expires that is not 0 is refused with 400',
    req: ['REG-008'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      t.send(t.request('REGISTER', { to: t.account.user, headers: { Contact: '*', Expires: 3600 } }));
      await t.expect(400);
    },
  },
  {
    id: 'rfc3261/10.3/star-with-others-400',
    title: 'Contact * beside another Contact is refused with 400',
    req: ['REG-009'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const headers = { Contact: ['*', `<${t.contact}>`], Expires: 0 };
      t.send(t.request('REGISTER', { to: t.account.user, headers }));
      await t.expect(400);
    },
  },
  {
    id: 'rfc3261/10.3/lower-cseq-changes-nothing',
    title: 'A REGISTER with the Call-ID of the binding and a lower CSeq fails and leaves the binding as it was',
    req: ['REG-010'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const { user } = t.account;
      const first = t.request('REGISTER', { to: user, headers: { CSeq: '50 REGISTER' } });
      await t.given('a registration', () => t.expect('2xx', { of: t.send(first) }));
      const headers = { 'Call-ID': first.callId, CSeq: '20 REGISTER', Contact: `<${t.contact}>;expires=0` };
      t.send(t.request('REGISTER', { to: user, headers: { ...headers, Expires: null } }));
      const response = await t.expect('final');
      t.verify(response.status >= 300, 'a refusal of CSeq 20 after 50', response.startLine);
      const left = await bindings(t);
      t.verify(lists(left, t.contact), `${t.contact} still bound`, contacts(left));
    },
  },
  {
    id: 'rfc3261/10.3/contacts-all-or-none',
    title: 'A REGISTER with one Contact that cannot be bound binds none of its Contacts',
    req: ['REG-020'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      for (const [i, bad] of [`<${t.contact}>;expires=1`, '<sip:>;expires=600', '*;expires=600'].entries()) {
        const good = t.contact.replace('harness', `good${i}`);
        const headers = { Contact: [`<${good}>;expires=600`, bad], Expires: null };
        t.send(t.request('REGISTER', { to: t.account.user, headers }));
        const response = await t.expect('final');
        if (response.status < 300) continue;
        const left = await bindings(t);
        t.verify(!lists(left, good), `no binding after ${response.startLine}`, contacts(left));
        return;
      }
      t.skip('it finds no fault with any of the Contacts');
    },
  },
  {
    id: 'rfc3261/10.3/require-unknown-420',
    title: 'An option tag in Require of a REGISTER that is not known is answered 420 with that tag in Unsupported',
    req: ['REG-015'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      t.send(t.request('REGISTER', { to: t.account.user, headers: { Require: 'nothing-known' } }));
      const response = await t.expect('final');
      t.verify(response.status === 420, '420', response.startLine);
      const listed = response.headers('Unsupported').join(', ');
      t.verify(listed === 'nothing-known', 'Unsupported: nothing-known', `Unsupported: ${listed || '(none)'}`);
    },
  },
  {
    id: 'rfc3261/10.3/foreign-address-of-record-404',
    title: 'An address-of-record that is not of the domain in the Request-URI is refused with 404',
    req: ['REG-014'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const headers = { To: `<sip:${t.account.user}@other-domain.example>` };
      t.send(t.request('REGISTER', { to: t.account.user, headers }));
      const response = await t.expect('final');
      // RFC 3261 §10.3 steps 3, 4: who may not register for it is told so first.
      t.verify(response.status === 404 || response.status === 403, '404', response.startLine);
    },
  },
  {
    id: 'rfc3261/10.3/others-address-of-record-403',
    title: 'A user who may not register for somebody else is refused with 403',
    req: ['REG-013'],
    level: 'SHOULD',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      const { user } = t.account;
      const { accounts, extensions } = t.profile;
      const another = accounts.find((one) => one.user !== user)?.user ?? extensions.busy ?? extensions.answer;
      if (another === undefined) t.skip('the profile has nobody else');
      t.send(t.request('REGISTER', { to: another, headers: { From: `<${t.aor}>;tag=${t.tag}` } }));
      const response = await t.expect('final');
      if (t.latest().challenged === 0) t.skip('it asks nobody who he is');
      t.verify(response.status === 403, `403 to ${user} who registers for ${another}`, response.startLine);
    },
  },
  {
    id: 'rfc3261/10.3/unauthenticated-challenged',
    title: 'A registrar asks who registers: 401 to a REGISTER without credentials',
    req: ['REG-023'],
    level: 'SHOULD',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['password'],
    run: async (t) => {
      t.send(t.request('REGISTER', { to: t.account.user }));
      const response = await t.expect('final', { challengeCounts: true, strictly: true });
      t.verify(response.status === 401, '401', response.startLine);
    },
  },
  {
    id: 'rfc3261/10.3/no-6xx',
    title: 'No REGISTER is refused with a 6xx',
    req: ['REG-019'],
    level: 'MUST NOT',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const { user } = t.account;
      const host = partsOf(t.uri(user))?.host ?? '';
      const failing: RequestParts[] = [
        { to: user, headers: { Contact: '*', Expires: 3600 } },
        { to: user, headers: { Require: 'nothing-known' } },
        { to: user, headers: { Expires: 1 } },
        { to: user, headers: { Contact: Array.from({ length: 40 }, (_, i) => `<sip:many${i}@${t.hostPort}>`) } },
        { to: user, headers: { To: '<sip:somebody@other-domain.example>' } },
        { to: `sip:nobody@${host}` },
      ];
      let refused = 0;
      for (const parts of failing) {
        t.send(t.request('REGISTER', parts));
        const response = await t.expect('final');
        if (response.status >= 300) refused++;
        t.verify(response.status < 600, 'no 6xx', response.startLine);
      }
      if (refused === 0) t.skip('it refuses none of six odd REGISTER requests');
    },
  },
];
