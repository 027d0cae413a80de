// RFC 3892 §2.2: what a referee passes on of who has referred it. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { transferred } from '../referral.ts';

const REFERRER = '"Referrer, the first" <sip:referrer@example.com;x-kept=yes>;x-more="a;b"';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3892/2.2/referred-by-copied',
    title: 'Referred-By of a REFER stands unchanged in the INVITE that comes of it',
    req: ['REF-018'],
    level: 'MUST',
    role: 'uas',
    methods: ['REFER', 'INVITE'],
    needs: ['transfer'],
    run: async (t) => {
      const { invite } = await transferred(t, '', { 'Referred-By': REFERRER });
      const copies = invite.lines('Referred-By');
      // Binding only who implements it, and there is no option tag to say so with: who claims it requires the case (--require).
      if (copies.length === 0) t.unsupported('it knows no Referred-By: the INVITE has none');
      const right = copies.length === 1 && copies[0] === REFERRER;
      t.verify(right, `Referred-By: ${REFERRER}`, copies.join(' and '));
    },
  },
];
