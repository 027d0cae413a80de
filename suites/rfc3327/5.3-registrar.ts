// RFC 3327 §5.3: Path at a registrar. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

const PATH = ['<sip:p2.proxy.example;lr>', '<sip:p1.proxy.example:5070;lr;x=1>'];

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3327/5.3/path-returned-in-order',
    title: 'The 200 to a REGISTER with Path has the same values in the same order',
    req: ['REG-033'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      t.send(t.request('OPTIONS'));
      const told = (await t.expect('final', { strictly: true })).headers('Supported').includes('path');
      for (const lines of [PATH, [PATH.join(', ')]]) {
        t.send(t.request('REGISTER', { to: t.account.user, headers: { Supported: 'path', Path: lines } }));
        const response = await t.expect('final');
        if (response.status === 420) t.unsupported(response.startLine);
        t.verify(response.status < 300, '200', response.startLine);
        if (!told && !response.has('Path')) t.unsupported('it neither says that it knows of Path nor returns it');
        const came = response.headers('Path').map((value) => value.replace(/\s/g, ''));
        t.verify(came.join() === PATH.join(), `Path: ${PATH.join(', ')}`, `Path: ${came.join(', ') || '(none)'}`);
      }
    },
  },
  {
    id: 'rfc3327/5.3/path-without-supported',
    title: 'A REGISTER with Path from a client that does not know of Path is refused with 420, or taken by policy',
    req: ['REG-035'],
    level: 'INFO',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const headers = { Supported: null, Path: PATH[0]! };
      t.send(t.request('REGISTER', { to: t.account.user, headers }));
      const response = await t.expect('final');
      if (response.status < 300) t.info('it takes the Path of a client that does not know of it');
      t.verify(response.status === 420, '420, or 200 by policy', response.startLine);
      t.info('it refuses with 420, as recommended');
    },
  },
];
