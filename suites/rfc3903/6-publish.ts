// RFC 3903 §4.3, §6, §7: PUBLISH at an event state compositor. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import type { Outgoing, Received } from '../../src/conformance/outgoing.ts';
import type { RequestParts } from '../../src/conformance/peer.ts';
import type { Status } from '../../src/conformance/status.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const TAGS = 100;

/** A presence document with a tuple of this name. */
function document(name: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:harness@example.com">' +
    `<tuple id="${name}"><status><basic>open</basic></status></tuple></presence>\r\n`
  );
}

/** A PUBLISH about the account of the case, unless `parts` say otherwise. */
function publish(t: Talk, parts: RequestParts = {}): Outgoing {
  return t.send(t.request('PUBLISH', { to: t.account.user, body: document('first'), ...parts }));
}

/** The entity-tag of a publication that is taken. */
async function published(t: Talk, parts: RequestParts = {}): Promise<string> {
  publish(t, parts);
  return tagOf(await t.expect('2xx'));
}

function tagOf(response: Received): string {
  return response.header('SIP-ETag') ?? '';
}

/** Whether a document says that the tuple of this name is open; that it is closed may be said of what is gone. */
function shows(state: string, name: string): boolean {
  const tuple = new RegExp(`<tuple[^>]*"${name}"[\\s\\S]*?</tuple>`).exec(state)?.[0] ?? '';
  return /<basic>\s*open/.test(tuple);
}

/** What watchers are told now. */
async function told(t: Talk): Promise<string> {
  const headers = { Event: 'presence', Accept: 'application/pidf+xml', Expires: 0 };
  const poll = t.send(t.request('SUBSCRIBE', { to: t.account.user, headers }));
  await t.expect('2xx', { of: poll });
  const notify = await t.expectRequest('NOTIFY', { where: ({ callId }) => callId === poll.callId });
  t.respond(notify, 200);
  return notify.body;
}

/** A PUBLISH that is refused so. */
async function refused(t: Talk, status: Status, parts: RequestParts): Promise<Received> {
  publish(t, parts);
  return t.expect(status);
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3903/4.3/expired-publication-is-gone',
    title: 'A publication that is not refreshed in time is gone: 412 to its entity-tag, and watchers see it no more',
    req: ['PUB-015'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    slow: true,
    run: async (t) => {
      const body = document('fleeting');
      publish(t, { body, headers: { Expires: 5 } });
      let response = await t.expect(['2xx', 423]);
      if (response.status === 423) {
        publish(t, { body, headers: { Expires: response.number('Min-Expires') } });
        response = await t.expect('2xx');
      }
      const seconds = response.number('Expires');
      if (!(seconds <= 120)) t.inconclusive(`its shortest interval is too long to wait for: ${seconds} s`);
      await t.pause(seconds * 1_000 + 2_000);
      const state = await told(t);
      t.verify(!shows(state, 'fleeting'), 'watchers see it no more', state);
      await refused(t, 412, { body: '', headers: { 'SIP-If-Match': tagOf(response) } });
    },
  },
  {
    id: 'rfc3903/6/entity-tag-and-expires',
    title: 'The 200 to a PUBLISH has one SIP-ETag, and Expires not above what was asked for',
    req: ['PUB-001', 'PUB-002'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      publish(t, { headers: { Expires: 600 } });
      const response = await t.expect('2xx');
      t.verify(response.status === 200, '200', response.startLine);
      t.verify(/^[^\s,]+$/.test(tagOf(response)), 'one entity-tag', `SIP-ETag: ${response.header('SIP-ETag')}`);
      const seconds = response.number('Expires');
      t.verify(seconds > 0 && seconds <= 600, 'Expires from 1 to 600', `Expires: ${response.header('Expires')}`);
    },
  },
  {
    id: 'rfc3903/6/refresh-has-a-new-tag',
    title: 'A refresh, with SIP-If-Match and no body, is answered 200 with another entity-tag',
    req: ['PUB-003'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      const tag = await published(t);
      const next = await published(t, { body: '', headers: { 'SIP-If-Match': tag } });
      t.verify(next !== '' && next !== tag, `another entity-tag than ${tag}`, next || 'none');
    },
  },
  {
    id: 'rfc3903/6/unknown-tag-412',
    title: 'An entity-tag that is not known is refused with 412',
    req: ['PUB-004'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      await refused(t, 412, { headers: { 'SIP-If-Match': 'nothing-known' } });
    },
  },
  {
    id: 'rfc3903/6/several-tags-400',
    title: 'SIP-If-Match with more than one entity-tag is refused with 400',
    req: ['PUB-005'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      const tag = await published(t);
      await refused(t, 400, { headers: { 'SIP-If-Match': [tag, 'another'] } });
    },
  },
  {
    id: 'rfc3903/6/unknown-package-489',
    title: 'A PUBLISH without Event, or for a package that is not known, is refused with 489',
    req: ['PUB-006'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      for (const Event of ['nothing-known', null]) {
        publish(t, { headers: { Event } });
        const response = await t.expect('final');
        t.verify(response.status === 489, `489 to ${Event === null ? 'no Event' : Event}`, response.startLine);
      }
    },
  },
  {
    id: 'rfc3903/6/unknown-resource-404',
    title: 'A PUBLISH for a resource of which no state is kept is refused with 404',
    req: ['PUB-007'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      publish(t, { to: 'nobody' });
      const response = await t.expect('final');
      if (response.status < 300) t.skip('it keeps the state of whoever is named');
      t.verify(response.status === 404, '404', response.startLine);
    },
  },
  {
    id: 'rfc3903/6/interval-too-brief-423',
    title: 'An interval that is too brief is refused with 423 and Min-Expires, or granted',
    req: ['PUB-008'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      publish(t, { headers: { Expires: 1 } });
      const response = await t.expect([423, '2xx']);
      if (response.status !== 423) t.info(`it grants ${response.header('Expires')} s: ${response.startLine}`);
      t.verify(response.number('Min-Expires') > 1, 'Min-Expires above 1', `${response.header('Min-Expires')}`);
    },
  },
  {
    id: 'rfc3903/6/other-content-type-refused',
    title: 'A body that is not of a type of the package is refused, best with 415',
    req: ['PUB-009'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      publish(t, { body: 'open', type: 'text/nothing-known' });
      const response = await t.expect('final');
      t.verify(response.status >= 400, 'a refusal', response.startLine);
      t.prefer(response.status === 415, '415', response.startLine);
    },
  },
  {
    id: 'rfc3903/6/neither-body-nor-tag-400',
    title: 'A PUBLISH with neither a body nor an entity-tag is refused with 400',
    req: ['PUB-010'],
    level: 'SHOULD',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      publish(t, { body: '' });
      const response = await t.expect('final');
      t.verify(response.status >= 400 && response.status < 500, '400', response.startLine);
    },
  },
  {
    id: 'rfc3903/6/zero-removes-at-once',
    title: 'Expires 0 with the entity-tag removes the state at once, and watchers are told',
    req: ['PUB-011'],
    level: 'MUST',
    role: 'esc',
    methods: ['NOTIFY', 'PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      await t.subscription({ to: t.account.user, headers: { Event: 'presence' } });
      const tag = await published(t, { body: document('brief') });
      const shown = await t.given('a NOTIFY with what was published', () =>
        t.expectRequest('NOTIFY', { where: ({ body }) => body.includes('"brief"') }),
      );
      t.respond(shown, 200);
      await published(t, { body: '', headers: { 'SIP-If-Match': tag, Expires: 0 } });
      const after = await t.expectRequest('NOTIFY');
      t.respond(after, 200);
      t.verify(!shows(after.body, 'brief'), 'a NOTIFY without it', after.body);
      const state = await told(t);
      t.verify(!shows(state, 'brief'), 'a state without it', state);
    },
  },
  {
    id: 'rfc3903/6/record-route-and-contact-ignored',
    title: 'Record-Route and Contact of a PUBLISH are ignored, and the response has no Record-Route',
    req: ['PUB-012'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      publish(t, { headers: { 'Record-Route': '<sip:proxy.example;lr>', Contact: '<sip:elsewhere@example.net>' } });
      const response = await t.expect('2xx');
      t.verify(!response.has('Record-Route'), 'no Record-Route', `Record-Route: ${response.header('Record-Route')}`);
    },
  },
  {
    id: 'rfc3903/6/replaced-tag-changes-nothing',
    title: 'The entity-tag of before a change is refused with 412, and what it carries is not published',
    req: ['PUB-013'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      const old = await published(t, { body: document('one') });
      await published(t, { body: document('two'), headers: { 'SIP-If-Match': old } });
      await refused(t, 412, { body: document('three'), headers: { 'SIP-If-Match': old } });
      const state = await told(t);
      t.verify(shows(state, 'two') && !shows(state, 'three'), 'the state of the change', state);
    },
  },
  {
    id: 'rfc3903/6/tags-never-repeated',
    title: 'No entity-tag of a resource comes twice',
    req: ['PUB-014'],
    level: 'MUST',
    role: 'esc',
    methods: ['PUBLISH'],
    needs: ['account', 'event:presence'],
    run: async (t) => {
      const tags = [await published(t)];
      while (tags.length < TAGS) tags.push(await published(t, { body: '', headers: { 'SIP-If-Match': tags.at(-1)! } }));
      const again = tags.find((tag, i) => tags.indexOf(tag) !== i);
      t.verify(again === undefined, `${TAGS} different entity-tags`, `${again} twice`);
    },
  },
  {
    id: 'rfc3903/7/options-tells-of-publish',
    title: 'The 200 to OPTIONS has PUBLISH in Allow, and the packages in Allow-Events',
    req: ['PUB-018'],
    level: 'SHOULD',
    role: 'esc',
    methods: ['OPTIONS'],
    needs: ['event:presence'],
    run: async (t) => {
      t.send(t.request('OPTIONS'));
      const response = await t.given('a 200 to OPTIONS', () => t.expect('2xx'));
      const [allow, events] = [response.headers('Allow'), response.headers('Allow-Events')];
      t.verify(allow.includes('PUBLISH'), 'Allow with PUBLISH', `Allow: ${allow.join(', ') || '(none)'}`);
      const listed = events.includes('presence');
      t.verify(listed, 'Allow-Events with presence', `Allow-Events: ${events.join(', ') || '(none)'}`);
    },
  },
];
