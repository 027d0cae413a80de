// Every case is able to fail: it passes on a server that is right, and does not on its mutant. A case without a mutant fails here.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/conformance/result.ts';
import { ARENAS, type Arena, arenaOf, play } from './arena.ts';
import { loadMutants, readyCases } from './map.ts';

const cases = await readyCases();
const mutants = await loadMutants();

/** A line of what happened, for the one who has to mend the case or the mutant. */
function told({ verdict, expected, actual, messages, notes }: Result): string {
  const wire = messages.map(({ direction, end, text }) => `--- ${direction} ${end}\n${text}`).join('\n');
  return `${verdict}: expected ${expected || '-'}, got ${actual || '-'} ${notes.join('; ')}\n${wire}`;
}

it('the map speaks only of cases there are', () => {
  const ids = new Set(cases.map(({ id }) => id));
  expect([...mutants.keys()].filter((id) => !ids.has(id))).toEqual([]);
});

it('no two cases of different requirements share a mutant by accident of its name', () => {
  const names = [...mutants.values()].map(({ name }) => name);
  expect(names.filter((name) => name.trim().length < 10)).toEqual([]);
});

// A case needs a server that has what it needs; those nobody here serves yet are named.
for (const { id } of cases.filter((one) => arenaOf(one) === null)) it.skip(`${id}: no server here has what it needs`);

function prove(arena: Arena): void {
  const mine = cases.filter((one) => arenaOf(one) === arena);
  const skip = arena.start === null || mine.length === 0;
  describe(arena.name, { sequential: true, skip }, () => {
    let right = new Map<string, Result>();
    let wrong = new Map<string, Result>();
    beforeAll(async () => {
      ({ right, wrong } = await play(arena, mine, mutants));
    }, 300_000);

    it.each(mine.map((one) => ({ one, id: one.id })))('$id', ({ one, id }) => {
      const mutant = mutants.get(id);
      const [kept, broken] = mutant?.mends === true ? [wrong, right] : [right, wrong];
      const observes = one.level === 'MAY' || one.level === 'INFO';
      const passed = kept.get(id)!;
      const good = mutant?.skippedOnRight ? ['skip'] : observes ? ['pass', 'info'] : ['pass'];
      expect(good, told(passed)).toContain(passed.verdict);
      expect(
        passed.notes.filter((note) => note.startsWith('could not be ended')),
        'it leaves something behind',
      ).toEqual([]);
      expect(mutant, 'it has no mutant').toBeDefined();
      const caught = broken.get(id)!;
      const weight = one.level.startsWith('SHOULD') ? ['non-strict'] : observes ? ['info', 'pass'] : ['fail'];
      expect(weight, `mutant "${mutant!.name}": ${told(caught)}`).toContain(caught.verdict);
      expect(`${caught.verdict} ${caught.actual}`, 'the mutant looks like the right server').not.toBe(
        `${passed.verdict} ${passed.actual}`,
      );
    });
  });
}

// Rows at the same time: one for each server that mostly waits, and one of those that are busy when played, one after the other.
for (const arena of ARENAS.filter(({ beside }) => beside))
  describe('beside the others', { concurrent: true }, () => prove(arena));
describe('one after the other', { concurrent: true }, () => {
  for (const arena of ARENAS) if (arena.beside !== true) prove(arena);
});
