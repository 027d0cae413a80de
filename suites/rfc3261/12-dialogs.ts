// RFC 3261 §12: dialogs at the server: how they begin, which requests belong to them, where its own requests go. Cases only.

import { type Entry, notObservable } from '../../src/conformance/case.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { firstArrival } from '../arrival.ts';

/** Two routers of ours; what they add must come back untouched. */
function recordRoute(t: Talk): string[] {
  const at = t.hostPort;
  return [`<sip:${at};lr;first=1>;unknown="a, b";x`, `"Edge, two" <sip:p2@${at};lr;second>`];
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/12.1.1/record-route-copied',
    title: 'Every Record-Route value comes back in a response that makes a dialog, in order, with all its parameters',
    req: ['HDR-011'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const wanted = recordRoute(t);
      const invite = t.send(t.request('INVITE', { to: 'answer', headers: { 'Record-Route': wanted } }));
      const answer = await t.given('an answer', () => t.expect('2xx', { of: invite }));
      // As the routers would pass them on: without the route set that they are.
      const dialog = t.dialog(answer);
      dialog.routes = [];
      t.send(t.request('ACK', { dialog, headers: { CSeq: `${invite.cseq} ACK` } }));
      await t.given('the end of the call', () => t.expect('2xx', { of: t.send(t.request('BYE', { dialog })) }));
      for (const response of t.responsesTo(invite).filter(({ status, toTag }) => status > 100 && toTag !== '')) {
        const came = response.headers('Record-Route');
        t.verify(
          came.join(', ') === wanted.join(', '),
          `Record-Route: ${wanted.join(', ')} in ${response.startLine}`,
          came.join(', ') || '(none)',
        );
      }
    },
  },
  {
    id: 'rfc3261/12.1.1/contact-in-2xx',
    title: 'A 2xx to INVITE has one Contact with a SIP or SIPS URI, and requests to it reach the dialog',
    req: ['HDR-012'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'BYE'],
    needs: ['answer'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'answer' }));
      const answer = await t.given('an answer', () => t.expect('2xx', { of: invite }));
      for (const response of t.responsesTo(invite).filter(({ status, toTag }) => status > 100 && toTag !== '')) {
        const contacts = response.headers('Contact');
        t.verify(
          contacts.length === 1 && /^sips?:/i.test(response.contact),
          `one Contact with a SIP URI in ${response.startLine}`,
          contacts.join(', ') || '(none)',
        );
      }
      t.ack(answer);
      await t.expect('2xx', { of: t.send(t.request('BYE', { dialog: t.dialog(answer) })), strictly: true });
    },
  },
  notObservable('rfc3261/12.1.1/sips-contact-for-sips-request', {
    title: 'An accepted INVITE to a SIPS URI gets a SIPS URI in Contact',
    req: ['INV-016'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    reason: 'a SIPS URI asks for TLS on every hop, and the harness speaks UDP and TCP: what comes back says nothing',
  }),
  {
    id: 'rfc3261/12.1.1/invite-without-from-tag',
    title: 'A call from a client without a From tag (RFC 2543) works, and its dialog has no remote tag',
    req: ['INV-017'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'BYE'],
    needs: ['answer'],
    run: async (t) => {
      const headers = { From: `<${t.aor}>` };
      const invite = t.send(t.request('INVITE', { to: 'answer', headers }));
      const answer = await t.expect('2xx', { of: invite });
      t.verify(answer.fromTag === '', 'From without a tag', `${answer.header('From')}`);
      t.ack(answer);
      const bye = t.send(t.request('BYE', { dialog: t.dialog(answer) }));
      await t.expect('2xx', { of: bye, strictly: true });
    },
  },
  {
    id: 'rfc3261/12.1.1/route-set-in-request-order',
    title: 'A request of the server in a call follows the Record-Route of the INVITE in its order',
    req: ['DLG-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'BYE'],
    needs: ['answer'],
    slow: true,
    run: async (t) => {
      const wanted = [`<sip:${t.hostPort};lr;first=1>`, `<sip:p2@${t.hostPort};lr;second=2>`];
      t.send(t.request('INVITE', { to: 'answer', headers: { 'Record-Route': wanted } }));
      await t.given('an answer', () => t.expect('2xx'));
      // Without an ACK it gives the call up: the one request of its own that every server can be brought to.
      const bye = await t.given('a BYE of the server', () => t.expectRequest('BYE', { withinMs: 45_000 }));
      t.respond(bye, 200);
      const routes = bye.headers('Route');
      t.verify(routes.join(', ') === wanted.join(', '), `Route: ${wanted.join(', ')}`, routes.join(', ') || '(none)');
      t.verify(bye.uri === t.contact, `Request-URI ${t.contact}`, bye.uri);
    },
  },
  {
    id: 'rfc3261/12.2.1.1/notify-in-dialog',
    title: 'Each NOTIFY of a subscription has the next CSeq, the tags of its dialog and our Contact as Request-URI',
    req: ['EVT-030'],
    level: 'MUST',
    role: 'notifier',
    methods: ['NOTIFY', 'SUBSCRIBE'],
    needs: ['event'],
    run: async (t) => {
      const { notify, response, dialog } = await t.subscription();
      t.send(t.request('SUBSCRIBE', { dialog, headers: { Event: t.profile.events[0]!, Expires: 600 } }));
      await t.given('a refreshed subscription', () => t.expect('2xx'));
      const next = await t.given('a second NOTIFY', () => t.expectRequest('NOTIFY'));
      t.respond(next, 200);
      t.verify(next.cseq === notify.cseq + 1, `CSeq ${notify.cseq + 1}`, `CSeq ${next.cseq}`);
      for (const one of [notify, next]) {
        const tags = `${one.callId} ${one.fromTag} ${one.toTag}`;
        const wanted = `${response.callId} ${response.toTag} ${response.fromTag}`;
        t.verify(tags === wanted, `Call-ID and tags ${wanted}`, tags);
        t.verify(one.uri === t.contact, `Request-URI ${t.contact}`, one.uri);
      }
    },
  },
  {
    id: 'rfc3261/12.2.2/lower-cseq-500',
    title: 'A request in a dialog with a CSeq below the last one is refused with 500',
    req: ['DLG-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call({ headers: { CSeq: '10 INVITE' } });
      t.send(t.request('BYE', { dialog, headers: { CSeq: '9 BYE' } }));
      await t.expect(500, { strictly: true });
      t.send(t.request('BYE', { dialog, headers: { CSeq: '12 BYE' } }));
      await t.expect('2xx', { strictly: true });
    },
  },
  {
    id: 'rfc3261/12.2.2/cseq-gap-accepted',
    title: 'A CSeq that is higher than the last by more than one is no error',
    req: ['DLG-002'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      dialog.localCseq += 50;
      t.send(t.request('BYE', { dialog }));
      await t.expect('2xx', { strictly: true });
    },
  },
  {
    id: 'rfc3261/12.2.2/invite-in-no-dialog-481',
    title: 'An INVITE with a To tag that belongs to no dialog is refused with 481',
    req: ['DLG-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const headers = { To: (was: string) => `${was};tag=of-no-dialog` };
      const invite = t.send(t.request('INVITE', { to: 'answer', headers }));
      const response = await t.expect([481, '2xx'], { of: invite });
      t.ack(response);
      // The server may make the dialog anew from it; that it did so on purpose cannot be told.
      if (response.status < 300) t.nonStrict(`${response.startLine}: the dialog is taken as known`, '481');
    },
  },
  {
    id: 'rfc3261/12.2.2/info-in-no-dialog-481',
    title: 'An INFO with tags of no dialog is refused with 481',
    req: ['INF-005'],
    level: 'MUST',
    role: 'uas',
    methods: ['INFO'],
    run: async (t) => {
      t.send(t.request('INFO', { to: 'answer', headers: { To: (was) => `${was};tag=of-no-dialog` } }));
      await t.expect(481);
    },
  },
  {
    id: 'rfc3261/12.2.2/update-in-no-dialog-481',
    title: 'An UPDATE with tags of no dialog is refused with 481',
    req: ['UPD-010'],
    level: 'MUST',
    role: 'uas',
    methods: ['UPDATE'],
    run: async (t) => {
      t.send(t.request('UPDATE', { to: 'answer', headers: { To: (was) => `${was};tag=of-no-dialog` } }));
      await t.expect(481);
    },
  },
  {
    id: 'rfc3261/12.2.2/second-bye-481',
    title: 'A BYE in a dialog that a BYE has ended is refused with 481',
    req: ['BYE-009'],
    level: 'MUST',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      t.send(t.request('BYE', { dialog }));
      await t.given('the end of the call', () => t.expect('2xx'));
      t.send(t.request('BYE', { dialog }));
      await t.expect(481, { strictly: true });
    },
  },
  {
    id: 'rfc3261/12.2.2/reinvite-moves-remote-target',
    title: 'After a re-INVITE with a new Contact the requests of the server go there',
    req: ['DLG-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'BYE'],
    needs: ['answer'],
    slow: true,
    run: async (t) => {
      const moved = await t.peer({ name: 'moved' });
      const { dialog } = await t.call();
      t.send(t.request('INVITE', { dialog, headers: { Contact: `<${moved.contact}>` } }));
      await t.given('an accepted re-INVITE', () => t.expect('2xx'));
      // Without an ACK it gives the call up with a BYE: to the old place, or to the new one.
      const { end, request } = await firstArrival(t, [moved, t], 'BYE', 45_000);
      end.respond(request, 200);
      t.verify(end === moved && request.uri === moved.contact, `BYE ${moved.contact}`, request.startLine);
    },
  },
];
