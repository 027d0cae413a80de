// RFC 3903 §4: publications of the server. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';

const PUBLISHES: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST NOT',
  role: 'uac',
  methods: ['PUBLISH'],
  needs: ['originate:PUBLISH'],
};

export const CASES: readonly Entry[] = [
  {
    ...PUBLISHES,
    id: 'rfc3903/4.3/refresh-without-body',
    title: 'A PUBLISH that refreshes has the entity-tag in SIP-If-Match and no body',
    req: ['PUB-017'],
    run: async (t) => {
      const first = await t.originated('PUBLISH');
      t.respond(first, 200, { headers: { 'SIP-ETag': 'one', Expires: 60 } });
      const second = await t.given('a refresh', () => t.expectRequest('PUBLISH', { withinMs: 5_000 }));
      t.respond(second, 200, { headers: { 'SIP-ETag': 'two', Expires: 60 } });
      t.verify(second.header('SIP-If-Match') === 'one', 'SIP-If-Match: one', `${second.header('SIP-If-Match')}`);
      t.verify(second.body === '', 'no body', `${second.body.length} bytes`);
    },
  },
  {
    ...PUBLISHES,
    id: 'rfc3903/5/forgotten-entity-tag-not-used-again',
    title: 'After 412 the server does not send the same PUBLISH again: it publishes anew, without an entity-tag',
    req: ['PUB-016'],
    run: async (t) => {
      const first = await t.originated('PUBLISH');
      t.respond(first, 200, { headers: { 'SIP-ETag': 'one', Expires: 60 } });
      const second = await t.given('a refresh', () => t.expectRequest('PUBLISH', { withinMs: 5_000 }));
      t.respond(second, 412);
      await t.pause(1_500);
      for (const again of t.received.filter(
        (one) => one.isRequest && ![first.branch, second.branch].includes(one.branch),
      )) {
        t.respond(again, 200, { headers: { 'SIP-ETag': 'two', Expires: 60 } });
        t.verify(!again.has('SIP-If-Match'), 'no SIP-If-Match', `SIP-If-Match: ${again.header('SIP-If-Match')}`);
      }
    },
  },
];
