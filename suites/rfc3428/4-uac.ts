// RFC 3428 §4, §8: MESSAGE of the server. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';

const MESSAGE: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST NOT',
  role: 'uac',
  methods: ['MESSAGE'],
  needs: ['originate:MESSAGE'],
};

export const CASES: readonly Entry[] = [
  {
    ...MESSAGE,
    id: 'rfc3428/4/no-contact',
    title: 'A MESSAGE has no Contact',
    req: ['IM-006'],
    run: async (t) => {
      const message = await t.originated('MESSAGE');
      t.respond(message, 200);
      t.verify(!message.has('Contact'), 'no Contact', `Contact: ${message.header('Contact')}`);
    },
  },
  {
    ...MESSAGE,
    id: 'rfc3428/8/small-over-udp',
    title: 'A MESSAGE over UDP is no larger than 1300 bytes',
    req: ['IM-007'],
    run: async (t) => {
      const message = await t.originated('MESSAGE');
      t.respond(message, 200);
      t.verify(message.bytes.length <= 1_300, 'at most 1300 bytes', `${message.bytes.length}`);
    },
  },
  {
    ...MESSAGE,
    id: 'rfc3428/8/one-at-a-time',
    title: 'While a MESSAGE waits for its response no other one is sent to the same URI',
    req: ['IM-008'],
    run: async (t) => {
      const message = await t.originated('MESSAGE');
      await t.expectNone(1_500, 'MESSAGE', ({ branch }) => branch !== message.branch);
      t.respond(message, 200);
    },
  },
];
