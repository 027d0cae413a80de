// Users who are registered, refreshed, called, calling and unregistered on one socket, in virtual time, with a registrar and proxy that a test steers.
import { describe, expect, it } from 'vitest';
import {
  CALLEE_PORT,
  CALLER_PORT,
  counter,
  counts,
  failures,
  held,
  NOTHING_HELD,
  Pair,
  programOf,
  violations,
} from '../../tests/virtual/pair.ts';
import { Registrar } from '../../tests/virtual/proxy.ts';
import { parseData } from '../controller/data.ts';
import { smoothOrder } from '../flow/mix-order.ts';
import { FLOW, FLOW_COUNTERS } from '../metrics/counters.ts';
import type { RegisterConfig, WorkerConfig } from './protocol.ts';

const REGISTER: RegisterConfig = {
  expiresS: 300,
  refreshShare: 0.8,
  refreshUs: 0,
  rateCps: 10,
  rampUs: 0,
  unregister: true,
};

interface Options {
  readonly users?: number;
  readonly register?: Partial<RegisterConfig>;
  readonly flows?: readonly string[];
  readonly weights?: readonly number[];
  readonly calls?: number;
  readonly rateCps?: number;
  readonly holdUs?: number;
  readonly caller?: Partial<WorkerConfig>;
  readonly load?: object;
  readonly csv?: string;
  readonly faults?: Pair['link']['faults'];
  readonly setup?: (proxy: Registrar) => void;
}

function open(options: Options = {}): { pair: Pair; proxy: Registrar } {
  const { users = 4, flows = ['basic'], holdUs = 1_000_000 } = options;
  const callers = flows.map((name) => programOf(name, 'caller', holdUs));
  const callees = flows.map((name) => programOf(name, 'callee', holdUs));
  const csv = options.csv ?? `user,password\n${Array.from({ length: users }, (_, i) => `u${i},p${i}`).join('\n')}\n`;
  const pair = new Pair({
    flow: 'basic',
    ends: ['caller'],
    calls: options.calls ?? 8,
    rateCps: options.rateCps ?? 4,
    load: { order: smoothOrder(options.weights ?? flows.map(() => 1)), ...options.load },
    caller: {
      programs: [...callers, ...callees],
      calleeOf: callers.map((_, i) => callers.length + i),
      target: { address: '127.0.0.1', port: CALLEE_PORT, host: '127.0.0.1', users: flows.map(() => 'x') },
      data: parseData(csv, 'users.csv'),
      register: { ...REGISTER, ...options.register },
      ...options.caller,
    },
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  const proxy = new Registrar(pair.link, CALLEE_PORT);
  options.setup?.(proxy);
  return { pair, proxy };
}

function flowCounts(pair: Pair, program: number): { started: number; succeeded: number; failed: number } {
  const n = (what: number) => pair.caller!.e.tally.flowCounts[program * FLOW_COUNTERS + what]!;
  return { started: n(FLOW.STARTED), succeeded: n(FLOW.SUCCEEDED), failed: n(FLOW.FAILED) };
}

function usersCounts(pair: Pair): Record<string, number> {
  const { caller } = pair;
  return {
    users: counter(caller, 'USERS'),
    atStart: counter(caller, 'USERS_AT_START'),
    added: counter(caller, 'USERS_ADDED'),
    refreshed: counter(caller, 'USERS_REFRESHED'),
    removed: counter(caller, 'USERS_REMOVED'),
    failed: counter(caller, 'REGISTRATIONS_FAILED'),
    now: counter(caller, 'USERS_REGISTERED'),
  };
}

/** What the caller's socket sent, without what the proxy passed on. */
function own(pair: Pair, kind: string) {
  return pair.log(kind).filter(({ fromPort }) => fromPort === CALLER_PORT);
}

describe('registered users', () => {
  it('register at their rate, call each other on their own socket, and leave', () => {
    const { pair, proxy } = open();
    pair.run();
    expect(usersCounts(pair)).toEqual({ users: 4, atStart: 4, added: 4, refreshed: 0, removed: 4, failed: 0, now: 0 });
    expect(proxy.bindings.size).toBe(0);
    expect(proxy.registrations.slice(0, 4).map(({ user, expiresS }) => [user, expiresS])).toEqual([
      ['u0', 300],
      ['u1', 300],
      ['u2', 300],
      ['u3', 300],
    ]);
    const first = own(pair, 'REGISTER').slice(0, 4);
    expect(first.map(({ atUs }) => Math.round(atUs / 1e5))).toEqual([0, 1, 2, 3]);
    // The calls: made, and received on the same socket.
    expect(counts(pair.caller)).toEqual({ started: 8, succeeded: 8, failed: 0, dropped: 0, unexpected: 0 });
    expect(flowCounts(pair, 1)).toEqual({ started: 8, succeeded: 8, failed: 0 });
    expect(failures(pair.caller)).toEqual([]);
    expect(violations(pair.caller)).toEqual([]);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
    const invites = pair.log('INVITE').filter(({ toPort }) => toPort === CALLEE_PORT);
    expect(invites.map(({ text }) => /^INVITE sip:(\w+)@/.exec(text)![1])).toEqual([
      ...['u1', 'u2', 'u3', 'u0', 'u1', 'u2', 'u3', 'u0'],
    ]);
    // Who calls is known by what it registered; where it is reached by its Contact.
    expect(invites[0]!.text).toMatch(/^From: <sip:u0@127\.0\.0\.1:5060>;tag=/m);
    expect(invites[0]!.text).toMatch(/^Contact: <sip:u0@127\.0\.0\.1:5061>/m);
  });

  it('make no call before the last of them is registered', () => {
    const { pair } = open({ users: 20 });
    pair.run();
    const last = Math.max(
      ...pair
        .log('200 REGISTER')
        .slice(0, 20)
        .map(({ atUs }) => atUs),
    );
    expect(own(pair, 'INVITE')[0]!.atUs).toBeGreaterThanOrEqual(last);
  });

  it('RFC 3261 §10.2: keep one Call-ID, with a CSeq that rises', () => {
    const { pair } = open({ register: { expiresS: 10 }, calls: 40, rateCps: 1 });
    pair.run();
    for (const user of ['u0', 'u3']) {
      const all = own(pair, 'REGISTER').filter(({ text }) => text.includes(`To: <sip:${user}@`));
      expect(all.length).toBeGreaterThan(5);
      expect(new Set(all.map(({ text }) => /^Call-ID: (.*)$/m.exec(text)![1])).size).toBe(1);
      expect(all.map(({ text }) => Number(/^CSeq: 0*(\d+)/m.exec(text)![1]))).toEqual(all.map((_, i) => i + 1));
    }
  });

  it('come in on a ramp', () => {
    const { pair } = open({ users: 20, register: { rateCps: 10, rampUs: 2e6 } });
    pair.run();
    const first = own(pair, 'REGISTER').slice(0, 20);
    // The integral of 0..10 a second over 2 s is 10: user k is due at the root of k / 2.5 up to there, then every 100 ms.
    expect(first.map(({ atUs }) => Math.round(atUs / 1e4) / 100)).toEqual(
      Array.from({ length: 20 }, (_, k) => (k < 10 ? Math.round(Math.sqrt(k / 2.5) * 100) / 100 : 2 + (k - 10) / 10)),
    );
  });

  it('stay registered when they are told not to leave', () => {
    const { pair, proxy } = open({ register: { unregister: false } });
    pair.run();
    expect(proxy.bindings.size).toBe(4);
    expect(usersCounts(pair)).toMatchObject({ removed: 0, now: 4 });
  });
});

describe('a refresh', () => {
  it('RFC 3261 §10.2.4: comes in time for what was granted, not for what was asked', () => {
    const { pair, proxy } = open({
      users: 1,
      calls: 60,
      rateCps: 1,
      setup: (p) => {
        p.grant = () => 20;
      },
    });
    pair.run();
    const times = proxy.registrations.map(({ atUs }) => atUs / 1e6);
    // 80 % of 20 s.
    for (let i = 1; i < times.length - 1; i++) {
      expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(16);
      expect(times[i]! - times[i - 1]!).toBeLessThan(16.1);
    }
    expect(usersCounts(pair)).toMatchObject({ added: 1, refreshed: 3, removed: 1, failed: 0 });
  });

  it('comes after a time that is given, where the binding lasts as long', () => {
    const { pair, proxy } = open({
      users: 1,
      calls: 40,
      rateCps: 1,
      register: { refreshShare: 0.95, refreshUs: 12e6 },
    });
    pair.run();
    const times = proxy.registrations.map(({ atUs }) => Math.floor(atUs / 1e6));
    expect(times.slice(0, 4)).toEqual([0, 12, 24, 36]);
    const brief = open({
      users: 1,
      calls: 30,
      rateCps: 1,
      register: { refreshShare: 0.95, refreshUs: 12e6 },
      setup: (p) => {
        p.grant = () => 10;
      },
    });
    brief.pair.run();
    expect(brief.proxy.registrations.slice(0, 3).map(({ atUs }) => Math.floor(atUs / 1e6))).toEqual([0, 9, 19]);
  });

  it('is due while calls go on, and none of them notices', () => {
    const { pair } = open({ register: { expiresS: 5 }, calls: 60, rateCps: 3, holdUs: 4_000_000 });
    pair.run();
    expect(counts(pair.caller)).toMatchObject({ started: 60, succeeded: 60, failed: 0, unexpected: 0 });
    expect(flowCounts(pair, 1)).toEqual({ started: 60, succeeded: 60, failed: 0 });
    expect(usersCounts(pair).refreshed).toBeGreaterThan(12);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });
});

describe('what a registrar may answer', () => {
  it('RFC 3261 §10.2.8: 423 is followed with the least it takes, from then on', () => {
    const { pair, proxy } = open({
      users: 1,
      calls: 130,
      rateCps: 1,
      register: { expiresS: 30 },
      setup: (p) => {
        p.refuse = ({ expiresS }) =>
          expiresS > 0 && expiresS < 60 ? { status: 423, lines: ['Min-Expires: 60'] } : null;
      },
    });
    pair.run();
    expect(proxy.registrations.map(({ expiresS }) => expiresS)).toEqual([30, 60, 60, 60, 0]);
    expect(usersCounts(pair)).toMatchObject({ added: 1, refreshed: 2, failed: 0 });
  });

  it('a 423 that names no longer time is no way out', () => {
    const { pair } = open({
      users: 1,
      calls: 1,
      setup: (p) => {
        p.refuse = () => ({ status: 423, lines: ['Min-Expires: 300'] });
      },
    });
    pair.run(20e6);
    expect(failures(pair.caller)).toEqual(['1 registration: unexpected: 423 Interval Too Brief to REGISTER']);
  });

  it('RFC 3261 §22.2: a challenge is answered, and its nonce then serves, counted, until it is stale', () => {
    let nonce = 1;
    const { pair, proxy } = open({
      users: 2,
      calls: 60,
      rateCps: 1,
      register: { expiresS: 20 },
      setup: (p) => {
        p.refuse = ({ text, atUs }) => {
          if (atUs > 40e6) nonce = 2;
          const challenge = (stale: string) => ({
            status: 401,
            lines: [`WWW-Authenticate: Digest realm="r", nonce="n${nonce}", qop="auth", algorithm=MD5${stale}`],
          });
          const given = /nonce="n(\d)"/.exec(text)?.[1];
          if (given === undefined) return challenge('');
          return Number(given) === nonce ? null : challenge(', stale=true');
        };
      },
    });
    pair.run();
    expect(usersCounts(pair)).toMatchObject({ added: 2, removed: 2, failed: 0 });
    const ours = proxy.registrations.filter(({ user }) => user === 'u0');
    const used = ours.map(({ text }) => /nonce="n(\d)".*nc=([0-9a-f]{8})/.exec(text));
    expect(used.map((match) => match?.[1] ?? '-')).toEqual(['-', '1', '1', '1', '1', '2', '2']);
    // The calls of the user count with the same nonce.
    const counts1 = used.slice(1, 5).map((match) => Number.parseInt(match![2]!, 16));
    expect(counts1[0]).toBe(1);
    expect(counts1.every((nc, i) => i === 0 || nc > counts1[i - 1]!)).toBe(true);
    expect(used[5]![2]).toBe('00000001');
    expect(ours[1]!.text).toMatch(/username="u0"/);
    // Only what led to a binding is a delay of registration.
    const rrd = pair.caller!.e.recorder.snapshot().find(({ name }) => name === 'rrd')!;
    expect(rrd.total).toBe(usersCounts(pair).added! + usersCounts(pair).refreshed! + usersCounts(pair).removed!);
  });

  it('a user who is refused is told of, makes no call, and tries again when Retry-After has passed', () => {
    let down = true;
    const { pair, proxy } = open({
      calls: 20,
      rateCps: 1,
      setup: (p) => {
        p.refuse = ({ user, atUs }) => {
          if (atUs > 9e6) down = false;
          return user === 'u2' && down ? { status: 503, lines: ['Retry-After: 5'] } : null;
        };
      },
    });
    pair.run();
    expect(usersCounts(pair)).toMatchObject({ users: 4, atStart: 3, added: 4, failed: 2, removed: 4 });
    expect(failures(pair.caller)).toContain('2 registration: unexpected: 503 Service Unavailable to REGISTER');
    expect(proxy.registrations.filter(({ user }) => user === 'u2').map(({ atUs }) => Math.floor(atUs / 1e6))).toEqual([
      ...[0, 5, 10],
      expect.any(Number),
    ]);
    const callers = own(pair, 'INVITE').map(({ text }) => /^From: <sip:(\w+)@/m.exec(text)![1]);
    expect(callers.slice(0, 9)).not.toContain('u2');
    expect(callers.slice(12)).toContain('u2');
  });

  it('silence ends a registration after Timer F', () => {
    const faults: Pair['link']['faults'] = ({ kind, text }) =>
      kind === 'REGISTER' && text.includes('To: <sip:u1@') ? [] : [0];
    const { pair } = open({ users: 2, calls: 1, faults });
    pair.run(60e6);
    expect(failures(pair.caller)[0]).toBe('1 registration: timeout: no response to REGISTER within 32 s');
    expect(usersCounts(pair)).toMatchObject({ atStart: 1, added: 1 });
    expect(counts(pair.caller)).toMatchObject({ started: 1 });
  });

  it('RFC 3261 §10.3: a 200 that does not list the binding is none', () => {
    const { pair } = open({
      users: 1,
      calls: 1,
      setup: (p) => {
        p.list = () => 'Contact: <sip:u0@127.0.0.1:9999>;expires=300';
      },
    });
    pair.run(5e6);
    expect(failures(pair.caller)).toEqual([
      '1 registration: protocol: 200 to REGISTER without the binding that was asked for (RFC 3261 §10.3)',
    ]);
    expect(usersCounts(pair)).toMatchObject({ atStart: 0, added: 0 });
    // Nobody is there to make a call: it is dropped.
    expect(counts(pair.caller)).toMatchObject({ started: 0, dropped: 1 });
  });

  it('finds its binding among those of others', () => {
    const { pair } = open({
      users: 1,
      calls: 30,
      rateCps: 1,
      setup: (p) => {
        p.list = (user) =>
          `Contact: "a, b" <sip:${user}@10.0.0.1:5061>;expires=3000, <sip:${user}@127.0.0.1:5061;x=y>;q=0.5;expires=10`;
      },
    });
    pair.run();
    expect(usersCounts(pair)).toMatchObject({ added: 1, refreshed: 3, failed: 0 });
  });
});

describe('calls of a mix of registered users', () => {
  it('are answered by the callee of the flow they play', () => {
    const { pair } = open({ flows: ['basic', 'prack-info-refer', 'options'], weights: [3, 2, 1], calls: 24 });
    pair.run();
    expect(failures(pair.caller)).toEqual([]);
    expect([0, 1, 2].map((p) => flowCounts(pair, p).succeeded)).toEqual([12, 8, 4]);
    expect([3, 4, 5].map((p) => flowCounts(pair, p).succeeded)).toEqual([12, 8, 4]);
    expect(violations(pair.caller)).toEqual([]);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });

  it('RFC 3261 §8.1.3.4: who was sent elsewhere comes again by the tag in the Contact, which is no user of ours', () => {
    const { pair } = open({ flows: ['redirect', 'basic'] });
    pair.run();
    expect(failures(pair.caller)).toEqual([]);
    expect(counts(pair.caller)).toEqual({ started: 8, succeeded: 8, failed: 0, dropped: 0, unexpected: 0 });
    for (let program = 0; program < 4; program++)
      expect(flowCounts(pair, program)).toEqual({ started: 4, succeeded: 4, failed: 0 });
    expect(own(pair, '302 INVITE')).toHaveLength(4);
    expect(violations(pair.caller)).toEqual([]);
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
  });

  it('go to whom the column `to` says; a user who is none of ours is 404', () => {
    const { pair, proxy } = open({
      csv: 'user,to\nu0,u1\nu1,nobody\n',
      calls: 4,
    });
    proxy.bindings.set('nobody', 'sip:nobody@127.0.0.1:5061');
    pair.run();
    expect(counts(pair.caller)).toMatchObject({ started: 4, succeeded: 2, failed: 2 });
    expect(failures(pair.caller)).toEqual(['2 unexpected: 404 Not Found to INVITE, expected 100 Trying']);
  });

  it('survive a bad link, each counted once at either end', () => {
    let n = 0;
    const faults: Pair['link']['faults'] = () => (n++ % 9 === 0 ? [] : n % 11 === 0 ? [0, 200_000] : [0]);
    const { pair } = open({
      flows: ['basic', 'prack-info-refer'],
      weights: [1, 1],
      calls: 60,
      faults,
      register: { expiresS: 8 },
    });
    pair.run();
    const made = counts(pair.caller);
    expect(made.succeeded + made.failed).toBe(60);
    for (const p of [2, 3]) {
      const { started, succeeded, failed } = flowCounts(pair, p);
      expect(succeeded + failed).toBe(started);
    }
    expect(held(pair.caller)).toEqual(NOTHING_HELD);
    expect(violations(pair.caller)).toEqual([]);
  });

  it('unique: a user is in one call of its own at a time, also when it is called meanwhile', () => {
    const { pair } = open({ users: 3, calls: 12, rateCps: 2, holdUs: 2_000_000, caller: { dataOrder: 'unique' } });
    pair.run();
    const dropped = counter(pair.caller, 'ROWS_USED_UP');
    expect(dropped).toBeGreaterThan(0);
    expect(counts(pair.caller)).toMatchObject({ started: 12 - dropped, succeeded: 12 - dropped, dropped });
  });
});
