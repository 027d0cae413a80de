// A made-up conformance run for tests and for looking at the report: every verdict, several sections, messages. Deterministic.
import type { Logged } from '../../src/conformance/ground.ts';
import { countsOf, type Result } from '../../src/conformance/result.ts';
import type { Verdict } from '../../src/conformance/verdict.ts';
import { conformanceSummary } from '../../src/controller/conformance-summary.ts';
import type { Summary } from '../../src/metrics/summary.ts';

export function sampleResult(id: string, verdict: Verdict, rest: Partial<Result> = {}): Result {
  const [rfc, section] = id.split('/') as [string, string];
  return {
    id,
    title: 'An option tag in Require that is not known is answered 420 with that tag in Unsupported',
    req: ['UAS-006'],
    rfc: Number(rfc.slice(3)),
    section,
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    verdict,
    expected: '',
    actual: '',
    health: 'alive',
    elapsedMs: 12,
    attempts: [],
    notes: [],
    rules: [],
    known: '',
    messages: [],
    ...rest,
  };
}

export const SAMPLE_MESSAGES: readonly Logged[] = [
  {
    atUs: 1_000_000,
    direction: 'out',
    end: 'peer',
    text: 'OPTIONS sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bK1;rport\r\nRequire: nothing-known\r\nContent-Length: 0\r\n\r\n',
  },
  {
    atUs: 1_001_700,
    direction: 'in',
    end: 'peer',
    text: 'SIP/2.0 100 Trying\r\nVia: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bK1;rport=4000\r\n\r\n',
  },
  {
    atUs: 1_004_000,
    direction: 'in',
    end: 'peer',
    text: 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bK1;rport=4000\r\nCSeq: 1 OPTIONS\r\n\r\n',
  },
  { atUs: 1_005_000, direction: 'note', end: 'peer', text: 'teardown' },
];

const FAILED = {
  expected: '420 to OPTIONS',
  actual: 'SIP/2.0 200 OK',
  messages: SAMPLE_MESSAGES,
  rules: ['to-tag-missing'],
} satisfies Partial<Result>;

export const SAMPLE_RESULTS: readonly Result[] = [
  sampleResult('rfc3261/8.2.2.3/require-unknown-420', 'fail', FAILED),
  sampleResult('rfc3261/8.2.1/unknown-method-refused', 'pass'),
  sampleResult('rfc3261/8.2.2.3/require-known-bug', 'fail', { ...FAILED, known: 'bug 7, mended in 3.2' }),
  sampleResult('rfc3261/10.3/contact-kept', 'non-strict', { level: 'SHOULD', ...FAILED, role: 'registrar' }),
  sampleResult('rfc3261/17.2.1/invite-retransmission', 'fail', { ...FAILED, attempts: ['fail', 'fail', 'fail'] }),
  sampleResult('rfc3261/9.2/cancel-unmatched', 'info', { level: 'MAY', actual: '481', messages: SAMPLE_MESSAGES }),
  sampleResult('rfc3262/3/reliable', 'unsupported', { actual: 'the server has no 100rel (420)' }),
  sampleResult('rfc3261/16.6/via-added', 'skip', { actual: 'the profile has no role proxy', role: 'proxy' }),
  sampleResult('rfc6665/4.2/notify', 'inconclusive', {
    actual: 'a subscription was not reached',
    health: 'slow',
    messages: SAMPLE_MESSAGES,
  }),
  sampleResult('rfc6665/4.2/ours', 'error', { actual: 'Error: our own\n    at somewhere', notes: ['a note'] }),
];

/** A summary of these results. @param rest fields in the place of the usual ones */
export function sampleConformance(
  results: readonly Result[] = SAMPLE_RESULTS,
  rest: Partial<Summary> & { readonly strict?: boolean } = {},
): Summary {
  const { strict = false, ...over } = rest;
  const failed = results.filter((one) => one.verdict === 'fail' && one.known === '').length;
  const summary = conformanceSummary({
    version: '0.1.0',
    target: 'udp:192.0.2.1:5060',
    startedAt: '2026-11-25T12:00:00.123Z',
    elapsedS: 3.4,
    verdict: failed > 0 ? 'fail' : 'pass',
    reasons: failed > 0 ? [`${failed} case(s) failed`] : [],
    exitCode: failed > 0 ? 3 : 0,
    conformance: { ...countsOf(results), strict, server: 'A PBX', results },
    rules: { messagesChecked: 40, violations: [] },
    messages: { sent: { OPTIONS: 20 }, received: { 200: 20 } },
  });
  return { ...summary, ...over };
}
