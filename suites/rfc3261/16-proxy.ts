// RFC 3261 §16: a proxy, with an end of ours on either side. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/16.6/max-forwards-decremented',
    title: 'A forwarded request carries Max-Forwards less by one and a Via of the proxy on top',
    req: ['PRX-002'],
    level: 'MUST',
    role: 'proxy',
    methods: ['INVITE'],
    needs: ['far'],
    run: async (t) => {
      const far = await t.far();
      const invite = t.send(t.request('INVITE', { to: far.uri, headers: { 'Max-Forwards': 23 } }));
      const forwarded = await far.peer.expectRequest('INVITE');
      far.peer.respond(forwarded, 486);
      t.ack(await t.expect(486, { of: invite }));
      t.verify(forwarded.number('Max-Forwards') === 22, 'Max-Forwards: 22', `${forwarded.header('Max-Forwards')}`);
      const vias = forwarded.headers('Via');
      t.verify(vias.length === 2 && vias[1]!.includes(invite.branch), 'a Via above ours', vias.join(', '));
    },
  },
];
