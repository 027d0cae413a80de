// RFC 7647 §3, §5: what became of REFER with RFC 6665: a Contact that can be reached, and no 202. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { accepted } from '../referral.ts';

/** What tells that a Contact leads nowhere. */
const NOT_THERE: readonly number[] = [404, 410, 416, 480, 481, 484, 604];

export const CASES: readonly Entry[] = [
  {
    id: 'rfc7647/3/contact-reached-outside-the-dialog',
    title:
      'The Contact that a REFER outside of a dialog is accepted with is reached outside of that dialog, as a GRUU is',
    req: ['REF-022'],
    level: 'MUST',
    role: 'uas',
    methods: ['REFER', 'OPTIONS'],
    needs: ['answer'],
    run: async (t) => {
      const refer = t.send(t.request('REFER'));
      const response = await t.given('an accepted REFER', () => t.expect('2xx', { of: refer }));
      t.verify(response.contact !== '', 'Contact in the 2xx', 'no Contact');
      t.send(t.request('OPTIONS', { to: response.contact }));
      const reached = await t.expect('final', { strictly: true });
      t.verify(!NOT_THERE.includes(reached.status), `somebody at ${response.contact}`, reached.startLine);
    },
  },
  {
    id: 'rfc7647/5/200-rather-than-202',
    title: 'A REFER is accepted with 200 rather than with 202',
    req: ['REF-021'],
    level: 'SHOULD NOT',
    role: 'uas',
    methods: ['REFER'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const { response } = await accepted(t, dialog, t.contact);
      t.verify(response.status !== 202, '200', response.startLine);
    },
  },
];
