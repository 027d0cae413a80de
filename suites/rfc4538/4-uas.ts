// RFC 4538 §4: a Target-Dialog that says nothing. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

const NOBODYS = 'nobodys-dialog;local-tag=here;remote-tag=there';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc4538/4/unmatched-dialog-ignored',
    title: 'A Target-Dialog that names no dialog there is changes nothing for a request',
    req: ['REF-023'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      await t.sameAnswer('INVITE', { headers: { 'Target-Dialog': NOBODYS } });
    },
  },
  {
    id: 'rfc4538/4/unmatched-dialog-ignored-in-refer',
    title: 'A REFER outside of a dialog is answered the same with a Target-Dialog that names no dialog there is',
    req: ['REF-023'],
    level: 'MUST',
    role: 'uas',
    methods: ['REFER'],
    needs: ['answer'],
    run: async (t) => {
      const { status, startLine } = await t.sameAnswer('REFER', { headers: { 'Target-Dialog': NOBODYS } });
      if (status === 405 || status === 501) t.unsupported(startLine);
    },
  },
  {
    id: 'rfc4538/4/dialog-without-a-tag-ignored',
    title:
      'A Target-Dialog that has the Call-ID of a dialog there is, and not both tags, changes nothing for a request',
    req: ['REF-023'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog, response } = await t.call();
      await t.sameAnswer('INVITE', {
        headers: { 'Target-Dialog': `${dialog.callId};local-tag=${response.fromTag}` },
      });
    },
  },
];
