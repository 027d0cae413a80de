// RFC 6141 §4.7: what responses to a re-INVITE of the server do to its remote target. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { changed } from '../changes.ts';

const TARGETS: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['INVITE', 'ACK'],
  needs: ['originate:INVITE:hold'],
};

export const CASES: readonly Entry[] = [
  {
    ...TARGETS,
    id: 'rfc6141/4.7/unreliable-provisional-moves-nothing',
    title: 'The Contact of an unreliable provisional response to a re-INVITE does not become the remote target',
    req: ['DLG-017'],
    level: 'MUST NOT',
    run: async (t) => {
      const { request } = await changed(t, 'INVITE:hold', 'INVITE');
      const headers = { Contact: `<sip:moved@${t.hostPort}>` };
      t.respond(request, 180, { headers });
      t.respond(request, 488);
      const bye = await t.given('a later request of the dialog', () => t.expectRequest('BYE', { withinMs: 8_000 }));
      t.respond(bye, 200);
      t.verify(bye.uri === t.contact, `BYE ${t.contact}`, bye.startLine);
    },
  },
  {
    ...TARGETS,
    id: 'rfc6141/4.7/reliable-provisional-moves-the-target',
    title: 'The Contact of a reliable provisional response to a re-INVITE is the remote target from then on',
    req: ['DLG-019'],
    methods: ['INVITE', 'PRACK'],
    run: async (t) => {
      const { request } = await changed(t, 'INVITE:hold', 'INVITE');
      const tags = [...request.headers('Supported'), ...request.headers('Require')];
      if (!tags.includes('100rel')) t.skip('its re-INVITE takes no reliable provisional response');
      const target = `sip:moved@${t.hostPort}`;
      t.respond(request, 183, { headers: { Contact: `<${target}>`, Require: '100rel', RSeq: 7 } });
      const prack = await t.given('a PRACK', () => t.expectRequest('PRACK'));
      t.respond(prack, 200);
      t.respond(request, 488);
      const bye = await t.given('a later request of the dialog', () => t.expectRequest('BYE', { withinMs: 8_000 }));
      t.respond(bye, 200);
      for (const { uri, startLine, method } of [prack, bye]) t.verify(uri === target, `${method} ${target}`, startLine);
    },
  },
];
