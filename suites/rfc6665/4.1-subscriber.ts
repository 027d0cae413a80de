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

const stateOf = (subscribe: Received, cseq: number) => ({
  Event: subscribe.header('Event'),
  'Subscription-State': 'active;expires=600',
  CSeq: `${cseq} NOTIFY`,
});

const granted = (t: Talk, subscribe: Received) => t.respond(subscribe, 200, { headers: { Expires: 600 } });

const refreshOf = (t: Talk, subscribe: Received) =>
  t.given('a refresh', () =>
    t.expectRequest('SUBSCRIBE', { withinMs: 5_000, where: ({ branch }) => branch !== subscribe.branch }),
  );

/** A refresh is refused with a status that ends the subscription: its NOTIFYs belong to none any more. */
function refusedRefresh(status: number): Entry {
  return {
    ...SUBSCRIBES,
    id: `rfc6665/4.1.2.2/refresh-refused-${status}`,
    title: `A subscription is over when its refresh is answered ${status}`,
    req: ['EVT-023'],
    run: async (t) => {
      const subscribe = await t.originated('SUBSCRIBE');
      granted(t, subscribe);
      await t.given('a taken NOTIFY', () => t.expect(200, { of: notify(t, subscribe) }));
      const refresh = await refreshOf(t, subscribe);
      t.respond(refresh, status);
      await t.expectNone(400, 'SUBSCRIBE', (one) => one.callId === subscribe.callId && one.cseq > refresh.cseq);
      const late = t.request('NOTIFY', { dialog: t.dialog(subscribe), headers: stateOf(subscribe, 7) });
      const response = await t.expect('final', { of: t.send(late), strictly: true });
      t.verify(response.status === 481, '481 to a NOTIFY', response.startLine);
    },
  };
}

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
  {
    ...SUBSCRIBES,
    id: 'rfc6665/4.1.4/notify-of-another-fork',
    title: 'A NOTIFY of another notifier is taken as a subscription of its own, or refused with 481',
    req: ['EVT-022'],
    run: async (t) => {
      const subscribe = await t.originated('SUBSCRIBE');
      granted(t, subscribe);
      const first = notify(t, subscribe);
      await t.expect(200, { of: first, strictly: true });
      const from = (was: string) => was.replace(/;tag=.*/, ';tag=fork');
      const second = notify(t, subscribe, { headers: { From: from } });
      const response = await t.expect('final', { of: second, strictly: true });
      t.verify([200, 481].includes(response.status), '200 or 481', response.startLine);
      await refreshOf(t, subscribe);
    },
  },
  ...[404, 481, 489, 604].map(refusedRefresh),
  {
    ...SUBSCRIBES,
    id: 'rfc6665/4.1.3/rejected-is-the-end',
    title: 'After terminated with reason rejected the server does not subscribe again',
    req: ['EVT-024'],
    level: 'SHOULD NOT',
    run: async (t) => {
      const subscribe = await t.originated('SUBSCRIBE');
      granted(t, subscribe);
      const state = { 'Subscription-State': 'terminated;reason=rejected' };
      await t.given('a taken NOTIFY', () => t.expect(200, { of: notify(t, subscribe, { headers: state }) }));
      await t.expectNone(2_500, 'SUBSCRIBE', ({ branch }) => branch !== subscribe.branch);
    },
  },
  {
    ...SUBSCRIBES,
    id: 'rfc6665/4.1.3/probation-waited-for',
    title: 'After terminated with reason probation the server subscribes again no sooner than retry-after says',
    req: ['EVT-025'],
    level: 'SHOULD',
    run: async (t) => {
      const subscribe = await t.originated('SUBSCRIBE');
      granted(t, subscribe);
      const state = { 'Subscription-State': 'terminated;reason=probation;retry-after=3' };
      await t.given('a taken NOTIFY', () => t.expect(200, { of: notify(t, subscribe, { headers: state }) }));
      await t.expectNone(2_900, 'SUBSCRIBE', ({ branch }) => branch !== subscribe.branch);
    },
  },
];
