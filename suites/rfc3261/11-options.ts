// RFC 3261 §11: OPTIONS. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/11/options-understood',
    title: 'Every user agent understands OPTIONS',
    req: ['OPT-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS'));
      const response = await t.expect('final', { strictly: true });
      t.verify(response.status !== 405 && response.status !== 501, 'neither 405 nor 501', response.startLine);
    },
  },
  {
    id: 'rfc3261/11.2/as-an-invite-would-be-answered',
    title: 'OPTIONS gets the status that an INVITE to the same user would have got',
    req: ['OPT-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'OPTIONS'],
    needs: ['answer', 'busy'],
    run: async (t) => {
      for (const to of ['answer', 'busy']) {
        t.send(t.request('INVITE', { to }));
        const invited = await t.expect('final', { strictly: true });
        t.ack(invited);
        t.send(t.request('OPTIONS', { to }));
        const asked = await t.expect('final', { strictly: true });
        const alike = invited.status < 300 ? asked.status < 300 : asked.status === invited.status;
        t.verify(
          alike,
          `${invited.startLine}, as to INVITE`,
          `${asked.startLine} to OPTIONS for the user who is ${to}`,
        );
      }
    },
  },
  {
    id: 'rfc3261/11.2/capabilities-told',
    title: 'The 200 to OPTIONS has Allow, Accept, Accept-Encoding, Accept-Language and Supported',
    req: ['OPT-003'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { headers: { Accept: 'application/sdp' } }));
      const response = await t.given('a 200 to OPTIONS', () => t.expect('2xx'));
      const wanted = ['Allow', 'Accept', 'Accept-Encoding', 'Accept-Language', 'Supported'];
      const missing = wanted.filter((name) => !response.has(name));
      t.verify(missing.length === 0, wanted.join(', '), `without ${missing.join(', ')}`);
    },
  },
  {
    id: 'rfc3261/11.2/session-told-where-asked',
    title: 'Where Accept asks for application/sdp, the 200 to OPTIONS tells the media the server can do',
    req: ['OPT-004'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { headers: { Accept: 'application/sdp' } }));
      const response = await t.given('a 200 to OPTIONS', () => t.expect('2xx'));
      t.verify(response.contentType === 'application/sdp', 'a body application/sdp', response.contentType || 'no body');
      t.verify(/^m=\w+ \d+ /m.test(response.body), 'a media line in it', response.body);
    },
  },
  {
    id: 'rfc3261/11.2/options-in-a-dialog',
    title: 'OPTIONS inside a dialog is answered 200 and does not touch the dialog',
    req: ['OPT-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['BYE', 'OPTIONS'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      t.send(t.request('OPTIONS', { dialog }));
      await t.expect('2xx', { strictly: true });
      await t.expectNone(700, 'request');
      t.send(t.request('BYE', { dialog }));
      await t.expect('2xx', { strictly: true });
    },
  },
];
