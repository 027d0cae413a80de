// RFC 3261 §19.1.5: a request that is made from a URI, here that of a Refer-To. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { firstArrival } from '../arrival.ts';
import { accepted, referTo, transferred } from '../referral.ts';

const FORMS: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'SHOULD NOT',
  role: 'uas',
  methods: ['REFER', 'INVITE'],
  needs: ['transfer'],
};

/** Header fields as a URI has them. */
function tail(fields: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `?${pairs.join('&')}`;
}

/** The INVITE that comes of a Refer-To with these header fields; null where the REFER is refused for them. */
async function called(t: Talk, fields: Readonly<Record<string, string>>): Promise<Received | null> {
  const target = await t.peer({ name: 'target' });
  const { dialog } = await t.call({ to: 'transfer' });
  const refer = t.send(referTo(t, dialog, target.contact + tail(fields)));
  const response = await t.expect('final', { of: refer });
  if (response.status === 405 || response.status === 501) t.unsupported(response.startLine);
  if (response.status >= 300) return null;
  return t.given('an INVITE at the target', () => target.expectRequest('INVITE'));
}

/** None of the fields has been taken from the URI. */
function verifyNone(t: Talk, invite: Received | null, fields: Readonly<Record<string, string>>): void {
  if (invite === null) return;
  for (const name of Object.keys(fields)) {
    const taken = invite.lines(name).find((value) => value.includes('planted') || value.startsWith('87654'));
    t.verify(taken === undefined, `its own ${name}`, `${name}: ${taken}`);
  }
}

const DANGEROUS = {
  From: '<sip:planted@example.com>;tag=planted',
  'Call-ID': 'planted',
  CSeq: '87654 INVITE',
  Via: 'SIP/2.0/UDP planted.example.com;branch=z9hG4bKplanted',
  'Record-Route': '<sip:planted.example.com;lr>',
};

const CLAIMS = {
  Accept: 'application/planted',
  Allow: 'PLANTED, planted',
  Contact: '<sip:planted@example.com>',
  Organization: 'planted',
  Supported: 'planted',
  'User-Agent': 'planted',
};

export const CASES: readonly Entry[] = [
  {
    ...FORMS,
    id: 'rfc3261/19.1.5/dangerous-fields-not-honoured',
    title: 'From, Call-ID, CSeq, Via and Record-Route in a Refer-To do not become those of the request',
    req: ['REF-019'],
    run: async (t) => verifyNone(t, await called(t, DANGEROUS), DANGEROUS),
  },
  {
    ...FORMS,
    id: 'rfc3261/19.1.5/route-not-honoured',
    title: 'A Route in a Refer-To does not say where the request goes',
    req: ['REF-019'],
    run: async (t) => {
      const target = await t.peer({ name: 'target' });
      const elsewhere = await t.peer({ name: 'elsewhere' });
      const { dialog } = await t.call({ to: 'transfer' });
      const route = `<sip:${elsewhere.hostPort};lr>`;
      const refer = t.send(referTo(t, dialog, target.contact + tail({ Route: route })));
      const response = await t.expect('final', { of: refer });
      if (response.status === 405 || response.status === 501) t.unsupported(response.startLine);
      if (response.status >= 300) return;
      const { end, request } = await firstArrival(t, [target, elsewhere], 'INVITE', t.profile.waitMs);
      t.verify(end === target, 'the INVITE at the target', 'the INVITE where the Route says');
      const routes = request.headers('Route').join(', ');
      t.verify(!routes.includes(elsewhere.hostPort), 'no Route from the URI', `Route: ${routes}`);
    },
  },
  {
    ...FORMS,
    id: 'rfc3261/19.1.5/false-claims-not-honoured',
    title: 'What a Refer-To says of capabilities and location does not become what the caller says of itself',
    req: ['REF-019'],
    run: async (t) => verifyNone(t, await called(t, CLAIMS), CLAIMS),
  },
  {
    ...FORMS,
    id: 'rfc3261/19.1.5/replaces-becomes-a-field',
    title: 'Replaces in a Refer-To stands in the INVITE as a header field, its escapes resolved',
    req: ['REF-020'],
    level: 'SHOULD',
    run: async (t) => {
      const replaces = 'attended@example.com;to-tag=theirs;from-tag=ours';
      const { invite } = await transferred(t, tail({ Replaces: replaces }));
      const value = (invite.header('Replaces') ?? '').replace(/\s*;\s*/g, ';');
      t.verify(value === replaces, `Replaces: ${replaces}`, `Replaces: ${value || '(none)'}`);
    },
  },
  {
    ...FORMS,
    id: 'rfc3261/19.1.5/method-and-headers-not-in-request-uri',
    title: 'Neither method nor headers of a Refer-To stand in the Request-URI',
    req: ['REF-020'],
    level: 'MUST NOT',
    run: async (t) => {
      const { invite } = await transferred(t, `;method=INVITE${tail({ Subject: 'planted' })}`);
      t.verify(!/[;?](method=|.*planted)/i.test(invite.uri), 'a Request-URI without them', invite.uri);
    },
  },
  {
    ...FORMS,
    id: 'rfc3261/19.1.5/unknown-parameter-in-request-uri',
    title: 'A parameter of a Refer-To that is not known stands in the Request-URI',
    req: [],
    level: 'MUST',
    run: async (t) => {
      const target = await t.peer({ name: 'target' });
      const { dialog } = await t.call({ to: 'transfer' });
      await accepted(t, dialog, `${target.contact};x-nobody=knows`);
      const invite = await t.given('an INVITE at the target', () => target.expectRequest('INVITE'));
      t.verify(/;x-nobody=knows(;|$)/i.test(invite.uri), `${target.contact};x-nobody=knows`, invite.uri);
    },
  },
];
