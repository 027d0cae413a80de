// RFC 3261 §10.3: what a registrar does with REGISTER. Cases only.

import type { Entry } from '../../src/conformance/case.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/10.3/interval-too-brief-423',
    title: 'An expiry the registrar finds too brief is refused with 423 and Min-Expires, or granted',
    req: ['REG-012'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      t.send(t.request('REGISTER', { to: t.account.user, headers: { Expires: 1 } }));
      const response = await t.expect([423, '2xx']);
      if (response.status !== 423) t.info(`it grants one second: ${response.startLine}`);
      t.verify(response.number('Min-Expires') > 1, 'Min-Expires above 1', `${response.header('Min-Expires')}`);
    },
  },
  {
    id: 'rfc3261/10.3/star-removes-all-bindings',
    title: 'Contact * with Expires 0 removes every binding of the address-of-record',
    req: ['REG-007'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      await t.binding();
      t.send(t.request('REGISTER', { to: t.account.user, headers: { Contact: '*', Expires: 0 } }));
      await t.expect('2xx');
      t.send(t.request('REGISTER', { to: t.account.user, headers: { Contact: null, Expires: null } }));
      const left = (await t.expect('2xx')).headers('Contact');
      t.verify(left.length === 0, 'no binding left', left.join(', '));
    },
  },
];
