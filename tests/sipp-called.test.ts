// SIPp is called by every flow, from scenarios of its own: its statistics against our summary. Never more than a few calls.
import { describe, expect, it } from 'vitest';
import { type Counts, expectFailed, expectMessages, expectSpotless, times } from './clean.ts';
import { busyhour } from './peers/busyhour.ts';
import { have } from './peers/have.ts';
import { type Step, scenarioFile, sdp } from './peers/scenario.ts';
import { startSippCallee } from './peers/sipp.ts';

const CALLS = 10;
const LIFETIME = { lifetimeMs: 20_000 };
const SDP = ['Content-Type: application/sdp'];

/** `busyhour load FLOW` makes calls to SIPp: all succeed for both, and we counted these messages for each call. */
async function calls(
  flow: string,
  steps: readonly Step[],
  methods: Counts,
  statuses: Counts,
  options: { calls?: number; broken?: Readonly<Record<string, number>> } = {},
): Promise<void> {
  const count = options.calls ?? CALLS;
  const callee = await startSippCallee({ scenario: scenarioFile(flow, steps), ...LIFETIME });
  const target = `udp:service@127.0.0.1:${callee.port}`;
  const caller = await busyhour(['load', flow, target, '--rate', '50', '--calls', String(count)]);
  const answered = await callee.stop();
  expectSpotless(caller, count, options.broken);
  expectMessages(caller, times(methods, count), times(statuses, count));
  expect(answered, callee.process.output()).toMatchObject({
    created: count,
    failed: 0,
    retransmissions: 0,
    current: 0,
  });
}

const INVITED: readonly Step[] = [
  { recv: 'INVITE', check: [['', 'm=audio']] },
  { send: 180 },
  { send: 200, lines: SDP, body: sdp() },
  { recv: 'ACK' },
];
const LEFT: readonly Step[] = [{ recv: 'BYE' }, { send: 200 }];
const SIPFRAG = {
  lines: [
    'Event: refer',
    'Subscription-State: terminated;reason=noresource',
    'Content-Type: message/sipfrag;version=2.0',
  ],
  body: 'SIP/2.0 200 OK\n',
};

describe.skipIf(!have('sipp'))('SIPp is called', () => {
  it('by late-offer', () =>
    calls(
      'late-offer',
      [
        { recv: 'INVITE', check: [['Content-Length:', '0']] },
        { send: 180 },
        { send: 200, lines: SDP, body: sdp() },
        {
          recv: 'ACK',
          check: [
            ['Content-Type:', 'application/sdp'],
            ['', 'm=audio'],
          ],
        },
        ...LEFT,
      ],
      { INVITE: [1, 0], ACK: [1, 0], BYE: [1, 0] },
      { 180: [0, 1], 200: [0, 2] },
    ));

  it('by prack-info-refer', () =>
    calls(
      'prack-info-refer',
      [
        {
          recv: 'INVITE',
          check: [
            ['Supported:', '100rel'],
            ['Recv-Info:', 'dtmf'],
          ],
        },
        { send: 183, lines: [...SDP, 'Require: 100rel', 'RSeq: 4711', 'Recv-Info: dtmf'], body: sdp() },
        { recv: 'PRACK', check: [['RAck:', '4711 1 INVITE']] },
        { send: 200 },
        { send: 200, of: 'INVITE', lines: ['Recv-Info: dtmf'] },
        { recv: 'ACK' },
        {
          recv: 'INFO',
          check: [
            ['Info-Package:', 'dtmf'],
            ['', 'Signal=5'],
          ],
        },
        { send: 200 },
        { recv: 'REFER', check: [['Refer-To:', 'sip:transfer@']] },
        { send: 202 },
        { send: 'NOTIFY', ...SIPFRAG },
        { recv: 200 },
        ...LEFT,
      ],
      { INVITE: [1, 0], PRACK: [1, 0], ACK: [1, 0], INFO: [1, 0], REFER: [1, 0], NOTIFY: [0, 1], BYE: [1, 0] },
      { 183: [0, 1], 200: [1, 4], 202: [0, 1] },
    ));

  it('by update', () =>
    calls(
      'update',
      [
        ...INVITED,
        {
          recv: 'UPDATE',
          check: [
            ['Content-Type:', 'application/sdp'],
            ['', 'm=audio [0-9]+ RTP/AVP 8'],
          ],
        },
        { send: 200, lines: SDP, body: sdp(2).replace('AVP 0', 'AVP 8').replace('0 PCMU', '8 PCMA') },
        ...LEFT,
      ],
      { INVITE: [1, 0], ACK: [1, 0], UPDATE: [1, 0], BYE: [1, 0] },
      { 180: [0, 1], 200: [0, 3] },
    ));

  it('by reinvite-hold', () =>
    calls(
      'reinvite-hold',
      [
        ...INVITED,
        { recv: 'INVITE', check: [['', 'a=sendonly']] },
        { send: 200, lines: SDP, body: sdp(2, 'a=recvonly') },
        { recv: 'ACK' },
        { recv: 'INVITE', check: [['', 'a=sendrecv']] },
        { send: 200, lines: SDP, body: sdp(3, 'a=sendrecv') },
        { recv: 'ACK' },
        ...LEFT,
      ],
      { INVITE: [3, 0], ACK: [3, 0], BYE: [1, 0] },
      { 180: [0, 1], 200: [0, 4] },
    ));

  it('by info-dtmf', () =>
    calls(
      'info-dtmf',
      [
        ...INVITED,
        ...Array.from({ length: 4 }, (): readonly Step[] => [
          {
            recv: 'INFO',
            check: [
              ['Content-Type:', 'application/dtmf-relay'],
              ['', 'Signal=5'],
            ],
          },
          { send: 200 },
        ]).flat(),
        ...LEFT,
      ],
      { INVITE: [1, 0], ACK: [1, 0], INFO: [4, 0], BYE: [1, 0] },
      { 180: [0, 1], 200: [0, 6] },
    ));

  it('by refer-blind', () =>
    calls(
      'refer-blind',
      [
        ...INVITED,
        {
          recv: 'REFER',
          check: [
            ['Refer-To:', '<sip:transfer@[0-9.]+:[0-9]+>'],
            ['Referred-By:', 'sip:busyhour@'],
          ],
        },
        { send: 202 },
        { send: 'NOTIFY', ...SIPFRAG },
        { recv: 200 },
        ...LEFT,
      ],
      { INVITE: [1, 0], ACK: [1, 0], REFER: [1, 0], NOTIFY: [0, 1], BYE: [1, 0] },
      { 180: [0, 1], 200: [1, 2], 202: [0, 1] },
    ));

  it('by cancel', () =>
    calls(
      'cancel',
      [
        { recv: 'INVITE' },
        { send: 180 },
        { recv: 'CANCEL' },
        { send: 200 },
        { send: 487, of: 'INVITE' },
        { recv: 'ACK' },
      ],
      { INVITE: [1, 0], CANCEL: [1, 0], ACK: [1, 0] },
      { 180: [0, 1], 200: [0, 1], 487: [0, 1] },
    ));

  it.each([
    ['by UPDATE, which it allows', ['Allow: INVITE, ACK, BYE, UPDATE'], 'UPDATE'],
    ['by re-INVITE, since it does not allow UPDATE', [], 'INVITE'],
  ])('by session-timer, refreshed %s', (_, allow, method) => {
    const granted = ['Require: timer', 'Session-Expires: 1800;refresher=uac'];
    const wanted = [
      ['Supported:', 'timer'],
      ['Session-Expires:', '1800;refresher=uac'],
      ['Min-SE:', '90'],
    ] as const;
    const again = method === 'INVITE';
    return calls(
      'session-timer',
      [
        { recv: 'INVITE', check: wanted },
        { send: 180 },
        { send: 200, lines: [...SDP, ...granted, ...allow], body: sdp() },
        { recv: 'ACK' },
        { recv: method, check: wanted },
        again ? { send: 200, lines: [...SDP, ...granted], body: sdp() } : { send: 200, lines: granted },
        ...(again ? [{ recv: 'ACK' } as const] : []),
        ...LEFT,
      ],
      again
        ? { INVITE: [2, 0], ACK: [2, 0], BYE: [1, 0] }
        : { INVITE: [1, 0], ACK: [1, 0], UPDATE: [1, 0], BYE: [1, 0] },
      { 180: [0, 1], 200: [0, 3] },
    );
  });

  it('by subscribe, and notifies before it answers', () => {
    const notify = (state: string): Step => ({
      send: 'NOTIFY',
      lines: ['Event: presence', `Subscription-State: ${state}`],
    });
    return calls(
      'subscribe',
      [
        {
          recv: 'SUBSCRIBE',
          check: [
            ['Event:', 'presence'],
            ['Expires:', '600'],
          ],
        },
        // RFC 6665 §4.1.2.4: the NOTIFY may be the first to come; it is answered before the SUBSCRIBE is.
        notify('active;expires=600'),
        { recv: 200 },
        { send: 200, of: 'SUBSCRIBE', lines: ['Expires: 600'] },
        { recv: 'SUBSCRIBE', check: [['Expires:', '600']] },
        { send: 200, lines: ['Expires: 600'] },
        notify('active;expires=600'),
        { recv: 200 },
        { recv: 'SUBSCRIBE', check: [['Expires:', '0']] },
        { send: 200, lines: ['Expires: 0'] },
        notify('terminated;reason=timeout'),
        { recv: 200 },
      ],
      { SUBSCRIBE: [3, 0], NOTIFY: [0, 3] },
      { 200: [3, 3] },
    );
  });

  it('by publish', () =>
    calls(
      'publish',
      [
        {
          recv: 'PUBLISH',
          check: [
            ['Event:', 'presence'],
            ['', '<basic>open'],
          ],
        },
        { send: 200, lines: ['SIP-ETag: one', 'Expires: 3600'] },
        {
          recv: 'PUBLISH',
          check: [
            ['SIP-If-Match:', 'one'],
            ['Content-Length:', '0'],
          ],
        },
        { send: 200, lines: ['SIP-ETag: two', 'Expires: 3600'] },
        {
          recv: 'PUBLISH',
          check: [
            ['SIP-If-Match:', 'two'],
            ['', '<basic>closed'],
          ],
        },
        { send: 200, lines: ['SIP-ETag: three', 'Expires: 3600'] },
        {
          recv: 'PUBLISH',
          check: [
            ['SIP-If-Match:', 'three'],
            ['Expires:', '0'],
          ],
        },
        { send: 200, lines: ['SIP-ETag: four', 'Expires: 0'] },
      ],
      { PUBLISH: [4, 0] },
      { 200: [0, 4] },
    ));

  it('by message, by options and by register', async () => {
    const once = (method: string, check: readonly [string, string]): readonly Step[] => [
      { recv: method, check: [check] },
      { send: 200 },
    ];
    await calls('message', once('MESSAGE', ['', 'busy hour begins']), { MESSAGE: [1, 0] }, { 200: [0, 1] });
    await calls('options', once('OPTIONS', ['Accept:', 'application/sdp']), { OPTIONS: [1, 0] }, { 200: [0, 1] });
    const registered = ['Contact: <sip:service@127.0.0.1>;expires=3600'];
    await calls(
      'register',
      [
        {
          recv: 'REGISTER',
          check: [
            ['CSeq:', '^ *1 REGISTER'],
            ['Expires:', '3600'],
          ],
        },
        { send: 200, lines: registered },
        {
          recv: 'REGISTER',
          check: [
            ['CSeq:', '^ *2 REGISTER'],
            ['Expires:', '3600'],
          ],
        },
        { send: 200, lines: registered },
        {
          recv: 'REGISTER',
          check: [
            ['CSeq:', '^ *3 REGISTER'],
            ['Expires:', '0'],
          ],
        },
        { send: 200 },
      ],
      { REGISTER: [3, 0] },
      { 200: [0, 3] },
    );
  });

  it.each([
    ['auth', 'qop="auth", algorithm=MD5', {}],
    ['auth-int', 'qop="auth-int", algorithm=MD5', {}],
    // RFC 3261 §22.4: qop is a must in a challenge; one without it is answered, and told.
    ['what RFC 2069 had', 'algorithm=MD5', { 'challenge-qop': 1 }],
  ] as const)('by invite-auth, and SIPp finds the credentials right: %s', (_, how, broken) =>
    calls(
      'invite-auth',
      [
        { recv: 'INVITE' },
        { send: 401, lines: [`WWW-Authenticate: Digest realm="sipp", nonce="0a4f113b", ${how}`] },
        { recv: 'ACK' },
        { recv: 'INVITE', verify: true, check: [['CSeq:', '2 INVITE']] },
        { send: 180 },
        { send: 200, lines: SDP, body: sdp() },
        { recv: 'ACK' },
        ...LEFT,
      ],
      { INVITE: [2, 0], ACK: [2, 0], BYE: [1, 0] },
      { 180: [0, 1], 200: [0, 2], 401: [0, 1] },
      { calls: 1, broken },
    ),
  );

  it('and turns us away: each call fails for that reason', async () => {
    const steps: readonly Step[] = [{ recv: 'INVITE' }, { send: 486 }, { recv: 'ACK' }];
    const callee = await startSippCallee({ scenario: scenarioFile('busy', steps), ...LIFETIME });
    const caller = await busyhour(['load', 'basic', `udp:127.0.0.1:${callee.port}`, '--rate', '50', '--calls', '10']);
    const answered = await callee.stop();
    expect(caller.summary!.failures).toMatchObject([
      { reason: expect.stringMatching(/^unexpected: 486 Busy Here to INVITE/), count: 10 },
    ]);
    expectMessages(caller, { INVITE: [10, 0], ACK: [10, 0] }, { 486: [0, 10] });
    expectFailed(caller);
    expect(answered).toMatchObject({ created: 10, failed: 0, retransmissions: 0, current: 0 });
  });
});
