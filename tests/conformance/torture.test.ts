// RFC 4475 and 5118 as archived, fired at the reference server verbatim and re-homed: none kills it, none gets what it must not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/conformance/result.ts';
import { type Answerer, busyhour, startAnswerer } from '../peers/busyhour.ts';

const folder = join(process.env.BUSYHOUR_SHARED ?? join(import.meta.dirname, '../../../shared'), 'torture');
const have = existsSync(join(folder, 'manifest.json'));
if (!have && process.env.REQUIRE_SHARED === '1') throw new Error(`${folder} is absent`);

/** Where the reference server does what is tolerated rather than what is expected. */
const NON_STRICT: Readonly<Record<string, string>> = {
  badaspec: 'white space between brackets and address is passed over: who answers OPTIONS needs no To',
  escruri: 'headers in the Request-URI are left out',
  insuf: 'what lacks a field that an answer is made of gets none',
  inv2543: 'RFC 2543 is refused with 400',
  mismatch02: 'a CSeq of another method is 400 before the method is looked at',
};

describe.skipIf(!have)('the torture messages', () => {
  let server: Answerer;
  let results: readonly Result[] = [];
  let code: number | null = null;
  let stderr = '';

  beforeAll(async () => {
    server = await startAnswerer([], { lifetimeMs: 90_000 });
    const run = await busyhour(['conform', `udp:127.0.0.1:${server.port}`, '--torture', folder]);
    ({ code, stderr } = run);
    results = run.summary!.conformance.results as readonly Result[];
  }, 60_000);
  afterAll(async () => {
    await server.stop();
  });

  it('are all there, in both forms', () => {
    expect(results).toHaveLength(2 * (49 + 12));
    expect(code, stderr).toBe(0);
  });

  it('none makes the server die, and none is answered as it must not be', () => {
    expect(results.filter(({ health }) => health === 'dead').map(({ id }) => id)).toEqual([]);
    const bad = results.filter(({ verdict }) => ['fail', 'error', 'inconclusive', 'info'].includes(verdict));
    expect(bad.map(({ id, verdict, actual }) => `${id} ${verdict}: ${actual}`)).toEqual([]);
  });

  it('each re-homed one is judged, and each verbatim one but those that cannot be', () => {
    const skipped = results.filter(({ verdict }) => verdict === 'skip');
    expect(skipped.every(({ id }) => id.endsWith('-verbatim'))).toBe(true);
    const reasons = skipped.filter(({ actual }) => !/^the profile has no TCP$|it is a retransmission/.test(actual));
    expect(reasons.map(({ id, actual }) => `${id}: ${actual}`)).toEqual([]);
    expect(skipped.length).toBeLessThan(20);
  });

  it('what is merely tolerated is known, with its reason', () => {
    const tolerated = results.filter(({ verdict }) => verdict === 'non-strict');
    const names = new Set(tolerated.map(({ id }) => id.split('/')[2]!.replace(/-(verbatim|re-homed)$/, '')));
    expect([...names].sort()).toEqual(Object.keys(NON_STRICT).sort());
  });
});

describe('a folder that is none', () => {
  it.each([['/nowhere', /--torture .*manifest\.json cannot be read \(ENOENT\)/]])('%s', async (dir, told) => {
    const { code, stderr } = await busyhour(['conform', 'udp:127.0.0.1:5999', '--torture', dir]);
    expect(stderr).toMatch(told);
    expect(code).toBe(2);
  });
});
