// A run folder: files whole, readable again, and one clear message when it cannot be.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleConformance, sampleResult } from '../../tests/samples/conformance.ts';
import { sampleRun } from '../../tests/samples/run.ts';
import type { Summary } from '../metrics/summary.ts';
import { conformanceCsv, intervalsCsv, latencyCsv, messagesCsv } from './csv.ts';
import { checkSummary, summaryJsonSchema } from './summary-schema.ts';
import { ReportError, readSummary, renderFolder, writeConformance, writeRun } from './write.ts';

const summary: Summary = sampleRun('troubled', 36, 60);
let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'busyhour-report-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('writeRun', () => {
  test('makes the folder and five files, and leaves nothing else', async () => {
    const run = join(dir, 'deep', 'er');
    const paths = await writeRun(run, summary);
    const names = ['summary.json', 'report.html', 'intervals.csv', 'latency.csv', 'messages.csv'];
    expect(paths).toEqual(names.map((name) => join(run, name)));
    expect(readdirSync(run).sort()).toEqual([...names].sort());
    expect(await readSummary(run)).toEqual(summary);
  });

  test('writes over an older run', async () => {
    await writeRun(dir, sampleRun('clean', 2, 10));
    await writeRun(dir, summary);
    expect(await readSummary(dir)).toEqual(summary);
  });

  test('a file in the way of the folder', async () => {
    writeFileSync(join(dir, 'file'), '');
    const tried = writeRun(join(dir, 'file', 'run'), summary);
    await expect(tried).rejects.toThrow(ReportError);
    await expect(tried).rejects.toThrow(
      /cannot make the folder .*: a part of the path is a file, not a folder; name another with --out DIR/,
    );
  });

  test('a folder in the way of a file: no part of it stays', async () => {
    mkdirSync(join(dir, 'intervals.csv'));
    await expect(writeRun(dir, summary)).rejects.toThrow(
      /cannot write .*intervals\.csv: a folder of that name is in the way/,
    );
    expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test.skipIf(!fullDevice())('a full disk', async () => {
    // Every write to /dev/full fails as on a full disk; the temporary name leads there.
    const { symlinkSync } = await import('node:fs');
    symlinkSync('/dev/full', join(dir, `.summary.json.${process.pid}.tmp`));
    await expect(writeRun(dir, summary)).rejects.toThrow(/cannot write .*summary\.json: the disk is full/);
    expect(readdirSync(dir)).toEqual([]);
  });
});

function fullDevice(): boolean {
  try {
    writeFileSync('/dev/full', 'x');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOSPC';
  }
}

test('a run that did both leaves the files of both', async () => {
  const both = { ...summary, conformance: sampleConformance().conformance };
  const paths = await writeRun(dir, both);
  const names = ['summary.json', 'report.html', 'intervals.csv', 'latency.csv', 'messages.csv'];
  expect(paths).toEqual([...names, 'report.md', 'conformance.csv', 'junit.xml'].map((name) => join(dir, name)));
  expect(await readSummary(dir)).toEqual(both);
});

test('a conformance run leaves its files, and is read again', async () => {
  const paths = await writeConformance(dir, sampleConformance());
  expect(paths).toEqual(
    ['summary.json', 'report.html', 'report.md', 'conformance.csv', 'junit.xml'].map((name) => join(dir, name)),
  );
  expect(await readSummary(dir)).toEqual(sampleConformance());
});

describe('renderFolder', () => {
  test('makes the same report again', async () => {
    await writeRun(dir, summary);
    const before = readFileSync(join(dir, 'report.html'), 'utf8');
    rmSync(join(dir, 'report.html'));
    expect(await renderFolder(dir)).toBe(join(dir, 'report.html'));
    expect(readFileSync(join(dir, 'report.html'), 'utf8')).toBe(before);
  });

  test.each([
    ['no folder', null, /cannot read .*summary\.json: there is no such file or folder/],
    ['no JSON', '{', /is not JSON/],
    ['another version', '{"schemaVersion":2}', /has schemaVersion 2; this busyhour reads 1/],
    ['something else', '{"schemaVersion":1}', /is not a summary of busyhour: tool: /],
    ['null', 'null', /is not a summary of busyhour: the document: /],
  ])('%s', async (_, text, message) => {
    if (text !== null) writeFileSync(join(dir, 'summary.json'), text);
    await expect(renderFolder(dir)).rejects.toThrow(message);
    expect(readdirSync(dir)).not.toContain('report.html');
  });
});

describe('the published schema', () => {
  test('is not stale: npx tsx scripts/write-schema.ts makes it again', () => {
    const published = JSON.parse(readFileSync(new URL('../../schemas/summary.schema.json', import.meta.url), 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(summaryJsonSchema())));
  });

  test('takes built summaries, with fields added', () => {
    for (const s of [summary, sampleRun('saturated', 3, 20, true), sampleRun('clean', 1, 0)])
      expect(checkSummary(s)).toBeNull();
    expect(checkSummary({ ...summary, later: 1, calls: { ...summary.calls, later: 1 } })).toBeNull();
  });

  test('names the place of what is wrong', () => {
    expect(checkSummary({ ...summary, calls: { ...summary.calls, failed: -1 } })).toMatch(/^calls\.failed: /);
    expect(checkSummary({ ...summary, verdict: 'good' })).toMatch(/^verdict: /);
    const bad = sampleConformance([{ ...sampleResult('rfc3261/8.2/x', 'pass'), verdict: 'good' as 'pass' }]);
    expect(checkSummary(bad)).toMatch(/^conformance\.results\.0\.verdict: /);
  });
});

describe('CSV', () => {
  const rows = (text: string) => text.trimEnd().split('\n');

  test('a row for each interval, empty cells where there is no data', () => {
    const lines = rows(intervalsCsv(summary));
    expect(lines[0]).toMatch(/^t,durationS,planned,started,succeeded,failed,/);
    expect(lines).toHaveLength(summary.intervals.length + 1);
    expect(lines[1]).not.toMatch(/null|NaN/);
    expect(lines[1]).toContain(',,');
    expect(Object.keys(summary.intervals[0]!).sort()).toEqual(lines[0]!.split(',').sort());
  });

  test('a row for each timer and origin', () => {
    const lines = rows(latencyCsv(summary));
    expect(lines[0]).toBe('timer,origin,unit,count,min,mean,p50,p75,p90,p95,p99,p999,p9999,max');
    const srd = summary.latencyFromSendUs.srd!;
    expect(lines).toContain(
      [
        'srd',
        'sent',
        'us',
        srd.count,
        srd.min,
        srd.mean,
        srd.p50,
        srd.p75,
        srd.p90,
        srd.p95,
        srd.p99,
        srd.p999,
        srd.p9999,
        srd.max,
      ].join(','),
    );
    expect(lines.filter((l) => l.startsWith('srd,due,'))).toHaveLength(1);
  });

  test('methods, statuses and ladder lines', () => {
    const lines = rows(messagesCsv(summary));
    expect(lines).toContain(`method,,,,BYE,${summary.messages.byMethod.BYE!.sent},0,,,`);
    expect(lines).toContain(`status,,,,180,0,${summary.messages.byStatus['180']!.received},,,`);
    expect(lines.filter((l) => l.startsWith('line,basic,caller,'))).toHaveLength(8);
  });

  test('a row for each case', () => {
    const lines = rows(conformanceCsv(sampleConformance()));
    expect(lines).toHaveLength(11 + 1);
    expect(lines[0]).toMatch(/^id,rfc,section,level,role,methods,requirements,verdict,known,/);
    expect(lines[3]).toMatch(
      /^rfc3261\/8\.2\.2\.3\/require-known-bug,3261,8\.2\.2\.3,MUST,uas,OPTIONS,UAS-006,fail,"bug 7, mended in 3\.2",alive,12,/,
    );
    const evil = conformanceCsv(sampleConformance([sampleResult('rfc3261/8.2/x', 'info', { actual: '=cmd()' })]));
    expect(evil).toContain(",'=cmd(),");
  });

  test('what a spreadsheet would take for a formula is escaped', () => {
    const ladder = [
      { flow: '=1+1', role: 'caller' as const, lines: [{ ...summary.ladder[0]!.lines[0]!, label: '@SUM(A1)' }] },
    ];
    const text = messagesCsv({ ...summary, ladder });
    expect(text).toContain("'=1+1");
    expect(text).toContain("'@SUM(A1)");
  });
});
