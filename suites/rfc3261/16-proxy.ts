// RFC 3261 §16.3 to §16.6, RFC 4475: what a proxy does with a request, with an end of ours on either side. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { hostPortOf } from '../../src/conformance/connect.ts';
import type { RequestParts } from '../../src/conformance/peer.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const FAR: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'proxy',
  methods: ['INVITE'],
  needs: ['far'],
};
const OPTIONS: typeof FAR = { ...FAR, methods: ['OPTIONS'] };

const PARTS = 'application/octet-stream';

/** An OPTIONS that reaches the far side, which answers. */
async function through(t: Talk, parts: RequestParts = {}, method = 'OPTIONS') {
  const passed = await t.through(method, parts);
  passed.far.respond(passed.arrived, 200);
  await t.given('the answer of the far side', () => t.expect(200, { of: passed.sent }));
  return passed;
}

const proxyRoute = (t: Talk) => `<sip:${hostPortOf(t.target)};lr>`;

export const CASES: readonly Entry[] = [
  {
    ...FAR,
    id: 'rfc3261/16.6/max-forwards-decremented',
    title: 'A forwarded request carries Max-Forwards less by one and a Via of the proxy on top',
    req: ['PRX-002'],
    run: async (t) => {
      const far = await t.far();
      const invite = t.send(t.request('INVITE', { to: far.uri, headers: { 'Max-Forwards': 23 } }));
      const forwarded = await far.peer.expectRequest('INVITE');
      far.peer.respond(forwarded, 486);
      t.ack(await t.expect(486, { of: invite }));
      t.verify(forwarded.number('Max-Forwards') === 22, 'Max-Forwards: 22', `${forwarded.header('Max-Forwards')}`);
      const vias = forwarded.headers('Via');
      t.verify(vias.length === 2 && vias[1]!.includes(invite.branch), 'a Via above ours', vias.join(', '));
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.3/max-forwards-0-refused',
    title: 'A request with Max-Forwards 0 is answered 483 and not forwarded',
    req: ['PRX-001'],
    level: 'MUST NOT',
    run: async (t) => {
      const far = await t.far();
      const invite = t.send(t.request('INVITE', { to: far.uri, headers: { 'Max-Forwards': 0 } }));
      t.ack(await t.expect(483, { of: invite, strictly: true }));
      await far.peer.expectNone(300, 'request');
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/11.2/options-with-max-forwards-0-without-allow',
    title: 'A proxy that answers an OPTIONS with Max-Forwards 0 leaves Allow out',
    req: ['OPT-005'],
    level: 'SHOULD',
    run: async (t) => {
      const far = await t.far();
      t.send(t.request('OPTIONS', { to: far.uri, headers: { 'Max-Forwards': 0 } }));
      const response = await t.expect([200, 483], { strictly: true });
      if (response.status === 483) t.skip('it answers 483, as it may');
      t.verify(!response.has('Allow'), 'no Allow', `Allow: ${response.lines('Allow').join(', ')}`);
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.6/max-forwards-added',
    title: 'A request without Max-Forwards is forwarded with one, of 70',
    req: ['PRX-003'],
    run: async (t) => {
      const { arrived } = await through(t, { headers: { 'Max-Forwards': null } });
      t.verify(arrived.has('Max-Forwards'), 'Max-Forwards: 70', 'no Max-Forwards');
      t.prefer(arrived.number('Max-Forwards') === 70, 'Max-Forwards: 70', `${arrived.header('Max-Forwards')}`);
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.6/via-on-top',
    title: 'A Via of the proxy with a branch of its own stands above ours, which is as it was',
    req: ['PRX-004'],
    run: async (t) => {
      const { far, sent, arrived } = await t.through('OPTIONS');
      const [own = '', ours = '', ...more] = arrived.headers('Via');
      t.verify(
        more.length === 0 && ours.includes(sent.branch),
        'two Vias, ours below',
        arrived.headers('Via').join(', '),
      );
      t.verify(/;branch=z9hG4bK./.test(own) && !own.includes(sent.branch), 'a branch of its own', own);
      far.respond(arrived, 200);
      await t.expect(200, { of: sent });
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.6/body-untouched',
    title: 'The body is forwarded as it came, byte for byte',
    req: ['PRX-005'],
    level: 'MUST NOT',
    run: async (t) => {
      const body = '\r\n\r\nINVITE sip:a SIP/2.0\r\n\0\u0001\u007f \u00e9\r\n--\n';
      const { arrived } = await through(t, { body, type: PARTS });
      t.verify(arrived.body === body, JSON.stringify(body), JSON.stringify(arrived.body));
      t.verify(arrived.contentType === PARTS, PARTS, arrived.contentType);
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.6/unknown-fields-kept',
    title: 'Header fields that the proxy does not know are forwarded as they came',
    req: ['PRX-005', 'PRX-007'],
    run: async (t) => {
      const headers = { 'X-First': ['1;a="b, c"', '2'], NewFangledHeader: 'newfangled value', 'X-Empty': '' };
      const { arrived } = await through(t, { headers });
      const actual = ['X-First', 'NewFangledHeader', 'X-Empty'].map((name) => arrived.lines(name).join('|'));
      t.verify(actual.join() === '1;a="b, c"|2,newfangled value,', 'all of them', actual.join());
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.6/order-of-rows-kept',
    title: 'Values of a header field are forwarded in their order',
    req: ['PRX-006'],
    level: 'MUST NOT',
    run: async (t) => {
      const accept = ['text/plain', 'application/sdp;q=0.5, text/html', 'image/gif'];
      const { arrived } = await through(t, { headers: { Accept: accept } });
      t.verify(
        arrived.lines('Accept').join(', ') === accept.join(', '),
        accept.join(', '),
        arrived.lines('Accept').join(', '),
      );
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.3/unknown-method-forwarded',
    title: 'A request of a method that the proxy does not know is forwarded',
    req: ['PRX-007'],
    level: 'MUST NOT',
    methods: ['FOO'],
    run: async (t) => {
      await through(t, {}, 'FOO');
    },
  },
  {
    ...FAR,
    id: 'rfc4475/3.1.1.2/strange-method-forwarded',
    title: 'A method of all the signs that a token may have is forwarded as it is',
    req: ['SYN-028'],
    methods: ["!interesting-Method0123456789_*+`.%indeed'~"],
    run: async (t) => {
      await through(t, {}, "!interesting-Method0123456789_*+`.%indeed'~");
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.3/proxy-require-unknown-420',
    title: 'Proxy-Require with an unknown option is answered 420, with the option in Unsupported',
    req: ['PRX-008'],
    run: async (t) => {
      const far = await t.far();
      t.send(t.request('OPTIONS', { to: far.uri, headers: { 'Proxy-Require': 'nosuchext' } }));
      const response = await t.expect(420, { strictly: true });
      const unsupported = response.headers('Unsupported').join(', ');
      t.verify(unsupported === 'nosuchext', 'Unsupported: nosuchext', unsupported || 'no Unsupported');
      await far.peer.expectNone(200, 'request');
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.3/require-is-not-for-the-proxy',
    title: 'Require with an unknown option is forwarded as it came, and not answered 420 by the proxy',
    req: ['PRX-009'],
    level: 'MUST NOT',
    run: async (t) => {
      const { arrived } = await through(t, { headers: { Require: 'nosuchext' } });
      t.verify(arrived.header('Require') === 'nosuchext', 'Require: nosuchext', `${arrived.header('Require')}`);
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.3/unknown-scheme-416',
    title: 'A Request-URI of a scheme that the proxy does not know is answered 416',
    req: ['PRX-010'],
    level: 'SHOULD',
    run: async (t) => {
      t.send(t.request('OPTIONS', { uri: 'nobodyKnowsThisScheme:totallyopaquecontent' }));
      const response = await t.expect('final', { strictly: true });
      t.verify(response.status === 416, '416', response.startLine);
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.3/merged-request-forwarded',
    title: 'A request that comes a second time on another path is no error for a proxy',
    req: ['PRX-011'],
    level: 'MUST NOT',
    run: async (t) => {
      const { far, sent } = await t.through('OPTIONS');
      const headers = { 'Call-ID': sent.callId, From: sent.reading.header('From'), Via: (was: string) => was };
      const second = t.send(t.request('OPTIONS', { to: far.contact, headers }));
      const arrived = await far.expectRequest('OPTIONS', {
        where: (one) => one.headers('Via')[1]!.includes(second.branch),
      });
      far.respond(arrived, 200);
      await t.expect(200, { of: second, strictly: true });
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.4/own-route-removed',
    title: 'A Route that names the proxy is taken off before the request is forwarded',
    req: ['PRX-012', 'DLG-020'],
    run: async (t) => {
      const { arrived } = await through(t, { headers: { Route: proxyRoute(t) } });
      t.verify(!arrived.has('Route'), 'no Route', `Route: ${arrived.headers('Route').join(', ')}`);
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.6/strict-router-next',
    title: 'Where the next Route has no lr it becomes the Request-URI, and the Request-URI the last Route',
    req: ['PRX-014'],
    run: async (t) => {
      const far = await t.far();
      const strict = `sip:strict@${far.peer.hostPort}`;
      const target = 'sip:target@elsewhere.invalid';
      t.send(t.request('OPTIONS', { to: target, headers: { Route: [proxyRoute(t), `<${strict}>`] } }));
      const arrived = await far.peer.expectRequest('OPTIONS');
      far.peer.respond(arrived, 200);
      t.verify(arrived.uri === strict, `OPTIONS ${strict}`, arrived.startLine);
      const routes = arrived.headers('Route').join(', ');
      t.verify(routes === `<${target}>`, `Route: <${target}>`, `Route: ${routes || 'none'}`);
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.6/record-route-on-top',
    title: 'A Record-Route of the proxy stands above those there are, with a SIP URI that has lr',
    req: ['PRX-015'],
    run: async (t) => {
      const below = '<sip:below.invalid;lr>';
      const { far, sent, arrived } = await t.through('INVITE', { headers: { 'Record-Route': below } });
      far.respond(arrived, 486);
      t.ack(await t.expect(486, { of: sent }));
      const routes = arrived.headers('Record-Route');
      if (routes.length === 1) t.skip('it does not record-route');
      t.verify(routes.at(-1) === below && routes.length === 2, `its own above ${below}`, routes.join(', '));
      t.verify(/^<sips?:[^>]*;lr[;>=]/i.test(routes[0]!), 'a SIP URI with lr', routes[0]!);
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.4/strict-router-before',
    title: 'A request whose Request-URI is the Record-Route of the proxy gets it back from the last Route',
    req: ['PRX-013'],
    methods: ['INVITE', 'BYE'],
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      far.respond(arrived, 200);
      const response = await t.given('a call', () => t.expect(200, { of: sent }));
      t.ack(response);
      await t.given('an ACK', () => far.expectRequest('ACK'));
      const [route] = response.headers('Record-Route');
      if (route === undefined) t.skip('it does not record-route');
      const dialog = t.dialog(response);
      const target = dialog.target;
      dialog.target = /<([^>]*)>/.exec(route)![1]!;
      dialog.routes = [];
      t.send(t.request('BYE', { dialog, headers: { Route: `<${target}>` } }));
      const bye = await far.expectRequest('BYE', { withinMs: 2_000 });
      far.respond(bye, 200);
      t.verify(
        bye.uri === target && !bye.has('Route'),
        `BYE ${target} without Route`,
        `${bye.startLine} ${bye.headers('Route')}`,
      );
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/16.5/foreign-request-uri-untouched',
    title: 'The Request-URI of another domain is forwarded as it is, parameters and all',
    req: ['PRX-027'],
    level: 'MUST NOT',
    run: async (t) => {
      const far = await t.far();
      const uri = `sip:%61lice;x=1@${far.peer.hostPort};unknown=Value;lr2`;
      t.send(t.request('OPTIONS', { to: uri }));
      const arrived = await far.peer.expectRequest('OPTIONS');
      far.peer.respond(arrived, 200);
      t.verify(arrived.uri === uri, uri, arrived.uri);
    },
  },
  {
    ...OPTIONS,
    id: 'rfc6665/4.4.4/allow-events-not-inserted',
    title: 'A proxy adds no Allow-Events',
    req: ['EVT-029'],
    level: 'MUST NOT',
    run: async (t) => {
      const { arrived } = await through(t);
      t.verify(!arrived.has('Allow-Events'), 'no Allow-Events', `Allow-Events: ${arrived.header('Allow-Events')}`);
    },
  },
  {
    ...OPTIONS,
    id: 'rfc3261/22.3/credentials-for-others-kept',
    title: 'Proxy-Authorization for the realm of another proxy is forwarded',
    req: ['AUT-017'],
    level: 'MUST NOT',
    run: async (t) => {
      const value =
        'Digest username="a", realm="elsewhere.invalid", nonce="n", uri="sip:a", response="0123456789abcdef0123456789abcdef"';
      const { arrived } = await through(t, { headers: { 'Proxy-Authorization': value } });
      t.verify(
        arrived.lines('Proxy-Authorization').join() === value,
        value,
        arrived.lines('Proxy-Authorization').join() || 'none',
      );
    },
  },
  {
    ...FAR,
    id: 'rfc3261/22.3/challenge-is-407',
    title: 'A proxy that wants credentials says 407 with Proxy-Authenticate, and never 401',
    req: ['AUT-004', 'PRX-036'],
    level: 'MUST NOT',
    needs: ['auth'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'auth' }));
      const response = await t.expect('refusal', { of: invite, challengeCounts: true, strictly: true });
      t.ack(response);
      t.verify(response.status === 407, '407', response.startLine);
      t.verify(response.has('Proxy-Authenticate'), 'Proxy-Authenticate', 'none');
    },
  },
];
