// Text for people: says what happened, keeps within the screen, obeys NO_COLOR, and lets nothing of the wire steer the terminal.

import { describe, expect, test } from 'vitest';
import { asMix, PROGRAM, sampleRun } from '../../tests/samples/run.ts';
import type { Live } from '../metrics/live.ts';
import { clean, colorWanted, line } from './paint.ts';
import { progressLine, progressLines } from './progress.ts';
import { summaryText, verdictLine } from './terminal.ts';

const troubled = sampleRun('troubled', 40, 200);
const plain = (text: string) => text.replace(/\x1b\[\d+m/g, '');

describe('the flows of a mix', () => {
  const rows = summaryText(asMix(troubled), { color: false, files: [] }).split('\n');

  test('come with what became of their users', () => {
    expect(rows.find((row) => row.startsWith('Users'))).toBe(
      'Users       99 of 100 registered before the first call, 40 refreshed, 100 unregistered, 1 registrations failed',
    );
  });

  test('stand side by side, those received beside those made', () => {
    const at = rows.findIndex((row) => row.startsWith('Flows'));
    expect(rows[at]).toMatch(/started +succeeded +failed +dropped +p50 +p99/);
    expect(rows[at + 1]).toMatch(/^ {2}basic .* srd$/);
    expect(rows[at + 2]).toMatch(/^ {2}options +1 +1 +0 +0$/);
    expect(rows[at + 3]).toMatch(/^ {2}basic \(received\) +7 +4 +3 +0$/);
  });

  test('are not told of where there is one', () => {
    expect(summaryText(troubled, { color: false, files: [] })).not.toContain('Flows');
  });
});

describe('summaryText', () => {
  const text = summaryText(troubled, { color: false, files: ['out/report.html', 'out/summary.json'] });

  test('has the verdict first, then calls, latency, thresholds, failures, generator and files', () => {
    const order = [
      '✕ FAIL  basic → udp:127.0.0.1:5070',
      'threshold setup.p99<50ms was crossed',
      'Calls ',
      'Latency',
      'Thresholds',
      'Failures',
      'Rules',
      'Generator',
      'out/report.html',
      'out/summary.json',
    ];
    const at = order.map((part) => text.indexOf(part));
    expect(at).not.toContain(-1);
    expect([...at].sort((a, b) => a - b)).toEqual(at);
    expect(text.endsWith('\n')).toBe(true);
  });

  test('with colour it says the same', () => {
    const colored = summaryText(troubled, { color: true, files: ['out/report.html', 'out/summary.json'] });
    expect(colored).not.toBe(text);
    const stripped = plain(colored)
      .split('\n')
      .map((l) => l.trimEnd());
    expect(stripped).toEqual(text.split('\n').map((l) => l.trimEnd()));
    expect(text).not.toContain('\x1b');
  });

  test('a saturated generator is told in words', () => {
    const lines = summaryText(sampleRun('saturated', 30, 200, true), { color: false, files: [] });
    expect(lines).toContain('? INCONCLUSIVE');
    expect(lines).toContain('✕ Schedule lag');
    expect(lines).toContain('✕ Own socket drops');
    expect(lines).toContain('✕ Lost workers: 1');
  });

  test('a run without a call, and escape sequences from the wire', () => {
    const idle = summaryText(sampleRun('clean', 1, 0), { color: false, files: [] });
    expect(idle).toContain('0 started');
    expect(idle).not.toMatch(/NaN|undefined|Infinity/);
    const evil = summaryText(
      { ...troubled, failures: [{ reason: 'a\x1b[2Jb\nc', count: 1, example: '' }] },
      { color: false, files: [] },
    );
    expect(evil).toContain('a?[2Jb?c');
  });
});

const live: Live = {
  elapsedS: 34.2,
  started: 27_200,
  succeeded: 26_000,
  failed: 12,
  dropped: 0,
  late: 3,
  concurrent: 1616,
  sent: 1,
  received: 2,
  retransmitted: 622,
  unexpected: 12,
  rxDropped: 0,
  ladder: troubled.ladder,
  timer: 'srd',
  p50Us: 1100,
  p99Us: 67_000,
  intervalP50Us: 1050,
  intervalP99Us: 3020,
  intervalCps: 801,
  busyFraction: 0.33,
  lagP99Us: 639,
  failure: 'unexpected: 503\x1b[2J',
};
const context = {
  title: 'basic → udp:127.0.0.1:5070',
  offeredCps: 800,
  totalS: 60,
  color: false,
  width: 100,
  keys: 'q quit',
};

describe('progress', () => {
  test('a row per ladder line with its counts', () => {
    const lines = progressLines(live, context);
    expect(lines.filter((l) => /^ {2}(───▶|◀───|····)/.test(l))).toHaveLength(PROGRAM.ladder.length);
    const invite = lines.find((l) => l.includes('INVITE') && l.includes('───▶'))!;
    const { sent, retransmitted } = troubled.ladder[0]!.lines[0]!;
    expect(invite.match(/[\d,]+/g)).toEqual([sent.toLocaleString('en-US'), String(retransmitted), '0', '0']);
    expect(lines.join('\n')).toContain('801 calls/s of 800 offered');
    expect(lines.join('\n')).toContain('0:34 of 1:00');
    expect(lines.join('\n')).not.toContain('\x1b');
  });

  test.each([40, 60, 80, 100, 200])('no line is wider than %i columns, with colour or without', (width) => {
    for (const color of [false, true])
      for (const l of progressLines(live, { ...context, width, color }))
        expect(plain(l).length).toBeLessThanOrEqual(width);
  });

  test('the one-line form is one line, also before there is data', () => {
    expect(progressLine(live, context)).toBe(
      '0:34/1:00, 801 calls/s of 800 offered, 1,616 up, 27,200 started, 12 failed, 622 retransmitted, srd p50 1.05 ms p99 3.02 ms',
    );
    const none = { ...live, intervalP50Us: null, intervalP99Us: null, intervalCps: null, dropped: 2, rxDropped: 3 };
    const text = progressLine(none, { offeredCps: null, totalS: null });
    expect(text).toContain('– calls/s, ');
    expect(text).toContain('2 dropped');
    expect(text).toContain('3 dropped at our socket');
  });
});

describe('paint', () => {
  test('NO_COLOR wins, then FORCE_COLOR, then the terminal', () => {
    expect(colorWanted({}, true)).toBe(true);
    expect(colorWanted({}, false)).toBe(false);
    expect(colorWanted({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
    expect(colorWanted({ NO_COLOR: '' }, true)).toBe(true);
    expect(colorWanted({ FORCE_COLOR: '1' }, false)).toBe(true);
    expect(colorWanted({ TERM: 'dumb' }, true)).toBe(false);
  });

  test('cuts by what is seen, not by escape sequences', () => {
    expect(line([['abc', 'red'], 'def'], false, 5)).toBe('abcd…');
    expect(plain(line([['abc', 'red'], 'def'], true, 5))).toBe('abcd…');
    expect(line(['abcdef'], false, 6)).toBe('abcdef');
    expect(clean('a\x9bb\tc')).toBe('a?b?c');
  });
});

test('a quiet run says in one line why it was no success, and lets nothing of the wire in', () => {
  const told = verdictLine({ ...troubled, verdict: 'fail', reasons: ['calls.failed<1: 3', 'a \x1b[2Jpeer'] });
  expect(told).toMatch(/^busyhour: fail: calls\.failed<1: 3; a [^\x1b]+\n$/);
  expect(verdictLine({ ...troubled, verdict: 'inconclusive', reasons: [] })).toBe('busyhour: inconclusive\n');
});
