// junit.xml against the XML Schema of its readers, by xmllint. Never trusts our own idea of what is well-formed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { junitXml } from '../../src/report/junit.ts';
import { have, need } from '../peers/have.ts';
import { run } from '../peers/process.ts';
import { tempDir } from '../peers/temp-dir.ts';
import { SAMPLE_RESULTS, sampleConformance, sampleResult } from '../samples/conformance.ts';

async function xmllint(xml: string) {
  const file = join(tempDir(), 'junit.xml');
  writeFileSync(file, xml);
  const schema = join(import.meta.dirname, 'junit.xsd');
  return run(need('xmllint'), ['--noout', '--nonet', '--schema', schema, file], { lifetimeMs: 10_000 });
}

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('latin1');
const evil = `${EVERY_BYTE}\ud800 ]]> \ufffe \u{1f600}`;

describe.skipIf(!have('xmllint'))('junit.xml is valid', () => {
  it.each([
    ['with every verdict', sampleConformance()],
    ['with --strict', sampleConformance(SAMPLE_RESULTS, { strict: true })],
    ['of a run that fails as a whole', sampleConformance([], { exitCode: 5, reasons: ['no claim'] })],
    [
      'with every byte of the wire',
      sampleConformance(
        [
          sampleResult('rfc3261/8.2/x', 'fail', {
            title: evil,
            actual: evil,
            expected: evil,
            notes: [evil],
            messages: [{ atUs: 0, direction: 'in', end: 'peer', text: evil }],
          }),
          sampleResult('rfc3261/8.2/y', 'skip', { actual: evil }),
        ],
        { target: evil },
      ),
    ],
  ])('%s', async (_, summary) => {
    const { code, stderr } = await xmllint(junitXml(summary));
    expect(stderr).toMatch(/junit\.xml validates/);
    expect(code).toBe(0);
  });

  it('and the schema would notice what is not', async () => {
    const xml = junitXml(sampleConformance());
    expect((await xmllint(xml.replace('<failure ', '<broken '))).code).not.toBe(0);
    expect((await xmllint(xml.replace(/ tests="2"/, ' tests="two"'))).code).not.toBe(0);
    expect((await xmllint(xml.replace('8.2.1/unknown-method-refused', 'x\0'))).code).not.toBe(0);
  });
});
