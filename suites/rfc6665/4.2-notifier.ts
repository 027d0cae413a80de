// RFC 6665 §4.2, §8.3.1: subscriptions at a notifier: made, refreshed, ended, refused. Cases only.

import { type Entry, notObservable } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

function state(notify: Received): string {
  return `Subscription-State: ${notify.header('Subscription-State') ?? '(none)'}`;
}

/** Seconds that Subscription-State says are left. */
function left(notify: Received): number {
  return Number.parseInt(notify.param('Subscription-State', 'expires') ?? '', 10);
}

function isTerminated(notify: Received): boolean {
  return /^terminated\b/i.test(notify.header('Subscription-State') ?? '');
}

/** The next NOTIFY; it is answered 200. */
async function notified(t: Talk, withinMs?: number): Promise<Received> {
  const notify = await t.expectRequest('NOTIFY', withinMs === undefined ? {} : { withinMs });
  t.respond(notify, 200);
  return notify;
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc6665/3.1.1/granted-interval-told',
    title: 'The 2xx to a SUBSCRIBE has Expires, never above what was asked for; nor is what NOTIFY says is left',
    req: ['EVT-002', 'EVT-003'],
    level: 'MUST',
    role: 'notifier',
    methods: ['SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      t.send(t.request('SUBSCRIBE', { headers: { Expires: 600 } }));
      const response = await t.expect('2xx');
      const seconds = response.number('Expires');
      t.verify(seconds > 0 && seconds <= 600, 'Expires from 1 to 600', `Expires: ${response.header('Expires')}`);
      const notify = await notified(t);
      t.verify(!(left(notify) > 600), 'no more than 600 s left', state(notify));
    },
  },
  {
    id: 'rfc6665/4.2.1/no-notify-without-subscribe',
    title: 'Nobody who has not subscribed gets a NOTIFY',
    req: ['EVT-031'],
    level: 'MUST NOT',
    role: 'notifier',
    methods: ['NOTIFY', 'REGISTER'],
    needs: ['account', 'event'],
    run: async (t) => {
      // Who registers is told of waiting messages by some servers, asked or not.
      await t.binding();
      await t.expectNone(1_500, 'NOTIFY');
    },
  },
  {
    id: 'rfc6665/4.2.1.1/final-response-at-once',
    title: 'A SUBSCRIBE has its final response as soon as a machine can give it: nobody is asked first',
    req: ['EVT-017'],
    level: 'MUST NOT',
    role: 'notifier',
    methods: ['SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      t.send(t.request('SUBSCRIBE'));
      await t.expect('final');
    },
  },
  {
    id: 'rfc6665/4.2.1.1/unknown-package-489',
    title: 'A SUBSCRIBE for an event package that is not known is refused with 489',
    req: ['EVT-008'],
    level: 'SHOULD',
    role: 'notifier',
    methods: ['SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      t.send(t.request('SUBSCRIBE', { headers: { Event: 'nothing-known' } }));
      const response = await t.expect('final');
      t.verify(response.status === 489, '489', response.startLine);
    },
  },
  {
    id: 'rfc6665/4.2.1.2/notify-follows-subscribe',
    title: 'A NOTIFY follows an accepted SUBSCRIBE at once, in its dialog, with Subscription-State',
    req: ['EVT-001', 'EVT-004'],
    level: 'MUST',
    role: 'notifier',
    methods: ['SUBSCRIBE', 'NOTIFY'],
    needs: ['event'],
    run: async (t) => {
      const subscribe = t.send(t.request('SUBSCRIBE'));
      const response = await t.expect('2xx');
      const notify = await notified(t);
      t.verify(notify.callId === subscribe.callId, `Call-ID ${subscribe.callId}`, notify.callId);
      t.verify(notify.fromTag === response.toTag, `From tag ${response.toTag}`, notify.fromTag);
      t.verify(
        /^(active|pending|terminated)\b/i.test(notify.header('Subscription-State') ?? ''),
        'Subscription-State: active, pending or terminated',
        state(notify),
      );
    },
  },
  notObservable('rfc6665/4.2.1.3/unauthorised-watcher-403', {
    title: 'Who may not watch is refused with 403 or 603, unless that would tell too much',
    req: ['EVT-033'],
    level: 'SHOULD',
    role: 'notifier',
    methods: ['SUBSCRIBE'],
    reason:
      'Who may watch whom is a policy that no message tells, and a notifier may hide a refusal behind an active subscription with neutral state (RFC 6665 §6.2).',
  }),
  {
    id: 'rfc6665/4.2.1.4/refresh-never-lengthened',
    title: 'A refresh is granted no more than it asks for, and followed by a NOTIFY that says what is left',
    req: ['EVT-027'],
    level: 'MUST NOT',
    role: 'notifier',
    methods: ['SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      const { dialog, subscribe } = await t.subscription();
      const headers = { Event: subscribe.reading.header('Event'), Expires: 300 };
      t.send(t.request('SUBSCRIBE', { dialog, headers }));
      const response = await t.expect('2xx');
      const seconds = response.number('Expires');
      t.verify(seconds > 0 && seconds <= 300, 'Expires of 300 at most', `Expires: ${response.header('Expires')}`);
      const notify = await notified(t);
      t.verify(!(left(notify) > 300), 'no more than 300 s left', state(notify));
    },
  },
  {
    id: 'rfc6665/4.2.1.4/interval-too-brief-423',
    title: 'An interval that is too brief is refused with 423 and Min-Expires, never made longer',
    req: ['EVT-013'],
    level: 'SHOULD',
    role: 'notifier',
    methods: ['SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      t.send(t.request('SUBSCRIBE', { headers: { Expires: 1 } }));
      const response = await t.expect([423, '2xx']);
      if (response.status === 423) {
        t.verify(response.number('Min-Expires') > 1, 'Min-Expires above 1', `${response.header('Min-Expires')}`);
        return;
      }
      const granted = response.number('Expires');
      t.verify(granted <= 1, '423, or one second', `${response.startLine} with Expires: ${granted}`);
      t.info('it grants one second');
    },
  },
  {
    id: 'rfc6665/4.2.1.4/unsubscribed-by-zero',
    title: 'A refresh with Expires 0 ends the subscription: 200, and a last NOTIFY that says terminated',
    req: ['EVT-011'],
    level: 'MUST',
    role: 'notifier',
    methods: ['SUBSCRIBE', 'NOTIFY'],
    needs: ['event'],
    run: async (t) => {
      const { dialog, subscribe } = await t.subscription();
      const headers = { Event: subscribe.reading.header('Event'), Expires: 0 };
      t.send(t.request('SUBSCRIBE', { dialog, headers }));
      await t.expect('2xx');
      const notify = await notified(t);
      t.verify(isTerminated(notify), 'Subscription-State: terminated', state(notify));
    },
  },
  {
    id: 'rfc6665/4.2.1.4/expiry-told',
    title: 'When a subscription runs out its last NOTIFY says terminated;reason=timeout',
    req: ['EVT-012'],
    level: 'SHOULD',
    role: 'notifier',
    methods: ['NOTIFY'],
    needs: ['event', 'account'],
    slow: true,
    run: async (t) => {
      t.send(t.request('SUBSCRIBE', { to: t.account.user, headers: { Expires: 5 } }));
      let response = await t.expect(['2xx', 423]);
      if (response.status === 423) {
        t.send(t.request('SUBSCRIBE', { to: t.account.user, headers: { Expires: response.number('Min-Expires') } }));
        response = await t.expect('2xx');
      }
      const seconds = response.number('Expires');
      if (!(seconds <= 120)) t.inconclusive(`its shortest interval is too long to wait for: ${seconds} s`);
      await notified(t);
      // Some look at their subscriptions every few seconds only.
      const last = await notified(t, seconds * 1_000 + 15_000);
      t.verify(isTerminated(last), 'Subscription-State: terminated', state(last));
      t.verify(last.param('Subscription-State', 'reason') === 'timeout', 'reason=timeout', state(last));
    },
  },
  {
    id: 'rfc6665/4.2.2/time-left-told',
    title: 'A NOTIFY that says active or pending says how long the subscription lives',
    req: ['EVT-005'],
    level: 'MUST',
    role: 'notifier',
    methods: ['NOTIFY'],
    needs: ['event'],
    run: async (t) => {
      const { notify } = await t.subscription();
      if (isTerminated(notify)) t.inconclusive(`the subscription is over at once: ${state(notify)}`);
      t.verify(left(notify) >= 0, 'expires in Subscription-State', state(notify));
    },
  },
  {
    id: 'rfc6665/4.2.2/reason-for-the-end-told',
    title: 'A NOTIFY that says terminated says why',
    req: ['EVT-006'],
    level: 'SHOULD',
    role: 'notifier',
    methods: ['NOTIFY'],
    needs: ['event'],
    run: async (t) => {
      t.send(t.request('SUBSCRIBE', { headers: { Expires: 0 } }));
      await t.expect('2xx');
      const notify = await notified(t);
      if (!isTerminated(notify)) t.inconclusive(`the subscription is not over: ${state(notify)}`);
      t.verify(Boolean(notify.param('Subscription-State', 'reason')), 'a reason', state(notify));
    },
  },
  {
    id: 'rfc6665/4.2.2/refused-notify-ends-the-subscription',
    title: 'A NOTIFY that is answered 481 ends the subscription: a refresh finds it no more',
    req: ['EVT-014'],
    level: 'MUST',
    role: 'notifier',
    methods: ['NOTIFY', 'SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      const subscribe = t.send(t.request('SUBSCRIBE'));
      const response = await t.given('a subscription', () => t.expect('2xx'));
      t.respond(await t.expectRequest('NOTIFY'), 481);
      await t.expectNone(500, 'NOTIFY');
      const headers = { Event: subscribe.reading.header('Event'), Expires: 600 };
      t.send(t.request('SUBSCRIBE', { dialog: t.dialog(response), headers }));
      const refresh = await t.expect('final', { strictly: true });
      t.verify(refresh.status >= 400, '481 to a refresh', refresh.startLine);
    },
  },
  {
    id: 'rfc6665/4.2.2/unanswered-notify-ends-the-subscription',
    title: 'A NOTIFY that nobody answers until Timer F ends the subscription',
    req: ['EVT-015'],
    level: 'SHOULD',
    role: 'notifier',
    methods: ['NOTIFY', 'SUBSCRIBE'],
    needs: ['event', 'account'],
    slow: true,
    run: async (t) => {
      const subscribe = t.send(t.request('SUBSCRIBE', { to: t.account.user }));
      const response = await t.given('a subscription', () => t.expect('2xx'));
      await t.expectRequest('NOTIFY');
      // Timer F is 32 s.
      await t.pause(36_000);
      const headers = { Event: subscribe.reading.header('Event'), Expires: 600 };
      t.send(t.request('SUBSCRIBE', { dialog: t.dialog(response), headers }));
      const refresh = await t.expect('final', { strictly: true });
      t.verify(refresh.status >= 400, '481 to a refresh', refresh.startLine);
    },
  },
  {
    id: 'rfc6665/4.2.3/no-event-489',
    title: 'A SUBSCRIBE without Event is refused with 489',
    req: ['EVT-009'],
    level: 'SHOULD',
    role: 'notifier',
    methods: ['SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      t.send(t.request('SUBSCRIBE', { headers: { Event: null } }));
      const response = await t.expect('final');
      t.verify(response.status === 489, '489', response.startLine);
    },
  },
  {
    id: 'rfc6665/8.3.1/never-202',
    title: 'A SUBSCRIBE is never answered 202',
    req: ['EVT-016'],
    level: 'MUST NOT',
    role: 'notifier',
    methods: ['SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      t.send(t.request('SUBSCRIBE'));
      const response = await t.expect('2xx');
      t.verify(response.status === 200, '200', response.startLine);
    },
  },
];
