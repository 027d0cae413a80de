// RFC 4475 §3.1.1.12, §3.1.1.13, §3.1.2.5, §3.1.2.19: odd responses to requests of the server. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';

const ONE: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['OPTIONS'],
  needs: ['originate:OPTIONS'],
};

/** A response with this status line is taken: the request is not repeated. */
function taken(name: string, section: string, req: string, what: string, startLine: string): Entry {
  return {
    ...ONE,
    id: `rfc4475/${section}/${name}-taken`,
    title: `A response with ${what} is taken`,
    req: [req],
    run: async (t) => {
      const options = await t.originated('OPTIONS');
      t.respond(options, 200, { startLine });
      await t.pause(100);
      const { length } = t.received;
      await t.expectNone(1_300, 'OPTIONS', (one) => t.received.indexOf(one) >= length);
    },
  };
}

export const CASES: readonly Entry[] = [
  taken(
    'unreason',
    '3.1.1.12',
    'TOR-010',
    'a reason phrase of other letters',
    'SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое',
  ),
  taken('noreason', '3.1.1.13', 'TOR-011', 'an empty reason phrase', 'SIP/2.0 200 '),
  {
    ...ONE,
    id: 'rfc4475/3.1.2.5/scalarlg-discarded',
    title: 'A response with numbers beyond their limits is dropped',
    req: ['TOR-015'],
    run: async (t) => {
      const options = await t.originated('OPTIONS');
      const headers = { CSeq: '9292394834772304023312 OPTIONS', 'Retry-After': '949302838503028349304023988' };
      t.respond(options, 503, { headers });
      await t.expectAgain(options, { withinMs: 2_500 });
    },
  },
  {
    ...ONE,
    id: 'rfc4475/3.1.2.19/bigcode-dropped',
    title: 'A response with a status beyond three digits is dropped',
    req: ['TOR-029'],
    level: 'SHOULD',
    run: async (t) => {
      const options = await t.originated('OPTIONS');
      t.respond(options, 200, { startLine: 'SIP/2.0 4294967301 better not break the receiver' });
      await t.expectAgain(options, { withinMs: 2_500 });
    },
  },
];
