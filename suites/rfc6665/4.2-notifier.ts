// RFC 6665 §4.2: a notifier. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
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
      const notify = await t.expectRequest('NOTIFY');
      t.respond(notify, 200);
      t.verify(notify.callId === subscribe.callId, `Call-ID ${subscribe.callId}`, notify.callId);
      t.verify(notify.fromTag === response.toTag, `From tag ${response.toTag}`, notify.fromTag);
      t.verify(
        /^(active|pending|terminated)\b/i.test(notify.header('Subscription-State') ?? ''),
        'Subscription-State: active, pending or terminated',
        notify.header('Subscription-State') ?? '(none)',
      );
    },
  },
];
