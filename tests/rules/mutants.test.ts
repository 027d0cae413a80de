// Every passive rule is able to speak: an engine names it when an end breaks it, names no other, and names none where nobody breaks any. A rule without a mutant fails here.
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/rules/rules.ts';
import { Passage } from '../conformance/passage.ts';
import { CALLEE_PORT, CALLER_PORT, Pair } from '../virtual/pair.ts';
import { RULE_MUTANTS, type RuleMutant } from './mutants.ts';

const ROWS = Object.entries(RULE_MUTANTS).map(([id, row]) => ({ id, ...row, name: row.mutant.name }));

function open({ flow, stream = false }: Pick<RuleMutant, 'flow' | 'stream'>): Pair {
  const small = { memoryBytes: 4 * 1024 * 1024, transactions: 64, maxCalls: 4 };
  return new Pair({ flow: { caller: flow, callee: 'reference' }, stream, holdUs: 1_000_000, ...small });
}

/** Plays the flow with what the mutant makes of it; the texts that left otherwise than they were written. */
function playMutant(row: RuleMutant): { pair: Pair; changed: string[] } {
  const pair = open(row);
  const changed: string[] = [];
  const passage = new Passage(row.mutant.start());
  pair.link.tampering = (text, fromPort, onward) => {
    const up = fromPort === CALLER_PORT;
    const stray = () => {
      throw new Error('a mutant of a rule speaks from the ports of the ends');
    };
    const reply = (answer: string) => {
      changed.push(answer);
      pair.link.text(answer, up ? CALLEE_PORT : CALLER_PORT, fromPort);
    };
    const pass = (later: string) => {
      if (later !== text) changed.push(later);
      onward(later);
    };
    passage.pass(text, up ? 'up' : 'down', { onward: pass, reply, stray });
  };
  pair.run();
  return { pair, changed };
}

function brokenAt(pair: Pair, end: 'caller' | 'callee') {
  return pair[end]!.e.rules!.violations();
}

it('each rule has a mutant, and each mutant a rule', () => {
  expect(Object.keys(RULE_MUTANTS).sort()).toEqual(RULES.map(({ id }) => id).sort());
});

it('each mutant has a name of its own', () => {
  expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
});

describe('nobody breaks a rule', () => {
  const flows = new Map(ROWS.map((row) => [`${row.flow} ${row.stream === true}`, row]));
  it.each([...flows.values()])('in $flow', (row) => {
    const pair = open(row).run();
    for (const end of ['caller', 'callee'] as const) expect(brokenAt(pair, end)).toEqual([]);
    expect(pair.link.log.length).toBeGreaterThan(1);
  });
});

it.each(ROWS)('$id is broken by an end that $name', (row) => {
  const { pair, changed } = playMutant(row);
  const found = brokenAt(pair, row.judge);
  expect(found.map(({ id }) => id)).toEqual([row.id]);
  expect(found[0]!.count).toBeGreaterThanOrEqual(1);
  expect(found[0]!.applied).toBeGreaterThanOrEqual(found[0]!.count);
  expect(changed).toContain(found[0]!.example);
  const other = brokenAt(pair, row.judge === 'caller' ? 'callee' : 'caller');
  expect(other.map(({ id }) => id)).toEqual(row.repeated === undefined ? [] : [row.repeated]);
});
