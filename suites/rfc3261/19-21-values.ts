// RFC 3261 §19.1, §20, §21, §26.2.2: URIs, parameters and values that are odd, and the statuses they get. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { firstAnswer } from '../torture.ts';

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/19.1.1/unknown-uri-parameter-ignored',
    title: 'A parameter of the Request-URI that is not known is ignored',
    req: ['SYN-012'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    needs: ['answer'],
    run: async (t) => {
      await t.sameAnswer('OPTIONS', { uri: `${t.uri('answer')};x-nobody=knows;x-flag` }, { to: 'answer' });
    },
  },
  {
    id: 'rfc3261/20/unknown-parameters-ignored',
    title: 'Parameters of From, To, Via and Contact that are not known are ignored',
    req: ['SYN-011'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      const more = (value: string) => `${value};x-nobody=knows;x-flag;x-quoted="a;b,c"`;
      await t.sameAnswer('OPTIONS', { headers: { Via: more, From: more, To: more, Contact: `<${t.contact}>;x-flag` } });
    },
  },
  {
    id: 'rfc3261/20.10/question-mark-outside-angle-brackets',
    title:
      'A Contact with a question mark and no angle brackets is refused, or its header part is not kept in the binding',
    req: ['SYN-026'],
    level: 'MUST',
    role: 'registrar',
    methods: ['REGISTER'],
    needs: ['account'],
    run: async (t) => {
      const to = t.account.user;
      t.send(t.request('REGISTER', { to, headers: { Contact: `${t.contact}?Route=%3Csip:example.com%3E` } }));
      const response = await t.expect(['2xx', 400]);
      if (response.status === 400) return;
      t.send(t.request('REGISTER', { to, headers: { Contact: null, Expires: null } }));
      const kept = (await t.expect('2xx')).headers('Contact').find((contact) => contact.includes('Route='));
      if (kept === undefined) return;
      t.verify(/<[^>]*Route=/.test(kept), 'the URI in angle brackets', `Contact: ${kept}`);
      t.nonStrict(`it takes the header part for a part of the URI: Contact: ${kept}`, '400');
    },
  },
  {
    id: 'rfc3261/21.4.1/quote-not-closed-400',
    title: 'A display name whose quote is not closed makes the request malformed: 400',
    req: ['SYN-016'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { headers: { To: (to) => `"Nobody closes this ${to}` } }));
      // The refusal repeats the field, so it cannot be read as a whole either.
      const answer = await firstAnswer(t);
      t.verify(answer?.status === 400, '400', answer?.line ?? 'no answer');
    },
  },
  {
    id: 'rfc3261/21.5.6/unknown-version-505',
    title: 'A request of a SIP version the server does not support is refused with 505',
    req: ['SYN-015'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { edit: (text) => text.replace(' SIP/2.0\r\n', ' SIP/7.0\r\n') }));
      await t.expect(505, { strictly: true });
    },
  },
  {
    id: 'rfc3261/26.2.2/sips-not-forwarded-in-clear',
    title: 'A request for a sips URI is not forwarded over a hop that is not secured',
    req: ['TRN-013'],
    level: 'MUST',
    role: 'proxy',
    methods: ['OPTIONS'],
    needs: ['far'],
    run: async (t) => {
      const { peer, uri } = await t.far();
      t.send(t.request('OPTIONS', { uri: uri.replace(/^sip:/, 'sips:') }));
      await t.pause(1_500);
      const forwarded = peer.received.find(({ isRequest }) => isRequest);
      t.verify(forwarded === undefined, 'nothing at the far side, which is not secured', `${forwarded?.startLine}`);
    },
  },
];
