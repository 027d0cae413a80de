// RFC 6665 §3.1.3, §4.4 to §4.6: polling, Accept, Allow-Events, the id of an Event, CANCEL. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import { paramOf } from '../../src/conformance/reading.ts';
import type { Talk } from '../../src/conformance/talk.ts';

function header(message: Received, name: string): string {
  return `${name}: ${message.headers(name).join(', ') || '(none)'}`;
}

async function notified(t: Talk): Promise<Received> {
  const notify = await t.expectRequest('NOTIFY');
  t.respond(notify, 200);
  return notify;
}

/** Allow-Events has every package of the profile. */
function verifyPackages(t: Talk, response: Received): void {
  const listed = response.headers('Allow-Events').map((name) => name.toLowerCase());
  const missing = t.profile.events.filter((name) => !listed.includes(name));
  t.verify(missing.length === 0, `Allow-Events: ${t.profile.events.join(', ')}`, header(response, 'Allow-Events'));
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc6665/3.1.3/body-of-an-accepted-type',
    title: 'The body of a NOTIFY is of a type that Accept of the SUBSCRIBE lists',
    req: ['EVT-018'],
    level: 'MUST',
    role: 'notifier',
    methods: ['NOTIFY'],
    needs: ['event:presence'],
    run: async (t) => {
      for (const type of ['application/pidf+xml', 'application/nothing-known']) {
        t.send(t.request('SUBSCRIBE', { headers: { Event: 'presence', Accept: type, Expires: 0 } }));
        const response = await t.expect('final');
        if (response.status >= 300) continue;
        const notify = await notified(t);
        const right = notify.body === '' || notify.contentType === type;
        t.verify(right, `a body of ${type}, or none`, header(notify, 'Content-Type'));
      }
    },
  },
  {
    id: 'rfc6665/4.4.3/poll-by-zero',
    title: 'A SUBSCRIBE with Expires 0 is answered 200 and gets one NOTIFY, terminated;reason=timeout',
    req: ['EVT-010'],
    level: 'MUST',
    role: 'notifier',
    methods: ['SUBSCRIBE', 'NOTIFY'],
    needs: ['event'],
    run: async (t) => {
      const poll = t.send(t.request('SUBSCRIBE', { headers: { Expires: 0 } }));
      await t.expect('2xx');
      const notify = await notified(t);
      const state = header(notify, 'Subscription-State');
      t.verify(/terminated/i.test(state), 'Subscription-State: terminated', state);
      t.verify(notify.param('Subscription-State', 'reason') === 'timeout', 'reason=timeout', state);
      await t.expectNone(700, 'NOTIFY', (one) => one.callId === poll.callId && one.cseq !== notify.cseq);
    },
  },
  {
    id: 'rfc6665/4.4.4/allow-events-in-options',
    title: 'A notifier lists its event packages in Allow-Events of the 200 to OPTIONS',
    req: ['EVT-028'],
    level: 'SHOULD',
    role: 'notifier',
    methods: ['OPTIONS'],
    needs: ['event'],
    run: async (t) => {
      t.send(t.request('OPTIONS'));
      verifyPackages(t, await t.given('a 200 to OPTIONS', () => t.expect('2xx')));
    },
  },
  {
    id: 'rfc6665/4.4.4/allow-events-in-a-call',
    title: 'A notifier lists its event packages in Allow-Events of the 2xx to an INVITE',
    req: ['EVT-028'],
    level: 'SHOULD',
    role: 'notifier',
    methods: ['INVITE'],
    needs: ['answer', 'event'],
    run: async (t) => {
      verifyPackages(t, (await t.call()).response);
    },
  },
  {
    id: 'rfc6665/4.5.2/id-in-notify',
    title: 'The id of Event in a SUBSCRIBE is in Event of its NOTIFY requests',
    req: ['EVT-007'],
    level: 'MUST',
    role: 'notifier',
    methods: ['NOTIFY'],
    needs: ['event'],
    run: async (t) => {
      const { notify } = await t.subscription({ headers: { Event: `${t.profile.events[0]};id=7` } });
      t.verify(notify.param('Event', 'id') === '7', `Event: ${t.profile.events[0]};id=7`, header(notify, 'Event'));
    },
  },
  {
    id: 'rfc6665/4.5.2/refresh-without-id-is-another',
    title:
      'A SUBSCRIBE in the dialog without the id of the subscription does not refresh it: it is refused, or another one',
    req: ['EVT-032'],
    level: 'MUST',
    role: 'notifier',
    methods: ['SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      const [name] = t.profile.events;
      const { dialog } = await t.subscription({ headers: { Event: `${name};id=7` } });
      t.send(t.request('SUBSCRIBE', { dialog, headers: { Event: name!, Expires: 600 } }));
      const response = await t.expect('final');
      let told = '';
      if (response.status < 300) told = (await notified(t)).header('Event') ?? '';
      // What was made with the id ends with the id.
      t.send(t.request('SUBSCRIBE', { dialog, headers: { Event: `${name};id=7`, Expires: 0 } }));
      await t.expect('2xx');
      await notified(t);
      t.verify(
        paramOf(told, 'id') === null,
        'a refusal, or a NOTIFY without id',
        `${response.startLine}, then ${told}`,
      );
    },
  },
  {
    id: 'rfc6665/4.6/cancel-changes-nothing',
    title: 'A CANCEL of a SUBSCRIBE is answered and changes nothing',
    req: ['EVT-026'],
    level: 'MUST',
    role: 'notifier',
    methods: ['CANCEL', 'SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      const subscribe = t.send(t.request('SUBSCRIBE'));
      const cancel = t.cancel(subscribe);
      await t.expect([200, 481], { of: cancel, strictly: true });
      await t.expect('2xx', { of: subscribe });
      const state = header(await notified(t), 'Subscription-State');
      t.verify(/active|pending/i.test(state), 'Subscription-State: active, or pending', state);
    },
  },
];
