// RFC 6665 §4.1: subscriptions that the server makes. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { RequestParts } from '../../src/conformance/peer.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const SUBSCRIBES: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'subscriber',
  methods: ['SUBSCRIBE', 'NOTIFY'],
  needs: ['originate:SUBSCRIBE'],
};

/** A NOTIFY in the dialog of a subscription of the server. */
function notify(t: Talk, subscribe: Received, parts: RequestParts = {}) {
  const dialog = t.dialog(subscribe);
  const headers = { Event: subscribe.header('Event'), 'Subscription-State': 'active;expires=600', ...parts.headers };
  return t.send(t.request('NOTIFY', { dialog, ...parts, headers }));
}

const granted = (t: Talk, subscribe: Received) => t.respond(subscribe, 200, { headers: { Expires: 600 } });

export const CASES: readonly Entry[] = [
  {
    ...SUBSCRIBES,
    id: 'rfc6665/4.1.3/notify-answered-200',
    title: 'A NOTIFY of the subscription is answered 200 at once',
    req: ['EVT-020'],
    level: 'SHOULD',
    run: async (t) => {
      const subscribe = await t.originated('SUBSCRIBE');
      granted(t, subscribe);
      const response = await t.expect('final', { of: notify(t, subscribe), strictly: true });
      t.verify(response.status === 200, '200', response.startLine);
    },
  },
  {
    ...SUBSCRIBES,
    id: 'rfc6665/4.1.3/notify-of-nothing-481',
    title: 'A NOTIFY that belongs to no subscription is answered 481',
    req: ['EVT-019'],
    run: async (t) => {
      const subscribe = await t.originated('SUBSCRIBE');
      granted(t, subscribe);
      const stray = notify(t, subscribe, { headers: { 'Call-ID': `stray-${t.tag}` } });
      const response = await t.expect('final', { of: stray, strictly: true });
      t.verify(response.status === 481, '481', response.startLine);
    },
  },
  {
    ...SUBSCRIBES,
    id: 'rfc6665/4.1.2.4/notify-before-the-200',
    title: 'A NOTIFY that comes before the response to the SUBSCRIBE is taken',
    req: ['EVT-021'],
    run: async (t) => {
      const subscribe = await t.originated('SUBSCRIBE');
      const first = notify(t, subscribe);
      await t.pause(100);
      granted(t, subscribe);
      await t.expect(200, { of: first, strictly: true });
    },
  },
];
