// junit.xml of a conformance run, in the shape that Jenkins, GitLab and the like read. Pure: text out.

import type { Logged } from '../conformance/ground.ts';
import type { Result } from '../conformance/result.ts';
import type { Summary } from '../metrics/summary.ts';
import { caseResults, failsRun, sectionsOf } from './cases.ts';

/** So many messages of a failure are shown, the last ones. */
const LAST_MESSAGES = 6;

/** What XML 1.0 has no way to write: control characters, halves of surrogate pairs, two non-characters. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function text(raw: string): string {
  return raw
    .replace(/\r\n?/g, '\n')
    .replace(FORBIDDEN, '')
    .replace(/[&<>"]/g, (c) => ENTITIES[c]!);
}

/** A reader would turn line ends and tabs of an attribute into spaces: it is done here, in sight. */
function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${text(String(value).replace(/\s+/g, ' ').trim())}"`)
    .join('');
}

function element(name: string, values: Readonly<Record<string, string | number>>, content: string): string {
  const head = `<${name}${attributes(values)}`;
  return content === '' ? `${head}/>\n` : `${head}>${content}</${name}>\n`;
}

type Kind = 'passed' | 'failure' | 'error' | 'skipped';

function kindOf(one: Result, s: Summary): Kind {
  if (one.verdict === 'error') return 'error';
  if (failsRun(one, s)) return 'failure';
  return one.known !== '' || ['skip', 'unsupported', 'inconclusive'].includes(one.verdict) ? 'skipped' : 'passed';
}

/** @param s a conformance run */
export function junitXml(s: Summary): string {
  const results = caseResults(s);
  const kinds = new Map(results.map((one) => [one, kindOf(one, s)]));
  const suites = sectionsOf(results).map(({ rfc, section, results: group }) => {
    const name = `rfc${rfc}.${section}`;
    const cases = group.map((one) => testcase(one, kinds.get(one)!, name)).join('');
    return element('testsuite', totals(name, group, kinds, s), `\n${cases}`);
  });
  // A run can fail although no case did: an unexpected pass, a server that is not there.
  const shown = [...kinds.values()].some((kind) => kind === 'failure' || kind === 'error');
  const unseen = s.exitCode !== 0 && !shown;
  if (unseen) suites.push(runSuite(s));
  const { name: _, timestamp: __, ...all } = totals('', results, kinds, s);
  const counts = unseen ? { ...all, tests: results.length + 1, failures: 1 } : all;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: `busyhour ${s.command} ${s.target ?? ''}`, ...counts }, `\n${suites.join('')}`)}`;
}

function runSuite(s: Summary): string {
  const failure = element('failure', { message: s.reasons.join('; '), type: s.verdict }, text(s.reasons.join('\n')));
  const one = element('testcase', { name: 'the run as a whole', classname: 'busyhour.conform', time: 0 }, failure);
  return element('testsuite', { name: 'busyhour.conform', tests: 1, failures: 1 }, `\n${one}`);
}

function totals(name: string, group: readonly Result[], kinds: ReadonlyMap<Result, Kind>, s: Summary) {
  const count = (kind: Kind) => group.filter((one) => kinds.get(one) === kind).length;
  return {
    name,
    tests: group.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(group.reduce((sum, one) => sum + one.elapsedMs, 0)),
    timestamp: s.startedAt.replace(/\.\d+/, ''),
  };
}

function seconds(ms: number): string {
  return (ms / 1e3).toFixed(3);
}

function testcase(one: Result, kind: Kind, classname: string): string {
  const values = { name: one.id, classname, time: seconds(one.elapsedMs) };
  return element('testcase', values, outcome(one, kind));
}

function outcome(one: Result, kind: Kind): string {
  const { verdict, actual, expected, known } = one;
  const short = expected === '' ? actual : `expected ${expected}, got ${actual}`;
  switch (kind) {
    case 'failure':
    case 'error':
      return element(kind, { message: short, type: `${one.level} ${verdict}` }, text(evidence(one)));
    case 'skipped':
      return element('skipped', { message: known === '' ? `${verdict}: ${actual}` : `known failure: ${known}` }, '');
    case 'passed':
      return verdict === 'pass' ? '' : element('system-out', {}, text(`${verdict}: ${short}`));
  }
}

/** Requirement, what was expected and what came, and the last messages. */
function evidence(one: Result): string {
  const lines = [
    `requires: ${one.title} (RFC ${one.rfc} section ${one.section}, ${one.level})`,
    `expected: ${one.expected || '-'}`,
    `got:      ${one.actual || '-'}`,
    ...(one.attempts.length > 0 ? [`attempts: ${one.attempts.join(', ')}`] : []),
    ...(one.health === 'alive' ? [] : [`server:   ${one.health}`]),
    ...one.notes.map((note) => `note:     ${note}`),
  ];
  const wire = one.messages.filter(({ direction }) => direction !== 'note');
  const last = wire.slice(-LAST_MESSAGES);
  if (wire.length > last.length) lines.push(`the last ${last.length} of ${wire.length} messages:`);
  const startUs = wire[0]?.atUs ?? 0;
  return `\n${lines.join('\n')}\n${last.map((message) => told(message, startUs)).join('')}`;
}

function told({ direction, end, atUs, text: raw }: Logged, startUs: number): string {
  const arrow = direction === 'out' ? `${end} -> server` : `server -> ${end}`;
  return `\n--- ${arrow}, +${((atUs - startUs) / 1e3).toFixed(1)} ms\n${raw.trimEnd()}\n`;
}
