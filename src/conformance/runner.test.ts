// Cases against a scripted server: how each ends, what is left behind, and what happens when the server does not answer.
import { afterEach, describe, expect, it } from 'vitest';
import {
  answerPlainly,
  type ScriptedPeer,
  type ScriptedRequest,
  type Send,
  startScripted,
} from '../../tests/peers/scripted.ts';
import type { Case } from './case.ts';
import { type ProfileFile, profileOf } from './profile.ts';
import type { Result, RunResult } from './result.ts';
import { Runner } from './runner.ts';
import type { Talk } from './talk.ts';

let server: ScriptedPeer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

const PROFILE: ProfileFile = {
  roles: ['uas'],
  extensions: { answer: 'answer' },
  accounts: [{ user: 'alice', password: 'secret' }],
  wait: '200ms',
};

let serial = 0;
function one(run: (t: Talk) => Promise<void>, rest: Partial<Case> = {}): Case {
  return {
    id: `rfc3261/8.2/case-${++serial}`,
    title: 'A title that says what is required',
    req: [],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run,
    ...rest,
  };
}

async function runnerFor(
  script: (r: ScriptedRequest, send: Send) => void,
  jobs = 1,
  profile = PROFILE,
): Promise<Runner> {
  server = await startScripted(script);
  return new Runner({
    target: { address: '127.0.0.1', port: server.port },
    kind: 'udp',
    profile: profileOf(profile, 'example.com'),
    jobs,
    slow: false,
    addressOf: () => '127.0.0.1',
  });
}

async function play(
  script: (r: ScriptedRequest, send: Send) => void,
  cases: readonly Case[],
  jobs = 1,
): Promise<RunResult> {
  return (await runnerFor(script, jobs)).run(cases);
}

async function resultOf(
  script: (r: ScriptedRequest, send: Send) => void,
  run: (t: Talk) => Promise<void>,
  rest: Partial<Case> = {},
): Promise<Result> {
  return (await play(script, [one(run, rest)])).results[0]!;
}

const isProbe = ({ callId }: ScriptedRequest) => callId.startsWith('probe-');

/** Answers probes, and everything else with this status. */
const always =
  (status: number, headers: readonly string[] = []) =>
  (request: ScriptedRequest, send: Send): void => {
    if (request.method !== 'ACK') send(request.response(isProbe(request) ? 200 : status, { headers }));
  };

const options = async (t: Talk) => {
  t.send(t.request('OPTIONS'));
  await t.expect(200);
};

describe('a case ends', () => {
  it('pass when it reaches its end', async () => {
    expect(await resultOf(always(200), options)).toMatchObject({ verdict: 'pass', health: 'alive', messages: [] });
  });

  it.each([
    ['MUST', 'fail'],
    ['MUST NOT', 'fail'],
    ['SHOULD', 'non-strict'],
    ['MAY', 'info'],
  ] as const)('a missed %s is %s, with what was expected and what came', async (level, verdict) => {
    const result = await resultOf(always(500), options, { level });
    expect(result).toMatchObject({ verdict, expected: '200 to OPTIONS', actual: 'SIP/2.0 500 Scripted' });
    expect(result.messages.map(({ direction }) => direction)).toEqual(['out', 'in', 'note']);
  });

  it.each([401, 403, 404, 407])('inconclusive when %i came before the rule was reached', async (status) => {
    expect((await resultOf(always(status), options)).verdict).toBe('inconclusive');
  });

  it('unsupported when an optional method is refused, but not when OPTIONS is', async () => {
    const message = async (t: Talk) => {
      t.send(t.request('MESSAGE'));
      await t.expect(200);
    };
    expect((await resultOf(always(405), message)).verdict).toBe('unsupported');
    await server!.stop();
    expect((await resultOf(always(405), options)).verdict).toBe('fail');
  });

  it('fail with strictly, whatever the refusal', async () => {
    const run = async (t: Talk) => {
      t.send(t.request('OPTIONS'));
      await t.expect(200, { strictly: true });
    };
    expect((await resultOf(always(403), run)).verdict).toBe('fail');
  });

  describe('a challenge that we have no answer to', () => {
    it.each([
      [401, 200],
      [407, 200],
      [401, 'final'],
      [407, 'refusal'],
    ] as const)('is inconclusive, also with strictly: %i where %s is expected', async (status, wanted) => {
      const run = async (t: Talk) => {
        t.send(t.request('OPTIONS'));
        await t.expect(wanted, { strictly: true });
      };
      const result = await resultOf(always(status), run);
      expect(result).toMatchObject({ verdict: 'inconclusive', actual: `SIP/2.0 ${status} Scripted` });
    });

    it('is a failure with strictly when it answers our credentials', async () => {
      const run = async (t: Talk) => {
        t.send(t.request('OPTIONS', { headers: { Authorization: 'Digest username="alice"' } }));
        await t.expect(200, { strictly: true });
      };
      expect((await resultOf(always(401), run)).verdict).toBe('fail');
    });

    it('is a response like any other where the case looks at it', async () => {
      const run = async (t: Talk) => {
        t.send(t.request('OPTIONS'));
        await t.expect('refusal', { challengeCounts: true });
      };
      expect((await resultOf(always(401), run)).verdict).toBe('pass');
    });
  });

  it('fail when nothing comes but probes are answered; it says what was unread', async () => {
    const silent = (request: ScriptedRequest, send: Send) => {
      if (isProbe(request)) send(request.response(200));
      else send('BYE sip:x SIP/2.0\r\n\r\n');
    };
    const result = await resultOf(silent, options);
    expect(result).toMatchObject({ verdict: 'fail', health: 'alive' });
    expect(result.actual).toBe('nothing within 200 ms; unread: BYE sip:x SIP/2.0');
  });

  it('non-strict after a SHOULD that was missed on the way', async () => {
    const run = async (t: Talk) => {
      await options(t);
      t.prefer(false, 'Allow', 'no Allow');
    };
    expect(await resultOf(always(200), run)).toMatchObject({
      verdict: 'non-strict',
      expected: 'Allow',
      actual: 'no Allow',
    });
  });

  it('error when it throws, for that is our own fault', async () => {
    const result = await resultOf(always(200), () => Promise.reject(new TypeError('oops')));
    expect(result.verdict).toBe('error');
    expect(result.actual).toMatch(/oops/);
  });

  it('skip, unrun, when the profile has not what it needs', async () => {
    const never = () => Promise.reject(new Error('it ran'));
    const cases = [
      one(never, { needs: ['ring'] }),
      one(never, { role: 'registrar' }),
      one(never, { transports: ['tcp'] }),
      one(never, { slow: true }),
    ];
    const { results } = await play(always(200), cases);
    expect(results.map(({ verdict }) => verdict)).toEqual(['skip', 'skip', 'skip', 'skip']);
    expect(results.map(({ actual }) => actual).join('; ')).toBe(
      'the profile has no extension that is ring; the profile has no role registrar; the profile has no TCP; it is slow; run with --slow',
    );
  });

  it('inconclusive when a precondition fails, and names it', async () => {
    const run = async (t: Talk) => {
      await t.call();
    };
    const result = await resultOf(always(486), run);
    expect(result.verdict).toBe('inconclusive');
    expect(result.actual).toMatch(/an answered call was not reached: .*486/);
  });

  it('inconclusive when it takes too long, and is tidied up', async () => {
    const result = await resultOf(always(200), (t) => t.pause(60_000), { limitMs: 50 });
    expect(result).toMatchObject({ verdict: 'inconclusive', actual: 'the case took longer than 50 ms' });
  });
});

describe('silence', () => {
  const quiet = (t: Talk) => t.expectNone(20, 'request');

  it('counts between two probes that are answered', async () => {
    expect((await resultOf(always(200), quiet)).verdict).toBe('pass');
  });

  it('is nothing when something came', async () => {
    const talkative = (request: ScriptedRequest, send: Send) => {
      send(request.response(200));
      if (!isProbe(request)) send(request.text.replace('OPTIONS', 'NOTIFY').replace(/CSeq.*/, 'CSeq: 1 NOTIFY'));
    };
    const run = async (t: Talk) => {
      await options(t);
      await quiet(t);
    };
    const result = await resultOf(talkative, run);
    expect(result).toMatchObject({ verdict: 'fail', expected: 'no request for 20 ms' });
    expect(result.actual).toMatch(/^NOTIFY /);
  });
});

describe('the server', () => {
  it('that is not there ends the run before it begins', async () => {
    const runner = await runnerFor(always(200));
    await server!.stop();
    const { unreachable, results } = await runner.run([one(options), one(options)]);
    expect(unreachable).toMatch(/answers no control probe \(ECONNREFUSED\)/);
    expect(results.map(({ verdict, health }) => `${verdict} ${health}`)).toEqual([
      'inconclusive dead',
      'inconclusive dead',
    ]);
  });

  it('that dies is not asked any more, and the case that did it is named', async () => {
    let dead = false;
    const fragile = (request: ScriptedRequest, send: Send) => {
      if (request.method === 'MESSAGE') dead = true;
      if (!dead) send(request.response(200));
    };
    const killer = one(async (t) => {
      t.send(t.request('MESSAGE'));
      await t.expect(200);
    });
    const { killedBy, results } = await play(fragile, [one(options), killer, one(options), one(options)]);
    expect(killedBy).toEqual([killer.id]);
    expect(results.map(({ verdict, health }) => `${verdict} ${health}`)).toEqual([
      'pass alive',
      'fail dead',
      'inconclusive dead',
      'inconclusive dead',
    ]);
    expect(results[2]!.actual).toContain(killer.id);
  }, 20_000);
});

describe('after a case', () => {
  const methods = () => server!.requests.filter((request) => !isProbe(request)).map(({ method }) => method);

  it('a call that stands is acknowledged and ended, also when the case failed', async () => {
    const run = async (t: Talk) => {
      t.send(t.request('INVITE'));
      await t.expect('2xx');
      t.fail('on purpose');
    };
    const result = await resultOf(answerPlainly, run);
    expect(result).toMatchObject({ verdict: 'fail', actual: 'on purpose', notes: [] });
    expect(methods()).toEqual(['INVITE', 'ACK', 'BYE']);
  });

  it('a call that rings is cancelled, and its 487 acknowledged', async () => {
    let invite: ScriptedRequest | null = null;
    const ringing = (request: ScriptedRequest, send: Send) => {
      if (request.method === 'INVITE') {
        invite = request;
        send(request.response(180));
      } else if (request.method !== 'ACK') send(request.response(200));
      if (request.method === 'CANCEL') send(invite!.response(487));
    };
    const run = async (t: Talk) => {
      t.send(t.request('INVITE'));
      await t.expect(180);
    };
    expect(await resultOf(ringing, run)).toMatchObject({ verdict: 'pass', notes: [] });
    expect(methods()).toEqual(['INVITE', 'CANCEL', 'ACK']);
  });

  it('a case that ended its call itself is left alone', async () => {
    const run = async (t: Talk) => {
      const { dialog } = await t.call();
      t.send(t.request('BYE', { dialog }));
      await t.expect(200);
    };
    await resultOf(answerPlainly, run);
    expect(methods()).toEqual(['INVITE', 'ACK', 'BYE']);
  });

  it('a binding, a publication and a subscription are removed', async () => {
    const run = async (t: Talk) => {
      t.send(t.request('REGISTER', { to: 'alice' }));
      await t.expect(200);
      t.send(t.request('PUBLISH'));
      await t.expect(200);
      t.send(t.request('SUBSCRIBE'));
      await t.expect(200);
    };
    await resultOf(always(200, ['SIP-ETag: e1']), run, { needs: ['account'] });
    const ended = server!.requests.filter(({ text }) => /\r\nExpires: 0\r\n/.test(text));
    expect(ended.map(({ method }) => method)).toEqual(['SUBSCRIBE', 'PUBLISH', 'REGISTER']);
    expect(ended[2]!.text).toMatch(/Contact: <sip:harness@127\.0\.0\.1:\d+>;expires=0/);
    expect(ended[0]!.toTag).toBe('scripted');
  });

  it('a binding is removed too where a later REGISTER of the same contact was refused', async () => {
    const choosy = (request: ScriptedRequest, send: Send) => {
      if (request.text.includes('\r\nRequire: ')) send(request.response(420));
      else answerPlainly(request, send);
    };
    const run = async (t: Talk) => {
      t.send(t.request('REGISTER', { to: 'alice' }));
      await t.expect(200);
      t.send(t.request('REGISTER', { to: 'alice', headers: { Require: 'nothing-known' } }));
      await t.expect(420);
    };
    await resultOf(choosy, run, { needs: ['account'] });
    const registers = server!.requests.filter(({ method }) => method === 'REGISTER').map(({ text }) => text);
    expect(registers).toHaveLength(3);
    expect(registers[2]).toMatch(/\r\nContact: <sip:harness@127\.0\.0\.1:\d+>;expires=0\r\n/);
  });

  it('what could not be ended is told', async () => {
    const deaf = (request: ScriptedRequest, send: Send) => {
      if (request.method !== 'BYE') answerPlainly(request, send);
    };
    const run = async (t: Talk) => {
      await t.call();
    };
    expect((await resultOf(deaf, run)).notes.join()).toMatch(/could not be ended: a call: .*nothing within/);
  });

  it('RFC 3261 §15: a BYE that crosses ours ends the call, though ours is never answered', async () => {
    const crossing = (request: ScriptedRequest, send: Send) => {
      if (request.method !== 'BYE') return answerPlainly(request, send);
      const turned = request.text
        .replace(/^BYE \S+/, 'BYE sip:x')
        .replace(/^(From|To)(?=:)/gm, (name) => (name === 'To' ? 'From' : 'To'));
      send(turned.replace(/branch=\S+/, 'branch=z9hG4bK-crossing'));
    };
    const run = async (t: Talk) => {
      await t.call();
    };
    expect((await resultOf(crossing, run)).notes.join()).not.toContain('could not be ended');
  });
});

it('a challenge is answered with the account of the profile, where the case does not look for it', async () => {
  const challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"';
  const guarded = (request: ScriptedRequest, send: Send) => {
    const known = isProbe(request) || request.text.includes('Authorization: Digest username="alice"');
    send(request.response(known ? 200 : 401, { headers: known ? [] : [challenge] }));
  };
  const result = await resultOf(guarded, options);
  expect(result.verdict).toBe('pass');
  expect(server!.requests.filter((request) => !isProbe(request)).map(({ cseq }) => cseq)).toEqual([
    '1 OPTIONS',
    '2 OPTIONS',
  ]);
});

it('a challenge that comes once more after it was answered is none of the case, another response is', async () => {
  const challenge = { headers: ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'] };
  const guarded = (again: boolean) => (request: ScriptedRequest, send: Send) => {
    const known = isProbe(request) || request.text.includes('Authorization:');
    send(request.response(known ? 200 : 401, known ? {} : challenge));
    if (!known) setTimeout(() => send(request.response(again ? 401 : 403, challenge)), 50);
  };
  const silent = async (t: Talk) => {
    t.send(t.request('OPTIONS'));
    await t.expect(200);
    await t.expectNone(150, 'response');
  };
  expect(await resultOf(guarded(true), silent)).toMatchObject({ verdict: 'pass' });
  await server!.stop();
  expect(await resultOf(guarded(false), silent)).toMatchObject({ verdict: 'fail', actual: 'SIP/2.0 403 Scripted' });
});

it('a timing case is tried again, and every attempt is shown', async () => {
  let n = 0;
  const moody = (request: ScriptedRequest, send: Send) =>
    send(request.response(isProbe(request) || ++n > 1 ? 200 : 500));
  expect(await resultOf(moody, options, { timing: true })).toMatchObject({
    verdict: 'pass',
    attempts: ['fail', 'pass'],
  });
  await server!.stop();
  n = 0;
  expect(await resultOf(moody, options)).toMatchObject({ verdict: 'fail', attempts: [] });
});

it('an account serves one case at a time', async () => {
  let together = 0;
  let most = 0;
  const run = async (t: Talk) => {
    most = Math.max(most, ++together);
    await t.pause(20);
    together--;
  };
  const cases = [1, 2, 3].map(() => one(run, { needs: ['account'] }));
  const { results } = await play(always(200), cases, 3);
  expect(results.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass']);
  expect(most).toBe(1);
});

it('an interruption cuts the running case short and runs no other', async () => {
  const runner = await runnerFor(always(200));
  const cases = [one((t) => t.pause(60_000)), one(options)];
  const running = runner.run(cases);
  setTimeout(() => runner.stop(), 100);
  const { interrupted, results } = await running;
  expect(interrupted).toBe(true);
  expect(results.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'inconclusive']);
  expect(results[1]!.actual).toBe('not run: the run was interrupted');
});

it('a passive rule that a message breaks is told with the case', async () => {
  const wrong = (request: ScriptedRequest, send: Send) =>
    send(request.response(200).replace(isProbe(request) ? '' : /;tag=scripted/, ''));
  const { results, rules } = await play(wrong, [one(options)]);
  expect(results[0]!.rules).toContain('to-tag-present');
  expect(rules.violations.map(({ id }) => id)).toContain('to-tag-present');
});

it('a request that went as if through proxies is answered with as many Vias, or the rule is broken', async () => {
  const several = async (t: Talk) => {
    t.send(
      t.request('OPTIONS', {
        headers: {
          Via: (via) => [via, 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.8;branch=z9hG4bK2'],
        },
      }),
    );
    await t.expect(200);
  };
  const right = await play(always(200), [one(several)]);
  expect(right.results[0]!.rules).toEqual([]);
  await server!.stop();
  const loses = (request: ScriptedRequest, send: Send) =>
    send(request.response(200).replace(/Via: SIP\/2.0\/UDP 192.*\r\n/, ''));
  expect((await play(loses, [one(several)])).results[0]!.rules).toEqual(['via-single']);
});
