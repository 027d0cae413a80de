// Users who are kept registered and call each other, at Kamailio as registrar and proxy with digest, and at our own reference server.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { busyhour, type Result, startAnswerer } from './peers/busyhour.ts';
import { have } from './peers/have.ts';
import { startKamailioRegistrar } from './peers/kamailio-registrar.ts';
import { tempDir } from './peers/temp-dir.ts';

/** The password is the one Kamailio expects. */
function usersFile(count: number): string {
  const file = join(tempDir(), 'users.csv');
  writeFileSync(file, `user,password\n${Array.from({ length: count }, (_, i) => `u${i},pw-u${i}`).join('\n')}\n`);
  return file;
}

function mixFile(text: string): string {
  const file = join(tempDir(), 'mix.yaml');
  writeFileSync(file, text);
  return file;
}

/** Every call made and, where they come back, received; nothing failed on either side. */
function expectClean(result: Result, calls: number, received: number): void {
  const { summary, stderr } = result;
  expect(summary, stderr).not.toBeNull();
  expect(summary!.failures).toEqual([]);
  expect(summary!.calls).toMatchObject({ started: calls, succeeded: calls, failed: 0, dropped: 0 });
  const beside = summary!.flows.filter(({ role }) => role === 'callee');
  expect(beside.reduce((n, { succeeded }) => n + succeeded, 0)).toBe(received);
  expect(beside.reduce((n, { failed }) => n + failed, 0)).toBe(0);
  expect(summary!.messages).toMatchObject({ unexpected: 0, malformed: 0 });
  expect(summary!.rules.violations).toEqual([]);
}

describe.skipIf(!have('kamailio'))('users registered at Kamailio, with digest', () => {
  it('call each other through it while their bindings are refreshed, and leave', async () => {
    // Granted 6 s of the 600 s asked for (counted in whole seconds there), so that refreshes at 80 % fall into the run; a nonce is good for 3 s, so that it grows stale.
    const peer = await startKamailioRegistrar({ lifeS: 6, nonceS: 3, lifetimeMs: 50_000 });
    const caller = await busyhour([
      ...['load', 'basic', `udp:127.0.0.1:${peer.port}`, '--data', usersFile(200), '--register'],
      ...['--register-rate', '400', '--register-expires', '600s', '--rate', '100', '--duration', '6s', '--hold', '1s'],
    ]);
    await peer.stop();
    expectClean(caller, 600, 600);
    const users = caller.summary!.registrations!;
    expect(users).toMatchObject({ users: 200, atStart: 200, added: 200, removed: 200, failed: 0, left: 0 });
    expect(users.refreshed).toBeGreaterThanOrEqual(200);
    expect(caller.summary!.latencyUs.rrd!.count).toBe(200 + users.refreshed + 200);
    // Each user is challenged once, and when its nonce is stale; in between the nonce serves again.
    const challenges = caller.summary!.messages.byStatus['401']!.received;
    expect(challenges).toBeGreaterThanOrEqual(200);
    expect(challenges).toBeLessThanOrEqual(200 + users.refreshed + 200);
    expect(caller.summary!.messages.byStatus['407']!.received).toBeGreaterThanOrEqual(200);
  });

  it('play a mix on two workers, each flow answered by its own callee', async () => {
    const peer = await startKamailioRegistrar({ lifetimeMs: 50_000 });
    const mix = mixFile(
      [
        'mix: office',
        'register: { rate: 400, expires: 120s }',
        'flows:',
        '  - { flow: basic, weight: 3 }',
        '  - { flow: prack-info-refer, weight: 1 }',
        '  - { flow: cancel, weight: 1 }',
        '  - { flow: message, weight: 1 }',
      ].join('\n'),
    );
    const caller = await busyhour([
      ...['load', mix, `udp:127.0.0.1:${peer.port}`, '--data', usersFile(100), '--workers', '2'],
      ...['--rate', '100', '--calls', '300'],
    ]);
    await peer.stop();
    expectClean(caller, 300, 300);
    const started = (role: string) =>
      caller.summary!.flows.filter((flow) => flow.role === role).map(({ flow, started: n }) => [flow, n]);
    const expected = [
      ['basic', 150],
      ['prack-info-refer', 50],
      ['cancel', 50],
      ['message', 50],
    ];
    expect(started('caller')).toEqual(expected);
    expect(started('callee')).toEqual(expected);
    // Nonces of ten minutes: one challenge for each user and server.
    expect(caller.summary!.messages.byStatus['401']!.received).toBe(100);
    expect(caller.summary!.messages.byStatus['407']!.received).toBeLessThanOrEqual(130);
  });

  it('say who was not let in, and do not pass', async () => {
    const peer = await startKamailioRegistrar({ lifetimeMs: 40_000 });
    const file = join(tempDir(), 'users.csv');
    writeFileSync(file, 'user,password,to\nu0,pw-u0,u2\nu1,guessed,u0\nu2,pw-u2,u0\n');
    const caller = await busyhour([
      ...['load', 'basic', `udp:127.0.0.1:${peer.port}`, '--data', file, '--register', '--rate', '20', '--calls', '20'],
    ]);
    await peer.stop();
    expect(caller.summary!.registrations).toMatchObject({ users: 3, atStart: 2, added: 2, failed: 1 });
    expect(caller.summary!.failures).toEqual([
      expect.objectContaining({ reason: 'registration: unexpected: 401 Unauthorized to REGISTER', count: 1 }),
    ]);
    expect(caller.summary!.calls).toMatchObject({ started: 20, succeeded: 20, failed: 0 });
    expect(caller.summary).toMatchObject({ verdict: 'fail', exitCode: 99 });
    expect(caller.summary!.reasons).toEqual(['threshold crossed: registrations.failed<1']);
  });
});

describe('users registered at the reference server', () => {
  it('register, call, and leave, on two workers', async () => {
    const callee = await startAnswerer([], { lifetimeMs: 40_000 });
    const caller = await busyhour([
      ...['load', 'basic', `udp:127.0.0.1:${callee.port}`, '--data', usersFile(500), '--register', '--workers', '2'],
      ...['--register-rate', '1000', '--register-expires', '60s', '--rate', '200', '--duration', '2s'],
    ]);
    const answered = await callee.stop();
    // It answers calls to its users itself.
    expectClean(caller, 400, 0);
    expect(caller.summary!.registrations).toMatchObject({ users: 500, atStart: 500, removed: 500, failed: 0, left: 0 });
    expect(answered.summary!.calls.failed).toBe(0);
    expect(answered.summary!.rules.violations).toEqual([]);
  });
});
