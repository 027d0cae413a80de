// RFC 3264 §9: a session description that tells what a server can do, as a response to OPTIONS brings it. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { mediaText, readDescription } from '../description.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3264/9/capabilities-without-ports',
    title: 'The session description in a response to OPTIONS has t=0 0 and port 0 in each media line',
    req: ['OPT-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    needs: ['answer'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { to: 'answer', headers: { Accept: 'application/sdp' } }));
      const response = await t.expect('2xx');
      const offered = readDescription(response);
      if (offered === null) t.skip('its response to OPTIONS has no session description');
      t.verify(offered!.times.join() === '0 0', 't=0 0', `t=${offered!.times.join(', t=')}`);
      const ports = offered!.streams.every(({ port }) => port === 0);
      t.verify(ports && offered!.streams.length > 0, 'media lines with port 0', mediaText(offered));
    },
  },
];
