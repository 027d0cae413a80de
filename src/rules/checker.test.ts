// What the checker counts and keeps, and that gates cost no verdict.

import { expect, test } from 'vitest';
import { Desk, dialogRequest, request, response } from '../../tests/rules/messages.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { RuleChecker } from './checker.ts';
import { type Rule, RuleContext } from './rule.ts';
import { RULES } from './rules.ts';

const base = { rfc: 3261, section: '1', level: 'MUST', title: 't' } as const;
const ALWAYS: Rule = { ...base, id: 'always', on: 'both', broken: () => true };
const BYE_2XX: Rule = {
  ...base,
  id: 'bye-2xx',
  on: 'response',
  methods: [METHOD.BYE],
  statuses: [[200, 299]],
  broken: () => true,
};
const WITH_ALLOW: Rule = { ...base, id: 'with-allow', on: 'request', header: HEADER.ALLOW, broken: () => true };

test('a rule is held only against what it speaks of', () => {
  const checker = new RuleChecker([ALWAYS, BYE_2XX, WITH_ALLOW]);
  const desk = new Desk();
  const samples = [
    response(200, 'BYE'),
    response(486, 'BYE'),
    response(200, 'INFO'),
    request('BYE'),
    request('BYE', { set: [['Allow', 'BYE']] }),
  ];
  for (const sample of samples) {
    desk.lay(sample);
    checker.check(desk.msg, desk.ctx);
  }
  expect([...checker.counts]).toEqual([5, 1, 1]);
  expect([0, 1, 2].map((rule) => checker.applied(rule))).toEqual([5, 1, 1]);
  expect(checker.checked).toBe(5);
  expect(checker.violations().map(({ id, count }) => [id, count])).toEqual([
    ['always', 5],
    ['bye-2xx', 1],
    ['with-allow', 1],
  ]);
});

test('check returns how many rules broke, and broken names them', () => {
  const checker = new RuleChecker([ALWAYS, BYE_2XX, WITH_ALLOW]);
  const desk = new Desk();
  desk.lay(response(200, 'BYE'));
  expect(checker.check(desk.msg, desk.ctx)).toBe(2);
  expect([...checker.broken.subarray(0, 2)]).toEqual([0, 1]);
});

test('the first three offenders are kept as they came, later ones are counted', () => {
  const checker = new RuleChecker([ALWAYS]);
  const desk = new Desk();
  for (let i = 1; i <= 5; i++) {
    desk.lay(request('OPTIONS', { set: [['CSeq', `${i} OPTIONS`]] }));
    checker.check(desk.msg, desk.ctx);
  }
  expect(checker.counts[0]).toBe(5);
  expect(checker.offenders(0)).toHaveLength(3);
  expect(checker.offenders(0)[2]).toBe(request('OPTIONS', { set: [['CSeq', '3 OPTIONS']] }).text);
});

test('an offender is cut at 4,096 bytes', () => {
  const checker = new RuleChecker([ALWAYS]);
  const desk = new Desk();
  desk.lay(request('OPTIONS', { set: [['Subject', 'x'.repeat(9000)]] }));
  checker.check(desk.msg, desk.ctx);
  expect(checker.offenders(0)[0]).toHaveLength(4096);
});

test('gates change no verdict: any status and method find the rules that speak of them', () => {
  const checker = new RuleChecker(RULES);
  const desk = new Desk();
  for (const method of ['INVITE', 'BYE', 'REGISTER', 'SUBSCRIBE', 'PUBLISH'] as const) {
    for (const status of [100, 180, 199, 200, 202, 299, 302, 401, 404, 405, 420, 503, 600, 699]) {
      desk.lay(response(status, method, { without: ['Allow', 'Contact', 'Expires'] }));
      const n = checker.check(desk.msg, desk.ctx);
      const found = [...checker.broken.subarray(0, n)].sort((a, b) => a - b);
      const plain = RULES.flatMap((rule, i) => {
        const speaks =
          rule.on !== 'request' &&
          (rule.methods?.includes(METHOD[method]) ?? true) &&
          (rule.statuses?.some(([first, last]) => status >= first && status <= last) ?? true) &&
          (rule.header === undefined || desk.msg.first[rule.header] !== -1);
        return speaks && rule.broken(desk.msg, desk.ctx) ? [i] : [];
      });
      expect(found, `${status} to ${method}`).toEqual(plain);
    }
  }
});

test('reset leaves a context as new', () => {
  const desk = new Desk();
  desk.lay(
    dialogRequest('NOTIFY', {}, { matched: true, method: 'BYE', via: 'x', branch: 'x', toTag: 'x', rseqTag: 'x' }),
  );
  const fresh = new RuleContext();
  for (const key of Object.keys(fresh) as (keyof RuleContext)[]) {
    const value = fresh[key];
    Object.assign(desk.ctx, { [key]: typeof value === 'boolean' ? !value : 7 });
  }
  desk.ctx.reset();
  expect(desk.ctx).toEqual(fresh);
});
