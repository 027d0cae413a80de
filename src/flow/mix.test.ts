// Mix files: the order of their flows, and every fault with its place and mend. Sends nothing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { findFlow, findMix } from './find.ts';
import { loadMix, type Mix } from './mix.ts';
import { smoothOrder } from './mix-order.ts';
import { formatProblem } from './problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'mix-'));
afterAll(() => rmSync(folder, { recursive: true }));

const find = (name: string) => findFlow(name);

function mixOf(text: string): Mix {
  const loaded = loadMix(text, 'm.yaml', find);
  if ('problems' in loaded) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded.mix;
}

function problemsOf(text: string): string[] {
  const loaded = loadMix(text, 'm.yaml', find);
  return ('problems' in loaded ? loaded.problems : loaded.warnings).map(formatProblem);
}

describe('the order of the flows', () => {
  it('spreads each flow evenly', () => {
    expect([...smoothOrder([5, 1, 1])]).toEqual([0, 0, 1, 0, 2, 0, 0]);
    expect([...smoothOrder([2, 2])]).toEqual([0, 1]);
  });

  it('has each flow as often as its weight, and never far from its share in any run of calls', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const order = smoothOrder(weights);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        weights.forEach((weight, flow) => {
          expect(order.filter((f) => f === flow).length / order.length).toBeCloseTo(weight / total, 12);
          let seen = 0;
          order.forEach((f, k) => {
            if (f === flow) seen++;
            expect(Math.abs(seen - ((k + 1) * weight) / total)).toBeLessThan(weights.length);
          });
        });
      }),
    );
  });
});

describe('a mix', () => {
  it('takes weights, names, holds and registration', () => {
    const mix = mixOf(
      [
        'mix: office',
        'title: A morning',
        'flows:',
        '  - { flow: basic, weight: 6 }',
        '  - { flow: basic, name: long, weight: 2, hold: 3m }',
        '  - { flow: options }',
        'register: { expires: 600s, refresh: 240s, rate: 50, ramp: 2s, unregister: false }',
      ].join('\n'),
    );
    expect(mix.flows.map(({ name, holdUs, share }) => [name, holdUs, share])).toEqual([
      ['basic', null, 6 / 9],
      ['long', 180e6, 2 / 9],
      ['options', null, 1 / 9],
    ]);
    expect(mix.order).toHaveLength(9);
    expect(mix).toMatchObject({ name: 'office', title: 'A morning' });
    expect(mix.register).toEqual({
      expiresS: 600,
      refreshShare: 0.95,
      refreshUs: 240e6,
      rateCps: 50,
      rampUs: 2e6,
      unregister: false,
    });
  });

  it('takes shares of the calls', () => {
    const mix = mixOf('mix: m\nflows:\n  - { flow: basic, share: 87.5% }\n  - { flow: options, share: 12.5% }\n');
    expect([...mix.order]).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
    expect(mix.register).toBeNull();
  });

  it('sees a path from where the mix is', () => {
    const sub = join(folder, 'sub');
    mkdirSync(sub);
    writeFileSync(join(sub, 'own.yaml'), 'flow: own\ntitle: Mine\nladder:\n  - caller: OPTIONS\n  - callee: 200\n');
    writeFileSync(join(sub, 'mix.yaml'), 'mix: m\nflows:\n  - flow: ./own.yaml\n  - flow: basic\n');
    const found = findMix(join(sub, 'mix.yaml'));
    expect(found).toMatchObject({ mix: { flows: [{ name: 'own' }, { name: 'basic' }] } });
  });

  it('is told from a flow', () => {
    const file = join(folder, 'one.yaml');
    writeFileSync(file, 'mix: m\nflows:\n  - flow: basic\n');
    expect(findMix('basic')).toBeNull();
    expect(findMix(join(folder, 'none.yaml'))).toBeNull();
    const asFlow = findFlow(file);
    expect('problems' in asFlow && formatProblem(asFlow.problems[0]!)).toMatch(/holds a mix, not one flow; mend: load/);
  });
});

describe('a fault in a mix', () => {
  const head = 'mix: m\nflows:\n';
  it.each([
    ['flows: [{ flow: basic }]\n', 'm.yaml:1:1: mix is missing; mend: write for example mix: office-hours'],
    ['mix: m\n', 'm.yaml:1:1: flows is missing; mend: write lines such as - { flow: basic, weight: 7 } under flows:'],
    [`${head}  - basic\n`, 'm.yaml:3:5: a flow of a mix is a map; mend: write - { flow: basic, weight: 7 }'],
    [`${head}  - { flow: basic, wieght: 2 }\n`, 'm.yaml:3:20: unknown key wieght; mend: write weight'],
    [
      `${head}  - { flow: basic, weight: 0 }\n`,
      'm.yaml:3:28: weight is a whole number from 1 to 10000; mend: write for example weight: 7',
    ],
    [`${head}  - { flow: bsic }\n`, /^m\.yaml:3:13: no flow is called bsic; mend: write basic/],
    [
      `${head}  - { flow: basic, weight: 1, share: 10% }\n`,
      'm.yaml:3:38: weight and share exclude each other; mend: keep one',
    ],
    [
      `${head}  - { flow: basic, share: 50% }\n  - { flow: options }\n`,
      'm.yaml:4:13: other flows of this mix have a share; mend: give it a share too',
    ],
    [
      `${head}  - { flow: basic, share: 50% }\n  - { flow: options, share: 49% }\n`,
      'm.yaml:2:1: the shares are 99% together, not 100%; mend: make them 100%, or write weights',
    ],
    [
      `${head}  - { flow: basic, weight: 9999 }\n  - { flow: options, weight: 2 }\n`,
      'm.yaml:2:1: the weights are finer than 1 call in 10000; mend: round them',
    ],
    [
      `${head}  - { flow: basic }\n  - { flow: basic }\n`,
      'm.yaml:4:5: basic stands here twice; mend: give one of them a name of its own: name: …',
    ],
    [
      `${head}  - { flow: basic }\nregister: { expires: 90 }\n`,
      'm.yaml:4:22: expires is a duration; mend: write for example expires: 300s',
    ],
    [
      `${head}  - { flow: basic }\nregister: { refresh: 99% }\n`,
      'm.yaml:4:22: a refresh comes after 1% to 95% of the granted time; mend: write 80%',
    ],
    [`${head}  - { flow: basic }\nregister: yes please\n`, /^m\.yaml:4:11: register takes expires, refresh/],
  ])('is told at its place: %j', (text, wanted) => {
    const [first] = problemsOf(text);
    if (typeof wanted === 'string') expect(first).toBe(wanted);
    else expect(first).toMatch(wanted);
  });

  it('in a flow it names is told of that file', () => {
    const own = join(folder, 'bad.yaml');
    writeFileSync(own, 'flow: bad\ntitle: Bad\nladder:\n  - caller: INVTE\n');
    const [first] = problemsOf(`mix: m\nflows:\n  - flow: ${own}\n`);
    expect(first).toMatch(/bad\.yaml:4:13: unknown method INVTE; mend: write INVITE$/);
  });
});
