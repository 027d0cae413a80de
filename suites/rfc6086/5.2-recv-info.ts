// RFC 6086 §5.2: Recv-Info in the responses of the server. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Dialog } from '../../src/conformance/dialog.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';
import { earlyCall, prack } from '../reliable.ts';

const INVITE: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uas',
  methods: ['INVITE'],
  needs: ['answer'],
};

const packagesIn = (response: Received) => response.headers('Recv-Info').join(', ');

/** Precondition: a call to a server that knows Info Packages. */
async function packagedCall(t: Talk): Promise<Dialog> {
  const { dialog, response } = await t.call({ headers: { 'Recv-Info': '' } });
  if (!response.has('Recv-Info')) t.unsupported('its 2xx has no Recv-Info: it knows no Info Packages');
  return dialog;
}

export const CASES: readonly Entry[] = [
  {
    ...INVITE,
    id: 'rfc6086/5.2.3/recv-info-answered',
    title: 'A server that knows Info Packages answers an INVITE with Recv-Info, be it empty, by a 2xx with Recv-Info',
    req: ['INF-007'],
    methods: ['INVITE', 'INFO'],
    run: async (t) => {
      const { dialog, response } = await t.call({ headers: { 'Recv-Info': '' } });
      if (response.has('Recv-Info')) return;
      // Whoever says 469 knows Info Packages, and should have said which.
      const info = t.send(t.request('INFO', { dialog, headers: { 'Info-Package': 'nobody-knows' } }));
      const { status } = await t.expect('final', { of: info, strictly: true });
      if (status !== 469) t.unsupported('neither Recv-Info in its 2xx nor a 469: it knows no Info Packages');
      t.fail('none, and 469 to an INFO', 'Recv-Info in the 2xx');
    },
  },
  {
    ...INVITE,
    id: 'rfc6086/5.2.3/no-recv-info-unasked',
    title: 'No response to an INVITE without Recv-Info has one',
    req: ['INF-008'],
    level: 'MUST NOT',
    run: async (t) => {
      const { invite } = await t.call({ headers: { 'Recv-Info': null } });
      for (const response of t.responsesTo(invite))
        t.verify(
          !response.has('Recv-Info'),
          `no Recv-Info in ${response.startLine}`,
          `Recv-Info: ${packagesIn(response)}`,
        );
    },
  },
  {
    ...INVITE,
    id: 'rfc6086/5.2.3/no-recv-info-in-options',
    title: 'A response to OPTIONS has no Recv-Info, which is not asked for there',
    req: ['INF-008'],
    level: 'MUST NOT',
    methods: ['OPTIONS'],
    run: async (t) => {
      const response = await t.expect('final', { of: t.send(t.request('OPTIONS', { to: 'answer' })) });
      t.verify(!response.has('Recv-Info'), 'no Recv-Info', `Recv-Info: ${packagesIn(response)}`);
    },
  },
  {
    ...INVITE,
    id: 'rfc6086/5.2.3/same-in-all-responses',
    title: 'Recv-Info is the same in all responses to one INVITE that have it',
    req: [],
    methods: ['INVITE', 'PRACK'],
    run: async (t) => {
      const call = await earlyCall(t, { headers: { 'Recv-Info': '' } });
      await t.given('a 2xx to PRACK', () => t.expect('2xx', { of: prack(t, call) }));
      const response = await t.given('an answer', () => t.expect('2xx', { of: call.invite }));
      t.ack(response);
      const told = t.responsesTo(call.invite).filter((one) => one.has('Recv-Info'));
      if (told.length < 2) t.skip('no two of its responses have Recv-Info');
      const values = [...new Set(told.map(packagesIn))];
      t.verify(values.length === 1, `Recv-Info: ${values[0]} in each`, values.join(' | '));
    },
  },
  ...['INVITE', 'UPDATE'].map(
    (method): Case => ({
      ...INVITE,
      id: `rfc6086/5.2.3/recv-info-answered-in-${method === 'INVITE' ? 'a-reinvite' : 'an-update'}`,
      title: `The 2xx to ${method === 'INVITE' ? 'a re-INVITE' : 'an UPDATE'} with Recv-Info has one too, also where nothing has changed`,
      req: ['INF-007'],
      methods: [method],
      run: async (t) => {
        const dialog = await packagedCall(t);
        const sent = t.send(t.request(method, { dialog, headers: { 'Recv-Info': '' } }));
        const response = await t.expect('2xx', { of: sent });
        if (method === 'INVITE') t.ack(response);
        t.verify(response.has('Recv-Info'), 'Recv-Info in the 2xx', 'none');
      },
    }),
  ),
];
