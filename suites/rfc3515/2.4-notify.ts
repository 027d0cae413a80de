// RFC 3515 §2.4.4 to §2.4.7, §3.10: what a referrer is told by NOTIFY. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { elapsed } from '../../src/conformance/elapsed.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { verifyGoesOn } from '../goes-on.ts';
import {
  accepted,
  isLast,
  type Reference,
  statusTold,
  type Transfer,
  told,
  toldToTheEnd,
  transferred,
} from '../referral.ts';

const TELLS: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uas',
  methods: ['REFER', 'NOTIFY'],
  needs: ['transfer'],
};

const state = (notify: Received) => `Subscription-State: ${notify.header('Subscription-State') ?? '(none)'}`;

/** All that is told of a call that is refused. */
async function refusedTransfer(t: Talk): Promise<{ transfer: Transfer; notifies: Received[] }> {
  const transfer = await transferred(t);
  transfer.target.respond(transfer.invite, 486);
  const notifies = await t.given('NOTIFYs up to the last', () => toldToTheEnd(t));
  return { transfer, notifies };
}

/** The last NOTIFY, which must say that there is no more. */
function verifyLast(t: Talk, last: Received): void {
  t.verify(
    isLast(last) && last.param('Subscription-State', 'reason')?.toLowerCase() === 'noresource',
    'Subscription-State: terminated;reason=noresource',
    state(last),
  );
}

/** What the one who refers sends, in a call that is left ringing at its target, must not end that call. */
async function verifyStillRinging({ target, invite }: Transfer): Promise<void> {
  await target.expectNone(1_500, 'CANCEL');
  target.respond(invite, 486);
}

export const CASES: readonly Entry[] = [
  {
    ...TELLS,
    id: 'rfc3515/2.4.4/notify-follows-refer',
    title: 'A NOTIFY follows an accepted REFER at once, in the dialog of the REFER, with Subscription-State',
    req: ['REF-004'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const { refer, response } = await accepted(t, dialog, t.contact);
      const notify = await told(t);
      t.verify(notify.callId === refer.callId, `Call-ID ${refer.callId}`, notify.callId);
      t.verify(notify.fromTag === response.toTag, `From tag ${response.toTag}`, notify.fromTag);
      t.verify(notify.toTag === response.fromTag, `To tag ${response.fromTag}`, notify.toTag);
      const right = /^(active|pending|terminated)\b/i.test(notify.header('Subscription-State') ?? '');
      t.verify(right, 'Subscription-State: active, pending or terminated', state(notify));
    },
  },
  {
    ...TELLS,
    id: 'rfc3515/2.4.4/event-is-refer',
    title: 'Event of each NOTIFY is refer',
    req: ['REF-006'],
    run: async (t) => {
      const { notifies } = await refusedTransfer(t);
      for (const notify of notifies) {
        const event = notify.header('Event') ?? '(none)';
        t.verify(/^refer\s*(;|$)/i.test(event), 'Event: refer', `Event: ${event}`);
      }
    },
  },
  {
    ...TELLS,
    id: 'rfc3515/2.4.5/body-begins-with-status-line',
    title: 'The body of each NOTIFY is a message/sipfrag that begins with a SIP status line',
    req: ['REF-005'],
    run: async (t) => {
      const { notifies } = await refusedTransfer(t);
      for (const notify of notifies) {
        const { contentType, body } = notify;
        t.verify(contentType === 'message/sipfrag', 'Content-Type: message/sipfrag', contentType || 'no Content-Type');
        const line = body.split(/\r?\n/, 1)[0]!;
        t.verify(!Number.isNaN(statusTold(notify)), 'a status line such as SIP/2.0 100 Trying', line || 'no body');
      }
    },
  },
  {
    ...TELLS,
    id: 'rfc3515/2.4.4/subscribe-without-refer-403',
    title: 'A SUBSCRIBE to refer for which there was no REFER is refused with 403',
    req: ['REF-010'],
    methods: ['SUBSCRIBE'],
    needs: ['answer'],
    run: async (t) => {
      t.send(t.request('SUBSCRIBE', { to: 'answer', headers: { Event: 'refer', Expires: 60 } }));
      const response = await t.expect('final');
      if ([405, 489, 501].includes(response.status)) t.unsupported(response.startLine);
      t.verify(response.status === 403, '403', response.startLine);
    },
  },
  {
    ...TELLS,
    id: 'rfc3515/2.4.4/unsubscribed-call-goes-on',
    title: 'Who ends the subscription to a referral by SUBSCRIBE does not have its call cancelled',
    req: ['REF-013'],
    level: 'SHOULD NOT',
    methods: ['REFER', 'SUBSCRIBE', 'NOTIFY', 'CANCEL'],
    run: async (t) => {
      const transfer = await transferred(t);
      transfer.target.respond(transfer.invite, 180);
      const notify = await t.given('a first NOTIFY', () => told(t));
      if (isLast(notify)) t.skip('it keeps no subscription: the first NOTIFY ends it');
      const headers = { Event: notify.header('Event'), Expires: 0 };
      t.send(t.request('SUBSCRIBE', { dialog: transfer.dialog, headers }));
      await t.given('an answer to the SUBSCRIBE', () => t.expect('final', { strictly: true }));
      await verifyStillRinging(transfer);
    },
  },
  {
    ...TELLS,
    id: 'rfc3515/2.4.4/refused-notify-call-goes-on',
    title: 'Who refuses the NOTIFY of a referral does not have its call cancelled',
    req: ['REF-013'],
    level: 'SHOULD NOT',
    methods: ['REFER', 'NOTIFY', 'CANCEL'],
    run: async (t) => {
      const transfer = await transferred(t);
      transfer.target.respond(transfer.invite, 180);
      const notify = await t.given('a first NOTIFY', () => t.expectRequest('NOTIFY'));
      if (isLast(notify)) t.skip('it keeps no subscription: the first NOTIFY ends it');
      t.respond(notify, 481);
      await verifyStillRinging(transfer);
    },
  },
  {
    ...TELLS,
    id: 'rfc3515/2.4.6/second-refer-is-named',
    title: 'The NOTIFYs of a second REFER in a dialog name it in Event: id is its CSeq number',
    req: ['REF-009'],
    run: async (t) => {
      const { transfer } = await refusedTransfer(t);
      const second: Reference = await accepted(t, transfer.dialog, transfer.target.contact);
      const notify = await t.given('a NOTIFY of the second REFER', () => told(t));
      const { cseq } = second.refer;
      t.verify(notify.param('Event', 'id') === String(cseq), `Event: refer;id=${cseq}`, `${notify.header('Event')}`);
    },
  },
  {
    ...TELLS,
    id: 'rfc3515/2.4.7/answer-is-told',
    title: 'When the target answers, the last NOTIFY says 2xx and terminated;reason=noresource',
    req: ['REF-007'],
    run: async (t) => {
      const { target, invite } = await transferred(t);
      target.respond(invite, 200);
      const last = (await t.given('NOTIFYs up to the last', () => toldToTheEnd(t))).at(-1)!;
      verifyLast(t, last);
      const status = statusTold(last);
      t.verify(status >= 200 && status < 300, 'a 2xx status line', last.body.split('\r\n', 1)[0]!);
    },
  },
  {
    ...TELLS,
    id: 'rfc3515/2.4.7/refusal-is-told',
    title: 'When the target refuses, the last NOTIFY says so and terminated;reason=noresource; the call is still there',
    req: ['REF-008'],
    run: async (t) => {
      const { transfer, notifies } = await refusedTransfer(t);
      const last = notifies.at(-1)!;
      verifyLast(t, last);
      const line = last.body.split('\r\n', 1)[0]!;
      t.verify(statusTold(last) >= 300, 'the status line of a refusal', line);
      // RFC 3515 §2.4.5: a minimal notifier says 503 for every refusal.
      t.prefer([486, 503].includes(statusTold(last)), 'SIP/2.0 486', line);
      await verifyGoesOn(t, transfer.dialog);
    },
  },
  {
    ...TELLS,
    id: 'rfc3515/3.10/one-notify-a-second',
    title: 'However many provisional responses the target sends, no more than one NOTIFY a second tells of them',
    req: ['REF-014'],
    level: 'SHOULD NOT',
    timing: true,
    run: async (t) => {
      const { target, invite } = await transferred(t);
      const ringing = async () => {
        target.respond(invite, 100);
        // The first NOTIFY follows the REFER at once: the second is over when the target begins.
        await t.pause(1_200);
        for (const status of [180, 181, 182, 183]) {
          target.respond(invite, status);
          await t.pause(150);
        }
        await t.pause(2_200);
        target.respond(invite, 486);
      };
      const [notifies] = await Promise.all([toldToTheEnd(t), ringing()]);
      for (let i = 1; i < notifies.length; i++) {
        const gap = elapsed(notifies[i - 1]!, notifies[i]!);
        t.verify(t.within(gap, { leastMs: 850 }), 'a second between two NOTIFYs', `${Math.round(gap.ms)} ms`);
      }
    },
  },
];
