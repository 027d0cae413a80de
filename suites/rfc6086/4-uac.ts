// RFC 6086 §4.2, §5.2: INFO of the server. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const INFO: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST NOT',
  role: 'uac',
  methods: ['INFO'],
  needs: ['originate:INFO'],
};

/** A call in which the server sends INFO. */
async function informed(t: Talk) {
  const invite = await t.originated('INFO', 'INVITE');
  t.respond(invite, 200, { headers: { 'Recv-Info': 'dtmf' } });
  const info = await t.given('an INFO', () => t.expectRequest('INFO', { withinMs: 5_000 }));
  t.respond(info, 200);
  return { invite, info };
}

export const CASES: readonly Entry[] = [
  {
    ...INFO,
    id: 'rfc6086/4.2.1/info-in-the-dialog',
    title: 'An INFO is sent in the dialog of an INVITE and nowhere else',
    req: ['INF-004'],
    run: async (t) => {
      const { invite, info } = await informed(t);
      t.verify(
        info.callId === invite.callId && info.toTag === t.tag,
        `${invite.callId} with tag ${t.tag}`,
        `${info.callId} with tag ${info.toTag}`,
      );
    },
  },
  {
    ...INFO,
    id: 'rfc6086/4.2.1/469-leaves-the-call',
    title: 'A 469 to an INFO does not make the server end the call',
    req: ['INF-006'],
    needs: ['originate:INFO:kept'],
    run: async (t) => {
      const invite = await t.originated('INFO:kept', 'INVITE');
      t.respond(invite, 200, { headers: { 'Recv-Info': 'dtmf' } });
      const info = await t.given('an INFO', () => t.expectRequest('INFO', { withinMs: 5_000 }));
      t.respond(info, 469, { headers: { 'Recv-Info': '' } });
      await t.expectNone(1_500, 'BYE');
    },
  },
  {
    ...INFO,
    id: 'rfc6086/4.2.1/no-recv-info-in-info',
    title: 'An INFO has no Recv-Info',
    req: ['INF-012'],
    run: async (t) => {
      const { info } = await informed(t);
      t.verify(!info.has('Recv-Info'), 'no Recv-Info', `Recv-Info: ${info.header('Recv-Info')}`);
    },
  },
  {
    ...INFO,
    id: 'rfc6086/5.2.3/recv-info-in-the-invite',
    title: 'An INVITE of one who supports Info Packages has Recv-Info',
    req: ['INF-009'],
    level: 'MUST',
    methods: ['INVITE'],
    run: async (t) => {
      const invite = await t.originated('INFO', 'INVITE');
      t.respond(invite, 486);
      t.verify(invite.has('Recv-Info'), 'Recv-Info', 'none');
    },
  },
];
