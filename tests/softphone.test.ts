// baresip registers with the reference server, calls it and is called by us: what the phone says happened against what we counted. Never with a sound card.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailed, expectLawful, expectMessages, expectSpotless } from './clean.ts';
import { type Baresip, type BaresipOptions, startBaresip } from './peers/baresip.ts';
import { busyhour, type Result, startAnswerer, startBusyhour } from './peers/busyhour.ts';
import { flowFile } from './peers/flow-file.ts';
import { have } from './peers/have.ts';

const LIFETIME = { lifetimeMs: 30_000 };
/** libre 1.1, under baresip 1.0, gives up at the first challenge it does not know (RFC 8760 §2.4 has it go on to the next). */
const MD5 = ['--auth', '--auth-algorithms', 'MD5', '--user', 'phone', '--password', 'secret'];

/** What a phone and the reference server did with each other, from its start until both have signed off. */
async function session(
  answer: readonly string[],
  phone: Omit<BaresipOptions, 'lifetimeMs' | 'server' | 'contacts'> & { register?: boolean; contact?: string },
  act: (phone: Baresip, server: string) => Promise<void>,
): Promise<Result> {
  // It outlives the phone.
  const answerer = await startAnswerer(answer, { lifetimeMs: LIFETIME.lifetimeMs + 10_000 });
  const server = `127.0.0.1:${answerer.port}`;
  const made = await startBaresip({
    ...phone,
    ...LIFETIME,
    server: { port: answerer.port, user: 'phone', register: phone.register === true },
    // Itself: whom it writes to, and whose presence it watches.
    contacts: [`"Phone" <sip:phone@${server}>${phone.contact ?? ''}`],
  });
  try {
    await act(made, server);
    await made.quit();
  } catch (error) {
    await made.stop();
    await answerer.stop();
    throw error;
  }
  const answered = await answerer.stop();
  expectLawful(answered);
  return answered;
}

describe.skipIf(!have('baresip'))('baresip and the reference server', () => {
  it('registers with digest, and signs off', async () => {
    const answered = await session(MD5, { register: true }, async (phone) => {
      await phone.says('reginfo', /OK .*Expires 600s/);
    });
    expectMessages(answered, { REGISTER: [0, 4] }, { 200: [2, 0], 401: [2, 0] });
  });

  it('is not let in with another password', async () => {
    const answered = await session([...MD5.slice(0, -1), 'other'], { register: true }, async (phone) => {
      await phone.process.line(/reg: .*: 401 Unauthorized/, 5_000);
      await phone.says('reginfo', /ERR/);
    });
    // Seven more tries with what was refused, each time, though RFC 3261 §22.2 would rather have none.
    expectMessages(answered, { REGISTER: [0, 16] }, { 401: [16, 0] });
  });

  it('makes a call with digest', async () => {
    const answered = await session(MD5, {}, async (phone, server) => {
      await phone.command('dial', `sip:bob@${server}`);
      await phone.event('CALL_ESTABLISHED');
      expect(phone.count('CALL_RINGING')).toBe(1);
      await phone.command('hangup');
      await phone.event('CALL_CLOSED');
    });
    expectMessages(answered, { INVITE: [0, 2], ACK: [0, 2], BYE: [0, 1] }, { 180: [1, 0], 200: [2, 0], 401: [1, 0] });
    expect(answered.summary!.calls).toMatchObject({ started: 1, succeeded: 1 });
  });

  it.each([
    ['busy', '486 Busy Here', 486],
    ['decline', '603 Decline', 603],
    ['away', '480 Temporarily Unavailable', 480],
  ] as const)('hears that %s is not to be had', async (user, said, status) => {
    const answered = await session([], {}, async (phone, server) => {
      await phone.command('dial', `sip:${user}@${server}`);
      expect((await phone.event('CALL_CLOSED')).param).toBe(said);
    });
    expectMessages(answered, { INVITE: [0, 1], ACK: [0, 1] }, { [status]: [1, 0] });
  });

  it('gives a call up that rings', async () => {
    const answered = await session([], {}, async (phone, server) => {
      await phone.command('dial', `sip:ring@${server}`);
      await phone.event('CALL_RINGING');
      await phone.command('hangup');
      await phone.event('CALL_CLOSED');
    });
    expectMessages(
      answered,
      { INVITE: [0, 1], CANCEL: [0, 1], ACK: [0, 1] },
      { 180: [1, 0], 200: [1, 0], 487: [1, 0] },
    );
  });

  it('holds a call and takes it back', async () => {
    const answered = await session([], {}, async (phone, server) => {
      await phone.command('dial', `sip:bob@${server}`);
      await phone.event('CALL_ESTABLISHED');
      await phone.command('hold');
      await phone.event('CALL_REMOTE_SDP', 2);
      await phone.command('resume');
      await phone.event('CALL_REMOTE_SDP', 3);
      await phone.command('hangup');
      await phone.event('CALL_CLOSED');
    });
    expectMessages(answered, { INVITE: [0, 3], ACK: [0, 3], BYE: [0, 1] }, { 180: [1, 0], 200: [4, 0] });
  });

  it('transfers us by REFER, and hears of it', async () => {
    const answered = await session([], {}, async (phone, server) => {
      await phone.command('dial', `sip:bob@${server}`);
      await phone.event('CALL_ESTABLISHED');
      await phone.command('transfer', `sip:carol@${server}`);
      expect((await phone.event('CALL_CLOSED')).param).toBe('Call transfered');
      expect(phone.count('TRANSFER_FAILED')).toBe(0);
    });
    expectMessages(
      answered,
      { INVITE: [0, 1], ACK: [0, 1], REFER: [0, 1], NOTIFY: [1, 0], BYE: [0, 1] },
      { 180: [1, 0], 200: [3, 1] },
    );
  });

  it('writes us a MESSAGE and asks with OPTIONS', async () => {
    const answered = await session([], {}, async (phone, server) => {
      await phone.command('message', 'Good morning');
      await phone.command('options', `sip:bob@${server}`);
      await phone.process.line(/----- OPTIONS of /, 5_000);
      expect(phone.process.output()).not.toMatch(/MESSAGE.*failed|OPTIONS failed/);
    });
    expectMessages(answered, { MESSAGE: [0, 1], OPTIONS: [0, 1] }, { 200: [2, 0] });
  });

  it('publishes its presence, watches it, and is told of each change', async () => {
    const answered = await session(
      [],
      { modules: ['presence.so'], account: 'pubint=600', contact: ';presence=p2p' },
      async (phone) => {
        await phone.says('contacts', /Unknown|Offline/);
        await phone.process.line(/Subscribing to 1 contacts/, 5_000);
        await phone.command('presence_online');
        await phone.says('contacts', /Online/);
        await phone.command('presence_offline');
        await phone.says('contacts', /Offline/);
      },
    );
    // Published: unknown, open, closed, removed. Told: what there is, open, closed, and that the subscription is over.
    expectMessages(answered, { PUBLISH: [0, 4], SUBSCRIBE: [0, 2], NOTIFY: [4, 0] }, { 200: [6, 4] });
  });
});

describe.skipIf(!have('baresip'))('baresip, called', () => {
  let phone: Baresip;
  beforeAll(async () => {
    phone = await startBaresip(LIFETIME);
  });
  afterAll(() => phone.stop());

  function load(flow: string, calls: number, ...more: readonly string[]): Promise<Result> {
    return busyhour(['load', flow, phone.uri, '--rate', '10', '--calls', String(calls), ...more]);
  }

  it.each([
    ['basic', { INVITE: [5, 0], ACK: [5, 0], BYE: [5, 0] }, { 180: [0, 5], 200: [0, 10] }],
    ['late-offer', { INVITE: [5, 0], ACK: [5, 0], BYE: [5, 0] }, { 180: [0, 5], 200: [0, 10] }],
    ['reinvite-hold', { INVITE: [15, 0], ACK: [15, 0], BYE: [5, 0] }, { 180: [0, 5], 200: [0, 20] }],
  ] as const)('takes five calls of %s', async (flow, methods, statuses) => {
    const before = [phone.count('CALL_ESTABLISHED'), phone.count('CALL_CLOSED')] as const;
    const caller = await load(flow, 5);
    expectSpotless(caller, 5);
    expectMessages(caller, methods, statuses);
    await phone.event('CALL_CLOSED', before[1] + 5);
    expect(phone.count('CALL_ESTABLISHED')).toBe(before[0] + 5);
  });

  it('hears the digits of info-dtmf', async () => {
    const before = phone.count('CALL_DTMF_START');
    const caller = await load('info-dtmf', 2);
    expectSpotless(caller, 2);
    expectMessages(caller, { INVITE: [2, 0], ACK: [2, 0], INFO: [8, 0], BYE: [2, 0] }, { 180: [0, 2], 200: [0, 12] });
    await phone.event('CALL_DTMF_START', before + 8);
    expect(phone.events.filter(({ type }) => type === 'CALL_DTMF_START').map(({ param }) => param)).toEqual(
      Array(before + 8).fill('5'),
    );
  });

  it('takes messages and OPTIONS', async () => {
    const messages = await load('message', 5);
    expectSpotless(messages, 5);
    expectMessages(messages, { MESSAGE: [5, 0] }, { 200: [0, 5] });
    const options = await load('options', 5);
    expectSpotless(options, 5);
    expectMessages(options, { OPTIONS: [5, 0] }, { 200: [0, 5] });
  });

  // What baresip 1.0 does not know it says so, and the calls that need it fail for that reason.
  it.each([
    ['update', 'UPDATE', { INVITE: [3, 0], ACK: [3, 0], UPDATE: [3, 0], BYE: [3, 0] }],
    ['publish', 'PUBLISH', { PUBLISH: [3, 0] }],
  ] as const)('refuses %s with 501', async (flow, method, methods) => {
    const caller = await load(flow, 3);
    expect(caller.summary!.failures).toMatchObject([
      { reason: `unexpected: 501 Not Implemented to ${method}, expected 200 OK`, count: 3 },
    ]);
    expect(caller.summary!.messages.byStatus['501']).toEqual({ sent: 0, received: 3 });
    expect(caller.summary!.messages.byMethod).toMatchObject(
      Object.fromEntries(Object.entries(methods).map(([name, [sent, received]]) => [name, { sent, received }])),
    );
    expectFailed(caller);
  });
});

describe.skipIf(!have('baresip'))('baresip in the middle', () => {
  it('is transferred by us: it calls whom we name and tells us how it went', async () => {
    const answerer = await startAnswerer([], LIFETIME);
    const phone = await startBaresip(LIFETIME);
    const flow = flowFile(
      'transfer',
      `
  - caller: INVITE
    body: sdp-offer
  - callee: 180
  - callee: 200
  - caller: ACK
  - caller: REFER
    headers: { Refer-To: "<sip:bob@127.0.0.1:${answerer.port}>", Referred-By: "<sip:busyhour@{{local.host}}>" }
  - callee: 202
  - callee: NOTIFY
    capture: { state: { header: Subscription-State, pattern: "^(active);expires=" }, went: { header: body, pattern: "^SIP/2.0 (100)" } }
  - caller: 200
  - callee: NOTIFY
    capture: { state: { header: Subscription-State, pattern: "^(terminated);reason=noresource" }, went: { header: body, pattern: "^SIP/2.0 (200)" } }
  - caller: 200
  - caller: BYE
  - callee: 200
`,
    );
    const caller = await busyhour(['load', flow, phone.uri, '--rate', '10', '--calls', '3']);
    await phone.quit();
    const answered = await answerer.stop();
    expectSpotless(caller, 3);
    expectMessages(
      caller,
      { INVITE: [3, 0], ACK: [3, 0], REFER: [3, 0], NOTIFY: [0, 6], BYE: [3, 0] },
      { 180: [0, 3], 200: [6, 6], 202: [0, 3] },
    );
    expectLawful(answered);
    expectMessages(answered, { INVITE: [0, 3], ACK: [0, 3], BYE: [0, 3] }, { 180: [3, 0], 200: [6, 0] });
  });

  describe('with a hand at it', () => {
    let phone: Baresip;
    beforeAll(async () => {
      phone = await startBaresip({ answers: 'manual', ...LIFETIME });
    });
    afterAll(() => phone.stop());

    it('rings until we give up', async () => {
      const caller = await busyhour(['load', 'cancel', phone.uri, '--rate', '10', '--calls', '5']);
      expectSpotless(caller, 5);
      expectMessages(
        caller,
        { INVITE: [5, 0], CANCEL: [5, 0], ACK: [5, 0] },
        { 180: [0, 5], 200: [0, 5], 487: [0, 5] },
      );
      await phone.event('CALL_CLOSED', 5);
      expect(phone.count('CALL_INCOMING')).toBe(5);
      expect(phone.count('CALL_ESTABLISHED')).toBe(0);
    });

    it('turns us away', async () => {
      const calls = phone.count('CALL_INCOMING');
      const started = startBusyhour(['load', 'basic', phone.uri, '--once'], LIFETIME);
      await phone.event('CALL_INCOMING', calls + 1);
      await phone.command('hangup');
      const caller = await started.result();
      expect(caller.summary!.failures).toMatchObject([
        { reason: expect.stringMatching(/^unexpected: 486 Busy Here to INVITE/), count: 1 },
      ]);
      expectMessages(caller, { INVITE: [1, 0], ACK: [1, 0] }, { 180: [0, 1], 486: [0, 1] });
    });

    it('answers, holds us, takes us back, transfers us and hangs up: every request comes from there', async () => {
      const flow = flowFile(
        'held',
        `
  - caller: INVITE
    body: sdp-offer
  - callee: 180
  - callee: 200
  - caller: ACK
${reinvite('sendonly', 'recvonly', 2)}${reinvite('sendrecv', 'sendrecv', 3)}
  - callee: REFER
    capture: { target: { header: Refer-To, pattern: "(sip:carol@)" } }
  - caller: 202
  - caller: NOTIFY
    headers:
      Event: refer
      Subscription-State: terminated;reason=noresource
      Content-Type: message/sipfrag;version=2.0
    body: "SIP/2.0 200 OK\\r\\n"
  - callee: 200
  - callee: BYE
  - caller: 200
`,
      );
      const calls = phone.count('CALL_INCOMING');
      const described = phone.count('CALL_REMOTE_SDP');
      const started = startBusyhour(['load', flow, phone.uri, '--once'], LIFETIME);
      await phone.event('CALL_INCOMING', calls + 1);
      await phone.command('accept');
      await phone.event('CALL_ESTABLISHED');
      await phone.command('hold');
      await phone.event('CALL_REMOTE_SDP', described + 2);
      await phone.command('resume');
      await phone.event('CALL_REMOTE_SDP', described + 3);
      await phone.command('transfer', 'sip:carol@127.0.0.1');
      const caller = await started.result();
      expectSpotless(caller, 1);
      expectMessages(
        caller,
        { INVITE: [1, 2], ACK: [1, 2], REFER: [0, 1], NOTIFY: [1, 0], BYE: [0, 1] },
        { 180: [0, 1], 200: [3, 2], 202: [1, 0] },
      );
    });
  });
});

/** Three lines of a ladder: a new offer from the callee, its answer, and the ACK. */
function reinvite(offered: string, answered: string, version: number): string {
  return `
  - callee: INVITE
    capture: { direction: { header: body, pattern: "a=(${offered})" } }
  - caller: 200
    headers: { Content-Type: application/sdp }
    body: |
      v=0
      o=busyhour 1 ${version} IN IP4 {{local.host}}
      s=-
      c=IN IP4 {{local.host}}
      t=0 0
      m=audio {{media.port}} RTP/AVP 0
      a=rtpmap:0 PCMU/8000
      a=${answered}
  - callee: ACK
`;
}
