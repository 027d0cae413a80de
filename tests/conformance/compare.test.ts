// `busyhour compare` as its user runs it, on folders of made-up runs. No traffic.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/metrics/summary.ts';
import { writeConformance, writeRun } from '../../src/report/write.ts';
import { busyhour } from '../peers/busyhour.ts';
import { tempDir } from '../peers/temp-dir.ts';
import { SAMPLE_RESULTS, sampleConformance } from '../samples/conformance.ts';
import { sampleRun } from '../samples/run.ts';

const dir = tempDir();
const folder = (name: string) => join(dir, name);
const clean: Summary = { ...sampleRun('clean', 20, 100), verdict: 'pass', reasons: [] };
const slow: Summary = {
  ...clean,
  latencyUs: { ...clean.latencyUs, srd: { ...clean.latencyUs.srd!, p99: clean.latencyUs.srd!.p99 * 1.5 } },
};

beforeAll(async () => {
  await writeRun(folder('monday'), clean);
  await writeRun(folder('friday'), slow);
  await writeConformance(folder('pbx'), sampleConformance());
  await writeConformance(folder('other'), sampleConformance(SAMPLE_RESULTS.slice(1)));
});

describe('load runs', () => {
  it('a bound that is crossed: exit 99, and it is named', async () => {
    const runs = ['compare', folder('monday'), folder('friday')];
    const { code, stderr, stdout, out } = await busyhour([...runs, '--fail-on', 'srd.p99 > +10%', '--json']);
    expect(code, stderr).toBe(99);
    expect(stderr).toMatch(/✕ crossed {2}srd\.p99 > \+10%/);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'fail', exitCode: 99, changes: [{ crossed: true }] });
    expect(existsSync(join(out, 'report.html'))).toBe(true);
    expect(existsSync(join(out, 'comparison.json'))).toBe(true);
  });

  it('a bound that is kept, and none at all: exit 0', async () => {
    expect((await busyhour(['compare', folder('monday'), folder('friday'), '--fail-on', 'srd.p99 > +60%'])).code).toBe(
      0,
    );
    expect((await busyhour(['compare', folder('monday'), join(folder('friday'), 'summary.json')])).code).toBe(0);
  });
});

it('conformance runs are told apart by name', async () => {
  const { code, stderr } = await busyhour(['compare', folder('pbx'), folder('other')]);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/A {2}A PBX \(pbx\) {2}udp:192\.0\.2\.1:5060 {2}fail/);
  expect(stderr).toMatch(/note A PBX \(other\) was not asked 1 of the 10 cases/);
  expect(stderr).toMatch(/^compared: no bound is set/m);
  expect(stderr).toMatch(/fail {9}not run {6}rfc3261\/8\.2\.2\.3\/require-unknown-420/);
});

it('a run twice is compared, and it is said', async () => {
  const { code, stderr } = await busyhour(['compare', folder('pbx'), folder('pbx')]);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/note A PBX \(pbx\) 1 and A PBX \(pbx\) 2 are one and the same run: /);
});

it.each([
  [['monday'], [], /compare needs two runs or more/],
  [['monday', 'pbx'], [], /nothing in common to compare: monday is a load run, A PBX is a conformance run/],
  [['monday', 'sunday'], [], /cannot read .*sunday\/summary\.json: there is no such file or folder/],
  [['monday', 'friday'], ['--fail-on', 'srd.p99 > 10%'], /--fail-on "srd\.p99 > 10%", column 11: a change has a sign/],
] as const)('%j %j is refused', async (names, flags, told) => {
  const { code, stderr } = await busyhour(['compare', ...names.map(folder), ...flags]);
  expect(stderr).toMatch(told);
  expect(code).toBe(2);
});
