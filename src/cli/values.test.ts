// Durations, profiles, thresholds and folders from the command line: what they become, and the one line a bad one gets.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { complaint } from '../../tests/complaint.ts';
import { chooseChallenge } from '../sip/digest.ts';
import { algorithmsOf, durationOf, outFolder, profileOf, thresholdsOf } from './values.ts';

const folder = mkdtempSync(join(tmpdir(), 'busyhour-values-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('durationOf', () => {
  it.each([
    ['0s', 0],
    ['250us', 250],
    ['250µs', 250],
    ['500ms', 500_000],
    ['30s', 30e6],
    ['1.5m', 90e6],
    ['2h', 7_200e6],
    [' 5s ', 5e6],
    ['0.0000004s', 0],
  ])('%j is %d µs', (text, us) => {
    expect(durationOf(text, '--hold')).toBe(us);
  });

  it.each([
    ['', /^--hold "": duration missing; write a number and a unit/],
    ['5', /^--hold "5": .*no unit; write 5s or 5ms/],
    ['-5s', /^--hold "-5s": .*negative/],
    ['5 sec', /^--hold "5 sec": .*write 5s$/],
    ['3 parsecs', /^--hold "3 parsecs": .*not understood/],
    ['1e3s', /not understood/],
    ['99999999999h', /too long/],
  ])('%j gets a line that names the flag', (text, said) => {
    expect(complaint(() => durationOf(text, '--hold'))).toMatch(said);
  });
});

describe('algorithmsOf', () => {
  it.each([
    ['MD5', ['MD5']],
    ['sha-256 , md5-SESS', ['SHA-256', 'MD5-sess']],
    ['SHA-512-256,SHA-512-256-sess,SHA-256-sess', ['SHA-512-256', 'SHA-512-256-sess', 'SHA-256-sess']],
  ])('%j is %j, which we can answer ourselves', (text, names) => {
    expect(algorithmsOf(text, '--auth-algorithms')).toEqual(names);
    for (const name of names)
      expect(chooseChallenge([`Digest realm="r", nonce="n", qop="auth", algorithm=${name}`])?.algorithm).toBe(name);
  });

  it.each([
    ['', /^--auth-algorithms "": "" is none of SHA-512-256, .*MD5-sess$/],
    ['MD5,', /"" is none of/],
    ['SHA-1', /"SHA-1" is none of/],
    ['MD5,SHA-256,md5', /MD5 stands twice; RFC 8760 §2.1/],
  ])('%j is refused', (text, said) => {
    expect(complaint(() => algorithmsOf(text, '--auth-algorithms'))).toMatch(said);
  });
});

describe('profileOf', () => {
  it('reads phases', () => {
    expect(profileOf('ramp 0..500 10s, hold 500 1m')).toEqual([
      { fromCps: 0, toCps: 500, durationUs: 10e6 },
      { fromCps: 500, toCps: 500, durationUs: 60e6 },
    ]);
    expect(profileOf('step 1..3 by 1 every 1s').map((p) => p.fromCps)).toEqual([1, 2, 3]);
  });

  it.each([
    ['hold 5 10s, rump 1..2 3s', /column 13\b.*"rump 1\.\.2 3s" is no phase/],
    ['hold 5', /column 7\b.*hold without a duration/],
    ['hold 0 5s', /no call would be made/],
    ['', /empty/],
  ])('%j names the column', (text, said) => {
    expect(complaint(() => profileOf(text))).toMatch(said);
  });
});

describe('thresholdsOf', () => {
  it('reads latencies, shares and counts', () => {
    const texts = ['srd.p99<200ms', 'failed.rate<=1%', 'failed.rate<0.5', 'calls.failed<1', 'rtt.OPTIONS.p50<1s'];
    expect(thresholdsOf(texts).map((t) => [t.metric, t.comparison, t.limit, t.unit])).toEqual([
      ['srd.p99', '<', 200_000, 'us'],
      ['failed.rate', '<=', 1, 'percent'],
      ['failed.rate', '<', 50, 'percent'],
      ['calls.failed', '<', 1, 'count'],
      ['rtt.OPTIONS.p50', '<', 1_000_000, 'us'],
    ]);
    expect(thresholdsOf([])).toEqual([]);
  });

  it.each([
    ['srd.p99<<3', 8],
    ['srd.p99<200', 12],
    ['failed.rate<5', 13],
    ['failed.rate<5ms', 14],
    ['calls.failed<1%', 15],
    ['sdr.p99<3ms', 1],
    ['srd.p98<3ms', 5],
    ['srd.p99', 8],
    ['srd.p99<', 9],
    ['', 1],
  ])('%j names itself and column %d', (text, column) => {
    const said = complaint(() => thresholdsOf(['calls.failed<1', text]));
    expect(said.startsWith(`--threshold "${text}", column ${column}: `), said).toBe(true);
  });
});

describe('outFolder', () => {
  it('makes the folder and leaves nothing in it', () => {
    const dir = join(folder, 'deep', 'er');
    expect(outFolder(dir, 'load')).toBe(dir);
    expect(readdirSync(dir)).toEqual([]);
    writeFileSync(join(dir, 'kept'), '');
    expect(outFolder(dir, 'load')).toBe(dir);
    expect(readdirSync(dir)).toEqual(['kept']);
  });

  it('names it by time and command where none is given', () => {
    const before = process.cwd();
    const there = mkdtempSync(join(folder, 'cwd-'));
    try {
      process.chdir(there);
      expect(existsSync(outFolder(undefined, 'answer'))).toBe(true);
      expect(readdirSync(join(there, 'reports'))).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z-answer$/)]);
    } finally {
      process.chdir(before);
    }
  });

  it('says why it cannot be made, and the mend', () => {
    writeFileSync(join(folder, 'taken'), '');
    const dir = join(folder, 'taken', 'deeper');
    expect(complaint(() => outFolder(dir, 'load'))).toBe(
      `the results cannot be written to ${dir} (ENOTDIR); give a writable folder with --out`,
    );
  });

  it.skipIf(process.platform !== 'linux')('says so too where the kernel knows no new folders', () => {
    expect(complaint(() => outFolder('/proc/none/deeper', 'load'))).toBe(
      'the results cannot be written to /proc/none/deeper (ENOENT); give a writable folder with --out',
    );
  });
});
