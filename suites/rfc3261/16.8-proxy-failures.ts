// RFC 3261 §16.6 to §16.11: what a proxy does when a next hop cannot be reached, redirects or is silent, and what it does without state. Cases only.

import { type Case, type Entry, notObservable } from '../../src/conformance/case.ts';

const FAR: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'proxy',
  methods: ['INVITE'],
  needs: ['far'],
};

const THREE_MINUTES_MS = 180_000;

export const CASES: readonly Entry[] = [
  {
    ...FAR,
    id: 'rfc3261/16.8/three-minutes-to-answer',
    title: 'A call that rings is given up neither towards the caller nor towards the far side within three minutes',
    req: ['PRX-022'],
    slow: true,
    limitMs: 220_000,
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      far.respond(arrived, 180);
      const ringing = await t.given('a 180', () => t.expect(180, { of: sent }));
      // RFC 3261 §16.6 step 11: Timer C is longer than three minutes; §16.8: what follows it is for the proxy to choose.
      const sinceMs = (atUs: number) => (atUs - ringing.atUs) / 1_000;
      const end = () =>
        far.received.find(({ method, isRequest }) => isRequest && method === 'CANCEL') ??
        t.responsesTo(sent).find(({ status }) => status >= 300);
      while (end() === undefined && sinceMs(performance.now() * 1_000) < THREE_MINUTES_MS) await t.pause(500);
      const given = end();
      far.respond(arrived, 486);
      t.ack(await t.expect('refusal', { of: sent }));
      if (given === undefined || sinceMs(given.atUs) >= THREE_MINUTES_MS) return;
      t.fail(`${given.startLine} after ${Math.round(sinceMs(given.atUs) / 1_000)} s`, 'no end within three minutes');
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.9/unreachable-next-hop-as-503',
    title: 'A next hop that takes no connection counts as one that has answered 503: the caller gets 500 or 503',
    req: ['PRX-023'],
    run: async (t) => {
      const closed = await t.peer({ name: 'closed' });
      // Its datagrams have this port; nobody listens for connections there.
      const uri = `sip:nobody@${closed.hostPort};transport=tcp`;
      const { far } = t.profile;
      if (far?.by === 'listen') t.skip('where it forwards to is configured, and listens');
      if (far?.by === 'register') await t.binding({ headers: { Contact: `<${uri}>` } });
      const sent = t.send(t.request('INVITE', { to: far?.by === 'register' ? t.account.user : uri }));
      const response = await t.expect('refusal', { of: sent, strictly: true, withinMs: 8_000 });
      t.ack(response);
      // RFC 3261 §16.7 step 6: a 503 that is the best of the responses goes on as 500, or as it is.
      t.verify([500, 503].includes(response.status), '500 or 503', response.startLine);
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.11/stateless-retransmission-the-same',
    title: 'A proxy without state forwards a retransmission with the branch of the first',
    req: ['PRX-037'],
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      t.sendAgain(sent);
      await t.pause(400);
      const again = far.received.find((one) => one !== arrived && one.isRequest && one.method === 'INVITE');
      const trying = t.responsesTo(sent).find(({ status }) => status === 100);
      far.respond(arrived, 486);
      t.ack(await t.expect(486, { of: sent }));
      if (again === undefined) return t.skip('it keeps state: a retransmission goes no further');
      t.verify(again.branch === arrived.branch, `branch=${arrived.branch}`, `branch=${again.branch}`);
      // RFC 3261 §16.11: one without state sends no 100; one with state does, and may have repeated the INVITE by itself.
      if (trying !== undefined) t.skip('it keeps state: it says 100');
    },
  },
  {
    ...FAR,
    id: 'rfc3261/16.7/recursed-contact-not-forwarded',
    title: 'A Contact of a 3xx that the proxy has tried itself is not in the 3xx that the caller gets',
    req: ['FRK-008'],
    run: async (t) => {
      const { far, sent, arrived } = await t.through('INVITE');
      const elsewhere = `sip:elsewhere@${far.hostPort}`;
      far.respond(arrived, 302, { headers: { Contact: [`<${elsewhere}>`, '<mailto:somebody@example.com>'] } });
      await t.pause(300);
      const tried = far.received.find(({ isRequest, uri }) => isRequest && uri === elsewhere);
      if (tried !== undefined) far.respond(tried, 486);
      const response = await t.expect('refusal', { of: sent, strictly: true });
      t.ack(response);
      if (tried === undefined) t.skip('it tries no Contact of a 3xx by itself');
      const left = response.headers('Contact').join(', ');
      t.verify(!left.includes(elsewhere), `${response.startLine} without ${elsewhere}`, `Contact: ${left}`);
    },
  },
  notObservable('rfc3261/16.6/sips-record-route', {
    title: 'A proxy that record-routes a request for a sips URI puts a sips URI into Record-Route',
    req: ['PRX-016'],
    level: 'MUST',
    role: 'proxy',
    methods: ['INVITE'],
    reason:
      'such a request goes on over TLS alone (RFC 3261 §26.2.2), and the ends of the harness speak UDP and TCP: it cannot be what comes next',
  }),
  {
    ...FAR,
    id: 'rfc3261/18.3/content-length-added-for-a-stream',
    title: 'A request without Content-Length that came over UDP goes on over TCP with the right one',
    req: ['PRX-038'],
    needs: ['account'],
    transports: ['tcp'],
    run: async (t) => {
      await t.binding();
      const caller = await t.peer({ name: 'caller' });
      const sent = caller.send(caller.request('INVITE', { to: t.account.user, headers: { 'Content-Length': null } }));
      // RFC 3261 §18.1.1: a connection to where it goes is there already, that of the binding.
      const arrived = await t.given('the INVITE over our connection', () => t.expectRequest('INVITE'));
      t.respond(arrived, 486);
      caller.ack(await caller.expect(486, { of: sent }));
      const right = Buffer.byteLength(sent.reading.body);
      t.verify(
        arrived.number('Content-Length') === right,
        `Content-Length: ${right}`,
        `${arrived.header('Content-Length')}`,
      );
    },
  },
  notObservable('rfc3261/26.3.1/tls-implemented', {
    title: 'Proxies, redirect servers and registrars have TLS, and a certificate of their own',
    req: ['TRN-012'],
    level: 'MUST',
    role: 'proxy',
    methods: ['OPTIONS'],
    reason:
      'the ends of the harness speak UDP and TCP; and that nobody listens at port 5061 would tell of a configuration, not of what is implemented',
  }),
];
