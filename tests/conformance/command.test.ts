// `busyhour conform` as its user runs it: the catalogue, exit codes, and what it leaves. Never looks into a case.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/conformance/result.ts';
import { checkSummary } from '../../src/report/summary-schema.ts';
import { type Answerer, busyhour, startAnswerer, startBusyhour } from '../peers/busyhour.ts';
import { freePort } from '../peers/free-port.ts';
import { startScripted } from '../peers/scripted.ts';
import { tempDir } from '../peers/temp-dir.ts';

interface Listed {
  readonly id: string;
  readonly rfc: number;
  readonly section: string;
  readonly status: string;
  readonly reason?: string;
}

describe('the catalogue', () => {
  it('is an array on stdout, without a target', async () => {
    const { code, stdout } = await busyhour(['conform', '--list', '--json']);
    expect(code).toBe(0);
    const list = JSON.parse(stdout) as Listed[];
    const keys = ['id', 'title', 'req', 'rfc', 'section', 'level', 'role', 'methods', 'needs', 'slow', 'status'];
    for (const one of list) expect(Object.keys(one)).toEqual(one.status === 'ready' ? keys : [...keys, 'reason']);
    expect(list.filter(({ status }) => status === 'not-observable').every(({ reason }) => reason !== '')).toBe(true);
    expect(list.find(({ id }) => id === 'rfc3261/8.2.2.3/require-unknown-420')).toMatchObject({
      rfc: 3261,
      section: '8.2.2.3',
      level: 'MUST',
      role: 'uas',
      status: 'ready',
    });
  });

  it('is selected by RFC, section, role, level and method', async () => {
    const ids = async (...args: string[]) =>
      (JSON.parse((await busyhour(['conform', '--list', '--json', ...args])).stdout) as Listed[]).map(({ id }) => id);
    expect((await ids('--rfc', '6665')).every((id) => id.startsWith('rfc6665/'))).toBe(true);
    expect((await ids('--case', 'rfc3261/17.*')).every((id) => id.startsWith('rfc3261/17.'))).toBe(true);
    expect(await ids('--role', 'registrar', '--method', 'register', '--level', 'must')).toContain(
      'rfc3261/10.3/star-removes-all-bindings',
    );
  });
});

it.each([
  [['--level', 'shall'], /--level shall: want must, should, may, info/],
  [['--rfc', 'sip'], /--rfc sip: want numbers/],
  [['--rfc', '3261,9999'], /--rfc 9999: no case is of it; there are 3261, /],
  [['--baseline', 'x'], /--baseline x cannot be read \(ENOENT\)/],
  [['--profile', '/nowhere.yaml'], /--profile \/nowhere\.yaml cannot be read \(ENOENT\)/],
] as const)('%j is refused', async (args, told) => {
  const { code, stderr } = await busyhour(['conform', 'udp:127.0.0.1:5999', ...args]);
  expect(stderr).toMatch(told);
  expect(code).toBe(2);
});

it('nothing selected is no success', async () => {
  const { code, stderr } = await busyhour(['conform', 'udp:127.0.0.1:5999', '--rfc', '9999']);
  expect(stderr).toMatch(/no case is selected/);
  expect(code).toBe(5);
});

it('a target that is not there: exit 5, no claim', async () => {
  const { code, stderr, summary } = await busyhour(['conform', `udp:127.0.0.1:${await freePort()}`]);
  expect(code).toBe(5);
  expect(stderr).toMatch(/no claim: the target .* answers no control probe \(ECONNREFUSED\)/);
  expect(summary!.conformance.pass).toBe(0);
});

it('a server that refuses everything: exit 3, the failures with what was expected and what came', async () => {
  const server = await startScripted((request, send) => {
    if (request.method !== 'ACK') send(request.response(600));
  });
  const { code, stderr, summary } = await busyhour([
    'conform',
    `udp:127.0.0.1:${server.port}`,
    '--case',
    '*/require-unknown-420',
  ]);
  await server.stop();
  expect(code, stderr).toBe(3);
  expect(stderr).toMatch(/expected 420 to OPTIONS\n\s+got {6}SIP\/2\.0 600 Scripted/);
  expect(summary).toMatchObject({ verdict: 'fail', exitCode: 3 });
});

describe('a server that asks everybody who he is', () => {
  let server: Answerer;
  beforeAll(async () => {
    server = await startAnswerer(['--auth'], { lifetimeMs: 90_000, also: ['tcp'] });
  });
  afterAll(async () => {
    await server.stop();
  });

  // Sections with odd messages, streams, merged requests and unknown methods: what is judged comes after the challenge.
  it('is judged with the account of the profile: nothing fails, nothing is left open', async () => {
    const profile = join(tempDir(), 'profile.yaml');
    writeFileSync(
      profile,
      [
        'roles: [uas, registrar, notifier, esc]',
        'transports: [udp, tcp]',
        'accounts: [{ user: busyhour, password: busyhour }]',
        'extensions: { answer: answer, ring: ring, busy: busy, auth: auth }',
        'events: [presence]',
        '',
      ].join('\n'),
    );
    const cases = ['rfc3261/7.*', 'rfc3261/8.2*', 'rfc3261/18.*', 'rfc3261/22*', 'rfc4475/*', 'rfc5118/*', 'rfc7616/*'];
    const { code, stderr, summary } = await busyhour([
      'conform',
      `udp:127.0.0.1:${server.port}`,
      '--profile',
      profile,
      ...cases.flatMap((glob) => ['--case', glob]),
      '--jobs',
      '16',
    ]);
    expect(code, stderr).toBe(0);
    const { conformance } = summary!;
    expect(conformance).toMatchObject({ fail: 0, inconclusive: 0, error: 0, nonStrict: 0, unsupported: 0 });
    expect(conformance.pass).toBeGreaterThan(115);
  }, 60_000);

  it('is not judged without one: what lies behind the challenge is inconclusive', async () => {
    const profile = join(tempDir(), 'profile.yaml');
    writeFileSync(profile, 'roles: [uas]\nextensions: { answer: answer }\n');
    const { code, stderr } = await busyhour([
      'conform',
      `udp:127.0.0.1:${server.port}`,
      '--profile',
      profile,
      '--case',
      '*/require-unknown-420',
    ]);
    expect(code, stderr).toBe(5);
    expect(stderr).toMatch(/401 Unauthorized/);
  });
});

describe('a baseline', () => {
  const FAILS = 'rfc3261/8.2.2.3/require-unknown-420';
  let right = true;
  let port = 0;
  let stop: () => Promise<unknown>;
  beforeAll(async () => {
    const server = await startScripted((request, send) => {
      const refused = right && /^Require: (?!100rel)/im.test(request.text);
      const status = refused ? 420 : 200;
      if (request.method !== 'ACK')
        send(request.response(status, refused ? { headers: ['Unsupported: nothing-known'] } : {}));
    });
    ({ port, stop } = server);
  });
  afterAll(async () => {
    await stop();
  });
  const conform = (flag: string, file: string, env: Record<string, string> = {}) =>
    busyhour(['conform', `udp:127.0.0.1:${port}`, '--case', FAILS, flag, file], { env });

  it('is written from the failures of a run, bears them, and fails the run when one is mended', async () => {
    const file = join(tempDir(), 'known.yaml');
    right = false;
    const first = await conform('--write-baseline', file);
    expect(first.code, first.stderr).toBe(3);
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`- id: ${FAILS}\n +reason: "?not looked into: expected 420`));
    const step = join(tempDir(), 'step.md');
    writeFileSync(step, 'before\n');
    const borne = await conform('--baseline', file, { GITHUB_STEP_SUMMARY: step });
    expect(borne.code, borne.stderr).toBe(0);
    expect(borne.stderr).toMatch(/known {4}not looked into/);
    expect(borne.summary).toMatchObject({ verdict: 'pass', conformance: { fail: 1 } });
    const markdown = readFileSync(join(borne.out, 'report.md'), 'utf8');
    expect(markdown).toContain(`☑️ ${FAILS} fail`);
    expect(readFileSync(step, 'utf8')).toBe(`before\n${markdown}\n`);
    expect(readFileSync(join(borne.out, 'junit.xml'), 'utf8')).toContain('<skipped message="known failure: not looked');
    right = true;
    // A step summary that cannot be written is a warning, and the verdict stays.
    const mended = await conform('--baseline', file, { GITHUB_STEP_SUMMARY: tempDir() });
    expect(mended.code, mended.stderr).toBe(3);
    expect(mended.stderr).toMatch(
      /^busyhour: warning: cannot add to .*; unset GITHUB_STEP_SUMMARY or name another file$/m,
    );
    expect(mended.stderr).toMatch(/known\.yaml:3:9: unexpected pass: rfc3261\/8\.2\.2\.3\/require-unknown-420 is /);
  });

  it('is refused with the place of each fault', async () => {
    const file = join(tempDir(), 'known.yaml');
    writeFileSync(file, 'known:\n  - id: x\n');
    const { code, stderr } = await conform('--baseline', file);
    expect(code).toBe(2);
    expect(stderr).toMatch(/known\.yaml:2:5: known\.0\.reason is missing; mend: say why the failure is borne/);
  });

  it('required ids must pass', async () => {
    const file = join(tempDir(), 'must.yaml');
    writeFileSync(file, `- ${FAILS}\n`);
    right = false;
    const { code, stderr } = await conform('--require', file);
    expect(code).toBe(3);
    expect(stderr).toMatch(/must\.yaml:1:3: rfc3261\/8\.2\.2\.3\/require-unknown-420 must pass and is fail/);
  });
});

describe('the reference server', () => {
  let server: Answerer;
  beforeAll(async () => {
    server = await startAnswerer([], { lifetimeMs: 60_000 });
  });
  afterAll(async () => {
    await server.stop();
  });

  it('passes every case that applies, without a profile', async () => {
    const { code, stderr, summary, stdout } = await busyhour(['conform', `udp:127.0.0.1:${server.port}`, '--json']);
    expect(code, stderr).toBe(0);
    expect(checkSummary(summary)).toBeNull();
    expect(JSON.parse(stdout)).toEqual(summary);
    const { cases, pass, skip, info, nonStrict, results } = summary!.conformance;
    expect(results).toHaveLength(cases);
    expect(pass + skip + info + nonStrict, stderr).toBe(cases);
    // Without --auth its registrar lets everybody in, which a registrar should not.
    const missed = (results as { id: string; verdict: string }[])
      .filter(({ verdict }) => verdict === 'non-strict')
      .map(({ id }) => id);
    expect(missed).toEqual(['rfc3261/10.3/unauthenticated-challenged']);
    expect(pass).toBeGreaterThan(5);
    expect(summary!.rules.violations).toEqual([]);
  });

  it('is left as it was found: no call, subscription or binding stands', async () => {
    // One case at a time to a user of its own, who must be as before when the next one comes; three such users side by side.
    const listed = JSON.parse((await busyhour(['conform', '--list', '--json'])).stdout) as Listed[];
    const others = [...new Set(listed.map(({ rfc }) => rfc))].filter((rfc) => rfc !== 3261 && rfc !== 3262);
    const runs = ['3261', '3262', others.join(',')].map(async (rfcs, i) => {
      const profile = join(tempDir(), 'profile.yaml');
      writeFileSync(
        profile,
        `roles: [registrar, uas, notifier]\nextensions: { answer: answer }\naccounts: [{ user: alone-${i} }]\n`,
      );
      const target = ['conform', `udp:127.0.0.1:${server.port}`, '--rfc', rfcs];
      const { summary } = await busyhour([...target, '--profile', profile, '--jobs', '1']);
      return summary!.conformance.results as Result[];
    });
    const results = (await Promise.all(runs)).flat();
    const ready = listed.filter(({ status }) => status === 'ready');
    expect(results.map(({ id }) => id).sort()).toEqual(ready.map(({ id }) => id).sort());
    const notes = results.flatMap((one) => one.notes);
    expect(notes.filter((note) => note.startsWith('could not be ended'))).toEqual([]);
  });
});

it('a server that listens to TCP alone is judged over TCP', async () => {
  const port = await freePort();
  const listen = ['answer', '--listen', `tcp:127.0.0.1:${port}`];
  const server = startBusyhour(listen, { lifetimeMs: 60_000 });
  await server.process.line(/listening on/i, 15_000);
  const { code, stderr, summary } = await busyhour(['conform', `tcp:127.0.0.1:${port}`, '--case', 'rfc3261/8.2*']);
  await server.process.stop();
  expect(code, stderr).toBe(0);
  expect(summary!.conformance.pass).toBeGreaterThan(10);
  const sent = (summary!.conformance.results as Result[]).filter(({ verdict }) => verdict !== 'skip');
  expect(
    sent.every(({ verdict }) => verdict === 'pass'),
    stderr,
  ).toBe(true);
});

it('Ctrl-C ends it: what there is is written, exit 130', async () => {
  // Answers probes alone: every case waits.
  const server = await startScripted((request, send) => {
    if (request.callId.startsWith('probe-')) send(request.response(200));
  });
  const run = startBusyhour(['conform', `udp:127.0.0.1:${server.port}`, '--jobs', '1'], { lifetimeMs: 30_000 });
  await run.process.line(/no --profile/, 10_000);
  await new Promise((resolve) => setTimeout(resolve, 500));
  run.process.signal('SIGINT');
  const { code, summary } = await run.result();
  await server.stop();
  expect(code).toBe(130);
  expect(summary!.conformance.inconclusive).toBeGreaterThan(5);
}, 30_000);

it('the demo calls its own answerer, judges it, and leaves one report of both', async () => {
  const { code, stderr, summary, out } = await busyhour(['demo', '--rate', '50', '--duration', '2s']);
  expect(code, stderr).toBe(0);
  expect(checkSummary(summary)).toBeNull();
  expect(summary!.calls.succeeded).toBe(100);
  expect(summary!.conformance.pass).toBeGreaterThan(50);
  expect(summary!.conformance.fail + summary!.conformance.inconclusive, stderr).toBe(0);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  for (const heading of ['Conformance by section', 'Generator', 'Messages'])
    expect(page).toContain(`<h2>${heading}</h2>`);
  expect(stderr).toContain(join(out, 'junit.xml'));
}, 90_000);
