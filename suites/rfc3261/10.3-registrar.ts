// RFC 3261 §10.3: what a registrar does with a REGISTER that it takes. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { challengesOf, credentialsOf } from '../../src/conformance/credentials.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import { paramOf, uriOf } from '../../src/conformance/reading.ts';
import type { Talk } from '../../src/conformance/talk.ts';

/** Seconds granted to the binding of `contact`; NaN where it is not listed, or says none. */
function granted(response: Received, contact: string): number {
  const value = response.headers('Contact').find((one) => uriOf(one) === contact);
  return value === undefined ? Number.NaN : Number.parseInt(paramOf(value, 'expires') ?? '', 10);
}

function contacts(response: Received): string {
  return `Contact: ${response.headers('Contact').join(', ') || '(none)'}`;
}

/** The bindings of the account as the registrar tells them. */
async function bindings(t: Talk, to = t.account.user): Promise<Received> {
  t.send(t.request('REGISTER', { to, headers: { Contact: null, Expires: null } }));
  return t.expect('2xx');
}

/** A registration that must be taken, unless its interval is too brief for this registrar. */
async function register(t: Talk, headers: Record<string, string | number | string[] | null>): Promise<Received> {
  t.send(t.request('REGISTER', { to: t.account.user, headers }));
  const response = await t.expect(['2xx', 423]);
  if (response.status === 423) t.inconclusive(`the interval is too brief for it: ${response.startLine}`);
  return response;
}

/** A Contact URI of ours with another user. */
function other(t: Talk, user: string): string {
  return t.contact.replace('harness', user);
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/10.3/binding-listed-with-expires',
    title: 'The 200 to a REGISTER lists the binding with its expires parameter, not above what was asked for',
    req: ['REG-001'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const response = await register(t, { Contact: `<${t.contact}>;expires=3600`, Expires: null });
      const seconds = granted(response, t.contact);
      t.verify(seconds > 0 && seconds <= 3600, `${t.contact} with expires from 1 to 3600`, contacts(response));
    },
  },
  {
    id: 'rfc3261/10.3/all-bindings-listed',
    title: 'A REGISTER without Contact is answered with every binding of the address-of-record',
    req: ['REG-002'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const both = [other(t, 'one'), other(t, 'two')];
      for (const contact of both)
        await t.given('a registration', () => register(t, { Contact: `<${contact}>`, Expires: 600 }));
      const response = await bindings(t);
      for (const contact of both) t.verify(granted(response, contact) > 0, `${contact} listed`, contacts(response));
    },
  },
  {
    id: 'rfc3261/10.3/contact-expires-before-header',
    title: 'The expires parameter of a Contact counts, not the Expires header field beside it',
    req: ['REG-003'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const response = await register(t, { Contact: `<${t.contact}>;expires=500`, Expires: 1000 });
      t.verify(granted(response, t.contact) <= 500, 'expires of 500 at most', contacts(response));
    },
  },
  {
    id: 'rfc3261/10.3/expires-header-counts',
    title: 'Without an expires parameter the Expires header field is what was asked for',
    req: ['REG-004'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const response = await register(t, { Expires: 500 });
      t.verify(granted(response, t.contact) <= 500, 'expires of 500 at most', contacts(response));
    },
  },
  {
    id: 'rfc3261/10.3/default-interval-told',
    title: 'Where no expiry is asked for the registrar grants its own, and says which',
    req: ['REG-005'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const response = await register(t, { Expires: null });
      t.verify(granted(response, t.contact) > 0, `${t.contact} with expires`, contacts(response));
    },
  },
  {
    id: 'rfc3261/10.3/zero-removes-one-binding',
    title: 'A Contact with expires 0 removes its binding and no other',
    req: ['REG-006'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const [stays, goes] = [other(t, 'stays'), other(t, 'goes')];
      for (const contact of [stays, goes])
        await t.given('a registration', () => register(t, { Contact: `<${contact}>`, Expires: 600 }));
      await register(t, { Contact: `<${goes}>;expires=0`, Expires: null });
      const response = await bindings(t);
      t.verify(granted(response, stays) > 0, `${stays} listed`, contacts(response));
      t.verify(Number.isNaN(granted(response, goes)), `${goes} gone`, contacts(response));
    },
  },
  {
    id: 'rfc3261/10.3/interval-too-brief-423',
    title: 'An expiry the registrar finds too brief is refused with 423 and Min-Expires, or granted',
    req: ['REG-012'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      t.send(t.request('REGISTER', { to: t.account.user, headers: { Expires: 1 } }));
      const response = await t.expect([423, '2xx']);
      if (response.status !== 423) t.info(`it takes one second: ${contacts(response)}`);
      t.verify(response.number('Min-Expires') > 1, 'Min-Expires above 1', `${response.header('Min-Expires')}`);
    },
  },
  {
    id: 'rfc3261/10.3/star-removes-all-bindings',
    title: 'Contact * with Expires 0 removes every binding of the address-of-record',
    req: ['REG-007'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      await t.binding();
      t.send(t.request('REGISTER', { to: t.account.user, headers: { Contact: '*', Expires: 0 } }));
      await t.expect('2xx');
      const left = (await bindings(t)).headers('Contact');
      t.verify(left.length === 0, 'no binding left', left.join(', '));
    },
  },
  {
    id: 'rfc3261/10.3/same-contact-one-binding',
    title: 'Contacts that are equal by the rules of comparing URIs are one binding',
    req: ['REG-025'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const written = ['Host.Example;one=1;two=2', 'host.example;two=2;one=1', 'HOST.EXAMPLE;One=1;TWO=2'];
      for (const rest of written) await register(t, { Contact: `<sip:harness@${rest}>`, Expires: 600 });
      const response = await bindings(t);
      const count = response.headers('Contact').filter((one) => /@host\.example/i.test(one)).length;
      t.verify(count === 1, 'one binding', `${count}: ${contacts(response)}`);
    },
  },
  {
    id: 'rfc3261/10.3/canonical-address-of-record',
    title: 'The address-of-record is that of To without parameters and escapes',
    req: ['REG-016'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const { user } = t.account;
      const escaped = `%${user.charCodeAt(0).toString(16)}${user.slice(1)}`;
      const odd = `${t.uri(user).replace(user, escaped)};user=phone;nothing-known=1`;
      t.send(t.request('REGISTER', { to: user, headers: { To: `<${odd}>` } }));
      await t.expect('2xx');
      const response = await bindings(t);
      t.verify(granted(response, t.contact) > 0, `${t.contact} among the bindings of ${user}`, contacts(response));
    },
  },
  {
    id: 'rfc3261/10.3/record-route-ignored',
    title: 'Record-Route in a REGISTER is ignored, and the response has none',
    req: ['REG-017', 'REG-018'],
    level: 'MUST NOT',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const response = await register(t, { 'Record-Route': '<sip:proxy.example;lr>', Expires: 600 });
      t.verify(!response.has('Record-Route'), 'no Record-Route', `Record-Route: ${response.header('Record-Route')}`);
      t.verify(granted(response, t.contact) > 0, 'the binding', contacts(response));
    },
  },
  {
    id: 'rfc3261/10.3/date-in-the-response',
    title: 'The 200 to a REGISTER has a Date',
    req: ['REG-022'],
    level: 'SHOULD',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const date = (await register(t, { Expires: 600 })).header('Date');
      // RFC 3261 §20.17: always in GMT.
      const right = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(date ?? '');
      t.verify(right, 'Date: Sat, 13 Nov 2010 23:29:00 GMT, or the like', date === null ? 'no Date' : `Date: ${date}`);
    },
  },
  {
    id: 'rfc3261/10.3/other-call-id-updates',
    title: 'A REGISTER with another Call-ID updates the binding, however low its CSeq',
    req: ['REG-011'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      await t.given('a registration', () => register(t, { CSeq: '50 REGISTER', Expires: 600 }));
      const response = await register(t, { CSeq: '10 REGISTER', Expires: 300 });
      t.verify(granted(response, t.contact) <= 300, 'expires of 300 at most', contacts(response));
    },
  },
  {
    id: 'rfc3261/10.3/processed-in-order',
    title: 'REGISTER requests are processed in the order in which they come',
    req: ['REG-021'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      await t.binding();
      const challenge = t.received.flatMap((one) => challengesOf(one)).at(-1);
      const requests = Array.from({ length: 20 }, (_, i) => {
        const draft = (authorization: Record<string, string>) =>
          t.request('REGISTER', {
            to: t.account.user,
            headers: {
              Contact: `<${t.contact}>;expires=${i % 2 === 0 ? 0 : 600 - i}`,
              Expires: null,
              ...authorization,
            },
          });
        const proof = { method: 'REGISTER', uri: draft({}).uri, count: i + 2 };
        return draft(challenge === undefined ? {} : { Authorization: credentialsOf(t.account, challenge, proof) });
      });
      for (const request of requests) {
        t.send(request);
        // They come one after the other also where datagrams could overtake each other.
        await t.pause(5);
      }
      for (const request of requests)
        await t.given('every REGISTER taken', () => t.expect('2xx', { of: request, strictly: true }));
      const response = await bindings(t);
      const seconds = granted(response, t.contact);
      t.verify(seconds > 570 && seconds <= 581, 'the binding of the last one, expires=581', contacts(response));
    },
  },
];
