// What a baseline and a list of required ids make of results.
import { describe, expect, it } from 'vitest';
import { type GateFiles, gate, type Known, nextBaseline } from './baseline.ts';
import type { Case } from './case.ts';
import { type Result, resultOf } from './result.ts';
import type { Verdict } from './verdict.ts';

const A = 'rfc3261/8.2/a';
const B = 'rfc3261/8.2/b';
const ids = new Set([A, B]);

function result(id: string, verdict: Verdict): Result {
  const one: Case = { id, title: '', req: [], level: 'MUST', role: 'uas', methods: ['OPTIONS'], run: async () => {} };
  return resultOf(one, { verdict, actual: 'nothing within 200 ms', expected: '200 to OPTIONS' });
}

function files(known: readonly Known[], required: readonly string[] = []): GateFiles {
  return {
    known: known.map((entry, i) => ({ entry, place: `known.yaml:${i + 1}:3` })),
    required: required.map((entry, i) => ({ entry, place: `must.yaml:${i + 1}:3` })),
  };
}

function gated(results: readonly Result[], of: GateFiles, strict = false) {
  const { results: after, faults } = gate(results, of, { strict, ids, today: '2026-11-25' });
  return { known: after.map(({ known }) => known), faults };
}

describe('a known failure', () => {
  it('is borne, with its reason', () => {
    expect(gated([result(A, 'fail'), result(B, 'fail')], files([{ id: A, reason: 'bug 7' }]))).toEqual({
      known: ['bug 7', ''],
      faults: [],
    });
  });

  it.each(['pass', 'non-strict', 'info'] as const)('that is %s now is an unexpected pass', (verdict) => {
    const { faults } = gated([result(A, verdict)], files([{ id: A, reason: 'bug 7' }]));
    expect(faults).toEqual([`known.yaml:1:3: unexpected pass: ${A} is ${verdict}; take the entry out`]);
  });

  it('of a SHOULD is borne where --strict makes it a failure', () => {
    expect(gated([result(A, 'non-strict')], files([{ id: A, reason: 'bug 7' }]), true)).toEqual({
      known: ['bug 7'],
      faults: [],
    });
  });

  it.each(['skip', 'unsupported', 'inconclusive', 'error'] as const)('that is %s says nothing', (verdict) => {
    expect(gated([result(A, verdict)], files([{ id: A, reason: 'bug 7' }]))).toEqual({ known: [''], faults: [] });
  });

  it('that was not selected says nothing; one that does not exist does', () => {
    const known = [
      { id: B, reason: 'bug 8' },
      { id: 'rfc3261/8.2/c', reason: 'bug 9' },
    ];
    expect(gated([result(A, 'pass')], files(known)).faults).toEqual([
      'known.yaml:2:3: unknown id rfc3261/8.2/c; busyhour conform --list has the ids',
    ]);
  });

  it('is borne on its last day, and not the day after', () => {
    const until = (expires: string) => gated([result(A, 'fail')], files([{ id: A, reason: 'bug 7', expires }]));
    expect(until('2026-11-25')).toEqual({ known: ['bug 7'], faults: [] });
    expect(until('2026-11-24')).toEqual({
      known: [''],
      faults: [`known.yaml:1:3: the entry for ${A} expired on 2026-11-24; mend the server or renew it`],
    });
  });
});

describe('a required id', () => {
  it('must be pass, whatever the baseline says', () => {
    const of = files([{ id: A, reason: 'bug 7' }], [A, B]);
    expect(gated([result(A, 'fail'), result(B, 'pass')], of)).toEqual({
      known: ['', ''],
      faults: [`must.yaml:1:3: ${A} must pass and is fail`],
    });
  });

  it('must be run, and exist', () => {
    expect(gated([result(A, 'skip')], files([], [A, B, 'rfc1/1/x'])).faults).toEqual([
      `must.yaml:1:3: ${A} must pass and is skip`,
      `must.yaml:2:3: ${B} must pass and is not selected`,
      'must.yaml:3:3: unknown id rfc1/1/x; busyhour conform --list has the ids',
    ]);
  });
});

it('the next baseline keeps words, drops what passes, adds what fails', () => {
  const before: Known[] = [
    { id: 'rfc3261/9/not-run', reason: 'bug 1' },
    { id: 'rfc3261/8.2/dead', reason: 'bug 2' },
    { id: A, reason: 'bug 7', link: 'https://example.com/7' },
    { id: B, reason: 'bug 8' },
  ];
  const results = [result(A, 'fail'), result(B, 'pass'), result('rfc3261/8.2/dead', 'inconclusive')];
  const fresh = result('rfc3261/8.2/new', 'fail');
  expect(nextBaseline([...results, fresh], before, false)).toEqual([
    { id: A, reason: 'bug 7', link: 'https://example.com/7' },
    { id: 'rfc3261/8.2/dead', reason: 'bug 2' },
    { id: 'rfc3261/8.2/new', reason: 'not looked into: expected 200 to OPTIONS, got nothing within 200 ms' },
    { id: 'rfc3261/9/not-run', reason: 'bug 1' },
  ]);
});
