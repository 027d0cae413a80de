// RFC 4488 §4: a REFER that wants no subscription. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Reading } from '../../src/conformance/reading.ts';
import { accepted, referTo, told } from '../referral.ts';

const NO_SUBSCRIPTION = { 'Refer-Sub': 'false', Supported: 'norefersub' };

const REFERS: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uas',
  methods: ['REFER', 'NOTIFY'],
  needs: ['answer'],
};

const isGranted = (response: Reading) => /^false\s*(;|$)/i.test(response.header('Refer-Sub') ?? '');

export const CASES: readonly Entry[] = [
  {
    ...REFERS,
    id: 'rfc4488/4/granted-without-notify',
    title: 'Where the 2xx says Refer-Sub: false there is no subscription, and no NOTIFY',
    req: ['REF-015'],
    run: async (t) => {
      const { dialog, response: call } = await t.call();
      const { response } = await accepted(t, dialog, t.contact, NO_SUBSCRIPTION);
      if (!isGranted(response)) {
        // Who says that he can is not held to it, and who does not say so has not heard of it.
        const able = call.headers('Supported').some((tag) => tag.toLowerCase() === 'norefersub');
        t.unsupported(able ? 'it does not grant Refer-Sub: false' : 'it does not know Refer-Sub');
      }
      await t.expectNone(1_500, 'NOTIFY');
    },
  },
  {
    ...REFERS,
    id: 'rfc4488/4/not-granted-is-subscribed',
    title: 'Where the 2xx does not say Refer-Sub: false there is a subscription as ever, and a NOTIFY',
    req: ['REF-016'],
    run: async (t) => {
      const { dialog } = await t.call();
      const { response } = await accepted(t, dialog, t.contact, NO_SUBSCRIPTION);
      if (isGranted(response)) t.skip('it grants Refer-Sub: false');
      const notify = await told(t);
      t.verify(
        /^refer\s*(;|$)/i.test(notify.header('Event') ?? ''),
        'Event: refer',
        `Event: ${notify.header('Event')}`,
      );
    },
  },
  {
    ...REFERS,
    id: 'rfc4488/4/required-and-not-known-420',
    title: 'A REFER that requires norefersub is refused with 420 where it is not known',
    req: ['REF-017'],
    run: async (t) => {
      const { dialog, response: call } = await t.call();
      const refer = t.send(referTo(t, dialog, t.contact, { ...NO_SUBSCRIPTION, Require: 'norefersub' }));
      const response = await t.expect(['2xx', 420], { of: refer });
      if (response.status === 420) {
        const tags = response.headers('Unsupported').join(', ');
        t.verify(/\bnorefersub\b/i.test(tags), 'Unsupported: norefersub', `Unsupported: ${tags || '(none)'}`);
        return;
      }
      const known =
        response.has('Refer-Sub') || call.headers('Supported').some((tag) => tag.toLowerCase() === 'norefersub');
      t.verify(known, '420, or a sign that it knows norefersub', response.startLine);
    },
  },
];
