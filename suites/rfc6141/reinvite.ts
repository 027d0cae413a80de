// RFC 6141 §3.8, §4.6: a re-INVITE that is cancelled or refused. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import { firstArrival } from '../arrival.ts';
import { UNKNOWN_FORMAT } from '../description.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc6141/3.8/cancelled-reinvite-keeps-call',
    title: 'A re-INVITE that is cancelled ends with 2xx if its changes are made, else 487; the call goes on',
    req: ['CAN-019'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['CANCEL', 'INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await t.call();
      const reinvite = t.send(t.request('INVITE', { dialog, body: sdp(t.local.address, 2) }));
      const cancel = t.cancel(reinvite);
      const response = await t.expect(['2xx', 487], { of: reinvite, strictly: true });
      t.ack(response);
      await t.expect(200, { of: cancel, strictly: true });
      await t.expect('2xx', { of: t.send(t.request('BYE', { dialog })), strictly: true });
    },
  },
  {
    id: 'rfc6141/4.6/refused-reinvite-moves-nothing',
    title: 'A re-INVITE that is refused does not change the remote target',
    req: ['DLG-018'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE', 'BYE'],
    needs: ['answer'],
    slow: true,
    run: async (t) => {
      const moved = await t.peer({ name: 'moved' });
      const { dialog } = await t.call();
      // Its 2xx stays without an ACK, so that the server gives the call up with a BYE some time later.
      t.send(t.request('INVITE', { dialog }));
      await t.given('an accepted re-INVITE', () => t.expect('2xx'));
      const headers = { Contact: `<${moved.contact}>` };
      const bad = t.send(t.request('INVITE', { dialog, headers, body: sdp(t.local.address, 3, UNKNOWN_FORMAT) }));
      t.ack(await t.given('a refused re-INVITE', () => t.expect('refusal', { of: bad, strictly: true })));
      const { end, request } = await firstArrival(t, [moved, t], 'BYE', 45_000);
      end.respond(request, 200);
      t.verify(end === t && request.uri === t.contact, `BYE ${t.contact}`, request.startLine);
    },
  },
];
