// junit.xml: what stands for a failure, what for a skip, and that nothing of the wire breaks the XML.
import { describe, expect, it } from 'vitest';
import { SAMPLE_RESULTS, sampleConformance, sampleResult } from '../../tests/samples/conformance.ts';
import { junitXml } from './junit.ts';

const xml = junitXml(sampleConformance());

function testcase(text: string, id: string): string {
  return new RegExp(`<testcase name="${id}"[^>]*?(?:/>|>.*?</testcase>)`, 's').exec(text)![0];
}

describe('a case', () => {
  it('that failed has requirement, expected, actual and the last messages', () => {
    expect(testcase(xml, 'rfc3261/8.2.2.3/require-unknown-420')).toBe(
      `<testcase name="rfc3261/8.2.2.3/require-unknown-420" classname="rfc3261.8.2.2.3" time="0.012"><failure message="expected 420 to OPTIONS, got SIP/2.0 200 OK" type="MUST fail">
requires: An option tag in Require that is not known is answered 420 with that tag in Unsupported (RFC 3261 section 8.2.2.3, MUST)
expected: 420 to OPTIONS
got:      SIP/2.0 200 OK

--- peer -&gt; server, +0.0 ms
OPTIONS sip:192.0.2.1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bK1;rport
Require: nothing-known
Content-Length: 0

--- server -&gt; peer, +1.7 ms
SIP/2.0 100 Trying
Via: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bK1;rport=4000

--- server -&gt; peer, +4.0 ms
SIP/2.0 200 OK
Via: SIP/2.0/UDP 127.0.0.1:4000;branch=z9hG4bK1;rport=4000
CSeq: 1 OPTIONS
</failure>
</testcase>`,
    );
  });

  it.each([
    ['rfc3261/8.2.1/unknown-method-refused', /^<testcase [^>]*\/>$/],
    ['rfc3261/8.2.2.3/require-known-bug', /<skipped message="known failure: bug 7, mended in 3.2"\/>/],
    ['rfc3261/10.3/contact-kept', /<system-out>non-strict: expected 420 to OPTIONS, got SIP\/2.0 200 OK<\/system-out>/],
    ['rfc3262/3/reliable', /<skipped message="unsupported: the server has no 100rel \(420\)"\/>/],
    ['rfc6665/4.2/notify', /<skipped message="inconclusive: a subscription was not reached"\/>/],
    ['rfc6665/4.2/ours', /<error message="Error: our own at somewhere" type="MUST error">.*note: {5}a note/s],
  ])('%s', (id, shape) => {
    expect(testcase(xml, id)).toMatch(shape);
  });

  it('that is non-strict fails where --strict was given', () => {
    const strict = junitXml(sampleConformance(SAMPLE_RESULTS, { strict: true }));
    expect(testcase(strict, 'rfc3261/10.3/contact-kept')).toMatch(/<failure .* type="SHOULD non-strict">/);
  });
});

it('counts what it shows', () => {
  expect(xml).toMatch(
    /<testsuites name="busyhour conform udp:192.0.2.1:5060" tests="10" failures="2" errors="1" skipped="4" time="0.120">/,
  );
  expect(xml.match(/<testcase /g)).toHaveLength(10);
  expect(xml.match(/<failure /g)).toHaveLength(2);
  expect(xml).toContain('<testsuite name="rfc3261.8.2.2.3" tests="2" failures="1" errors="0" skipped="1"');
  const order = [...xml.matchAll(/<testsuite name="([^"]+)"/g)].map(([, name]) => name);
  expect(order).toEqual(
    ['8.2.1', '8.2.2.3', '9.2', '10.3', '16.6', '17.2.1']
      .map((at) => `rfc3261.${at}`)
      .concat('rfc3262.3', 'rfc6665.4.2'),
  );
});

it('a run that fails although no case did has a failure of its own', () => {
  const reasons = ['k.yaml:3:5: unexpected pass: rfc3261/8.2.1/x is pass'];
  const text = junitXml(sampleConformance([sampleResult('rfc3261/8.2.1/x', 'pass')], { exitCode: 3, reasons }));
  expect(text).toMatch(/<testsuites [^>]* tests="2" failures="1"/);
  expect(testcase(text, 'the run as a whole')).toContain('unexpected pass: rfc3261/8.2.1/x is pass');
  const fine = junitXml(sampleConformance([sampleResult('rfc3261/8.2.1/x', 'pass')]));
  expect(fine).not.toContain('the run as a whole');
});

it('only the last six messages are shown, and that there were more', () => {
  const messages = Array.from(
    { length: 9 },
    (_, i) => ({ atUs: i, direction: 'in', end: 'peer', text: `SIP/2.0 10${i}` }) as const,
  );
  const text = junitXml(sampleConformance([sampleResult('rfc3261/8.2.1/x', 'fail', { messages })]));
  expect(text).toContain('the last 6 of 9 messages:');
  expect([...text.matchAll(/^SIP\/2\.0 (10\d)/gm)].map(([, status]) => status)).toEqual([
    '103',
    '104',
    '105',
    '106',
    '107',
    '108',
  ]);
});

it('has no character that XML forbids', () => {
  const evil = 'a\0b\x1b[31m\ud800c]]>d\ufffe\x85<&>"\x7f';
  const one = sampleResult('rfc3261/8.2.1/x', 'fail', { actual: evil, title: evil, notes: [evil] });
  const text = junitXml(sampleConformance([one], { reasons: [evil] }));
  expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f\ufffe]|\p{Surrogate}/u);
  expect(text).toContain('ab[31mc]]&gt;d\x85&lt;&amp;&gt;&quot;');
});
