// Load against a server that corrupts one response in so many: the report names the rule and its section, counts right, and shows the bytes. Nothing is lost in silence.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../src/metrics/summary.ts';
import { busyhour, type Result } from './peers/busyhour.ts';
import { BREAKS, type Corrupting, type Corruption, startCorrupting } from './peers/corrupt.ts';

const RATE_CPS = 2_000;
const SECONDS = 5;
const EVERY = 200;

let result: Result;
let summary: Summary;
let sent: ReturnType<Corrupting['corrupted']>;
beforeAll(async () => {
  const server = await startCorrupting([], { every: EVERY, lifetimeMs: 60_000 });
  const target = `udp:127.0.0.1:${server.port}`;
  result = await busyhour(['load', 'basic', target, '--rate', String(RATE_CPS), '--duration', `${SECONDS}s`]);
  await server.stop();
  sent = server.corrupted();
  expect(result.summary, result.stderr).not.toBeNull();
  summary = result.summary!;
}, 60_000);

function sentAs(...how: Corruption[]): number {
  return sent.filter((one) => how.includes(one.how)).length;
}

/** As many as left corrupted, but for what the system may have dropped on a busy machine. */
function expectAbout(found: number | undefined, wanted: number): void {
  expect(wanted).toBeGreaterThanOrEqual(10);
  expect(found).toBeGreaterThanOrEqual(wanted * 0.9);
  expect(found).toBeLessThanOrEqual(wanted * 1.1);
}

const violation = (id: string) => summary.rules.violations.find((one) => one.id === id);
const discarded = (part: string) => summary.discarded.find(({ reason }) => reason.includes(part));
const head = (text: string) => text.slice(0, text.indexOf('\r\n\r\n') + 2);

it('one response in so many left corrupted, in every way', () => {
  const responses = RATE_CPS * SECONDS * 3;
  expect(sent.length).toBeGreaterThanOrEqual((responses / EVERY) * 0.9);
  expect(new Set(sent.map(({ how }) => how))).toEqual(new Set(Object.keys(BREAKS)));
});

describe('the rules', () => {
  it.each([...new Set(Object.values(BREAKS))])('name %s, its section, and count what left corrupted', (id) => {
    const ways = (Object.keys(BREAKS) as Corruption[]).filter((how) => BREAKS[how] === id);
    const found = violation(id)!;
    expectAbout(found?.count, sentAs(...ways));
    expect(found).toMatchObject({ rfc: 3261, level: 'MUST' });
    expect(found.section).toBe(id === 'content-length-exact' ? '20.14' : '8.2.6.2');
    expect(result.stderr).toContain(`${id}, MUST RFC 3261 §${found.section}`);
    const page = readFileSync(join(result.out, 'report.html'), 'utf8');
    expect(page).toContain(`<code>${id}</code>`);
    expect(page).toContain(`<code>RFC 3261 §${found.section}</code>`);
  });

  it('name no other', () => {
    const ids = summary.rules.violations.map(({ id }) => id).sort();
    expect(ids).toEqual([...new Set(Object.values(BREAKS))].sort());
  });

  it('show the bytes: an example has the fault', () => {
    const example = (id: string) => violation(id)!.example;
    expect(example('cseq-echo')).toMatch(/^CSeq: [^1]+ INVITE|^CSeq: [^2]+ BYE/m);
    expect(example('to-tag-kept')).toMatch(/^CSeq: \d+ BYE/m);
    const text = example('content-length-exact');
    expect(Number(/^Content-Length: *(\d+)/m.exec(text)![1])).not.toBe(text.length - head(text).length - 2);
    const page = readFileSync(join(result.out, 'report.html'), 'utf8');
    for (const { example: whole } of summary.rules.violations) {
      expect(whole).toMatch(/^SIP\/2\.0 \d{3} /);
      expect(page).toContain(/^Call-ID: .*$/m.exec(whole)![0]);
    }
  });
});

describe('what no transaction could take', () => {
  it.each([
    ['branch', 'branch', 'stray'],
    ['longer-length', 'shorter than Content-Length', 'malformed'],
  ] as const)('is counted, named and shown: %s', (how, why, counter) => {
    const found = discarded(why)!;
    expectAbout(found?.count, sentAs(how));
    expect(summary.messages[counter]).toBe(found.count);
    expect(found.reason).toContain('(RFC 3261 §');
    expect(found.example).toMatch(/^SIP\/2\.0 \d{3} /);
    expect(result.stderr).toContain(found.reason);
    const page = readFileSync(join(result.out, 'report.html'), 'utf8');
    expect(page).toContain(found.reason);
    expect(page).toContain(/^Call-ID: .*$/m.exec(found.example)![0]);
  });

  it('is sent again, so that the calls go on', () => {
    expect(summary.calls).toMatchObject({ started: RATE_CPS * SECONDS, failed: 0 });
    expect(summary.failures).toEqual([]);
  });
});
