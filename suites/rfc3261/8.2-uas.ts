// RFC 3261 §8.2: what a user agent server does with any request. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/8.2.1/unknown-method-refused',
    title: 'A method the server does not know is refused with 405 (or 501), never accepted',
    req: ['UAS-002', 'UAS-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('GARGLE', { to: 'answer' }));
      const refusal = await t.expect([405, 501], { strictly: true });
      if (refusal.status === 405) t.verify(refusal.has('Allow'), 'Allow in the 405', 'no Allow');
    },
  },
  {
    id: 'rfc3261/8.2.2.3/require-unknown-420',
    title: 'An option tag in Require that is not known is answered 420 with that tag in Unsupported',
    req: ['UAS-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { headers: { Require: 'nothing-known' } }));
      const refusal = await t.expect(420);
      t.verify(
        refusal.headers('Unsupported').includes('nothing-known'),
        'Unsupported: nothing-known',
        `Unsupported: ${refusal.headers('Unsupported').join(', ') || '(none)'}`,
      );
    },
  },
  {
    id: 'rfc3261/8.2.6.2/response-echoes-request',
    title: 'A response repeats From, Call-ID, CSeq and every Via value in order, and To with a tag',
    req: ['HDR-001', 'HDR-002', 'HDR-003', 'HDR-004', 'HDR-005'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      const further = 'SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKfirst, SIP/2.0/TCP 192.0.2.8;branch=z9hG4bKsecond';
      const request = t.send(t.request('OPTIONS', { headers: { Via: (via) => [via, further] } }));
      const response = await t.expect('final');
      for (const name of ['From', 'Call-ID', 'CSeq'])
        t.verify(
          response.header(name) === request.reading.header(name),
          `${name}: ${request.reading.header(name)}`,
          `${name}: ${response.header(name)}`,
        );
      const branches = (values: readonly string[]) => values.map((via) => /branch=([^;,\s]*)/.exec(via)?.[1]).join(' ');
      const wanted = branches(request.reading.headers('Via'));
      const came = branches(response.headers('Via'));
      t.verify(came === wanted, `Via branches ${wanted}`, came);
      t.verify(response.toTag !== '', 'a tag in To', `To: ${response.header('To')}`);
    },
  },
];
