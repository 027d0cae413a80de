// Further dialogs of a call, conditions on what is received, and requests that come before their turn: what loads, what does not, and what the stepper makes of it.
import { describe, expect, it } from 'vitest';
import { METHOD } from '../sip/names.ts';
import { compile } from './compile.ts';
import { type Flow, needsStore } from './flow.ts';
import { loadFlow } from './load.ts';
import { OP, ROW, ROW_SIZE } from './program.ts';
import { LATER, matchRow, passable, settle } from './stepper.ts';

const NONE = -1;

function load(ladder: string): { flow: Flow | null; problems: string[] } {
  const loaded = loadFlow(`flow: x\ntitle: t\nladder:\n${ladder}`, 'f.yaml');
  if ('flow' in loaded) return { flow: loaded.flow, problems: loaded.warnings.map(({ message }) => message) };
  return { flow: null, problems: loaded.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`) };
}

const CALL = (leg: string) => `  - { caller: INVITE${leg} }\n  - { callee: 200${leg} }\n  - { caller: ACK${leg} }\n`;
const BYE = (leg: string) => `  - { caller: BYE${leg} }\n  - { callee: 200${leg} }\n`;

describe('a leg', () => {
  it('is a dialog of its own: the order of its messages is judged apart', () => {
    const good = load(`${CALL('')}${CALL(', leg: b')}${BYE(', leg: b')}${BYE('')}`);
    expect(good.problems).toEqual([]);
    expect(good.flow!.legs).toEqual(['', 'b']);
    expect(needsStore(good.flow!)).toBe(true);
    const rows = compile(good.flow!, 'caller', { holdUs: 0 }).rows;
    const legs = Array.from({ length: 10 }, (_, row) => rows[row * ROW_SIZE + ROW.LEG]);
    expect(legs).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 0, 0]);
  });

  it('is not begun by a message of another', () => {
    expect(load(`${CALL('')}  - { caller: BYE, leg: b }\n  - { callee: 200, leg: b }\n${BYE('')}`).problems).toEqual([
      '7:15: BYE before a dialog',
    ]);
  });

  it('must come to its end as the first does', () => {
    expect(load(`${CALL('')}${CALL(', leg: b')}${BYE('')}`).problems).toEqual([
      'the ladder ends and the call is still up',
    ]);
  });

  it('is one of four at most', () => {
    const { problems } = load(
      ['', ', leg: b', ', leg: c', ', leg: d', ', leg: e'].map((leg) => CALL(leg) + BYE(leg)).join(''),
    );
    expect(problems[0]).toMatch(/more than 4 dialogs in a call$/);
  });
});

describe('where', () => {
  it('takes a pattern by header field, body or uri', () => {
    const { flow, problems } = load(
      `  - caller: MESSAGE\n    where: { Subject: "^a", body: b, uri: c }\n  - callee: 200\n`,
    );
    expect(problems).toEqual([]);
    expect(compile(flow!, 'callee', { holdUs: 0 }).conditions).toEqual([
      [
        { header: 'Subject', pattern: '^a' },
        { header: 'body', pattern: 'b' },
        { header: 'uri', pattern: 'c' },
      ],
    ]);
  });

  it.each([
    ['"a b": c', '6:14: "a b" is no header name'],
    ['uri: a', '6:14: a response has no Request-URI'],
    ['Subject: "("', '6:23: not a pattern: Invalid regular expression: /(/i: Unterminated group'],
  ])('is told when it cannot be: %s', (where, problem) => {
    expect(load(`  - caller: MESSAGE\n  - callee: 200\n    where: { ${where} }\n`).problems).toEqual([problem]);
  });
});

describe('Contact', () => {
  it('may be written in a REGISTER and a 3xx, nowhere else', () => {
    const to = '    headers: { Contact: "<sip:a@b>" }\n';
    expect(load(`  - caller: REGISTER\n${to}  - callee: 200\n`).problems).toEqual([]);
    expect(load(`  - caller: INVITE\n  - callee: 302\n${to}  - caller: ACK\n`).problems).toEqual([]);
    expect(load(`  - caller: OPTIONS\n${to}  - callee: 200\n`).problems).toEqual([
      '5:16: busyhour writes Contact itself',
    ]);
  });
});

describe('needsStore', () => {
  it.each([
    [
      'two requests outside a dialog',
      '  - { caller: OPTIONS }\n  - { callee: 200 }\n  - { caller: OPTIONS }\n  - { callee: 200 }\n',
      true,
    ],
    [
      'an INVITE behind a 302, which says where the call goes on',
      `  - { caller: INVITE }\n  - { callee: 302 }\n  - { caller: ACK }\n${CALL('')}${BYE('')}`,
      false,
    ],
    [
      'an INVITE behind a 486',
      `  - { caller: INVITE }\n  - { callee: 486 }\n  - { caller: ACK }\n${CALL('')}${BYE('')}`,
      true,
    ],
    ['an INVITE in its dialog', `${CALL('')}${CALL('')}${BYE('')}`, false],
  ])('%s', (_, ladder, expected) => {
    expect(needsStore(load(ladder).flow!)).toBe(expected);
  });
});

describe('alternatives that come before their turn', () => {
  const { flow } = load(`${CALL('')}  - { caller: REFER }
  - { callee: 202 }
  - label: told
    anyOf:
      - { callee: NOTIFY, where: { Subject: last }, goto: done }
      - { callee: NOTIFY }
  - { caller: 200 }
  - { goto: told }
  - label: done
  - { caller: 200 }
${BYE('')}`);
  const { rows } = compile(flow!, 'caller', { holdUs: 0 });
  const at202 = 4;
  const notify = (ahead: number, last: boolean) =>
    matchRow(rows, at202, ahead, OP.RECV_REQUEST, METHOD.NOTIFY, 0, 0, () => last);

  it('one is kept for its turn, whichever of them it is, and a second counts as lost', () => {
    expect([notify(0, true), notify(0, false)]).toEqual([at202 + 1, at202 + 2]);
    for (const row of [at202 + 1, at202 + 2]) {
      expect(passable(rows, at202, 0, row)).toBe(false);
      const ahead = 1 << (row - at202);
      expect([notify(ahead, true), notify(ahead, false)]).toEqual([LATER, LATER]);
      // The 202 has come: the call goes on behind the one that was kept.
      const next = rows[row * ROW_SIZE + ROW.NEXT]!;
      expect(settle(rows, at202 + 1, ahead >> 1)).toBe(next);
      expect(rows[next * ROW_SIZE + ROW.OP]).toBe(OP.SEND);
    }
  });

  it('another leg or an unmet condition is no match', () => {
    expect(matchRow(rows, at202, 0, OP.RECV_REQUEST, METHOD.NOTIFY, 0, 1, () => true)).toBe(NONE);
  });
});
