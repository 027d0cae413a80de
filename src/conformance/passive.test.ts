// Rules that need to know what went before, held against what an end of a case receives: each fires on its breach and on nothing else.
import { describe, expect, it } from 'vitest';
import type { TransportKind } from './case.ts';
import { Outgoing, Received } from './outgoing.ts';
import { Passive } from './passive.ts';

const FROM = { address: '127.0.0.1', port: 5060 };
const OURS = 'ours1';
const THEIRS = 'theirs1';

type Fields = Readonly<Record<string, string | number>>;

function text(startLine: string, fields: Fields): string {
  const rows = Object.entries({ 'Max-Forwards': 70, ...fields, 'Content-Length': 0 });
  return `${startLine}\r\n${rows.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** A request of the server, in the dialog where `to` has our tag. */
function request(method: string, cseq: number, more: Fields = {}): string {
  return text(`${method} sip:harness@127.0.0.1:5090 SIP/2.0`, {
    Via: `SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-${method}-${cseq}`,
    From: `<sip:b@x>;tag=${THEIRS}`,
    To: `<sip:a@x>;tag=${OURS}`,
    'Call-ID': 'call1',
    CSeq: `${cseq} ${method}`,
    ...(method === 'INVITE' || method === 'NOTIFY' ? { Contact: '<sip:b@127.0.0.1:5060>' } : {}),
    ...more,
  });
}

/** Our INVITE, and what the server answers to it. */
const INVITE = text('INVITE sip:b@x SIP/2.0', {
  Via: 'SIP/2.0/UDP 127.0.0.1:5090;branch=z9hG4bKinvite',
  From: `<sip:a@x>;tag=${OURS}`,
  To: '<sip:b@x>',
  'Call-ID': 'call1',
  CSeq: '1 INVITE',
  Supported: '100rel',
  Contact: '<sip:harness@127.0.0.1:5090>',
});

function answer(status: string, more: Fields = {}): string {
  return text(`SIP/2.0 ${status}`, {
    Via: 'SIP/2.0/UDP 127.0.0.1:5090;branch=z9hG4bKinvite',
    From: `<sip:a@x>;tag=${OURS}`,
    To: `<sip:b@x>;tag=${THEIRS}`,
    'Call-ID': 'call1',
    CSeq: '1 INVITE',
    Contact: '<sip:b@127.0.0.1:5060>',
    ...more,
  }).replace('Max-Forwards: 70\r\n', '');
}

function reliable(rseq: number, more: Fields = {}): string {
  return answer('183 Session Progress', { Require: '100rel', RSeq: rseq, ...more });
}

/** Our answer to a request of the server outside a dialog. */
function ourAnswer(to: string): string {
  return to
    .replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n')
    .replace(/Max-Forwards.*\r\n/, '')
    .replace('To: <sip:a@x>\r\n', `To: <sip:a@x>;tag=${OURS}\r\n`);
}

interface Told {
  readonly sent?: readonly string[];
  readonly before?: readonly string[];
  readonly kind?: TransportKind;
  readonly isOurs?: boolean;
}

function broken(
  last: string,
  { sent = [INVITE], before = [answer('200 OK')], kind = 'udp', isOurs = false }: Told = {},
) {
  const received = (one: string) => new Received(Buffer.from(one), FROM, 0, 0);
  return new Passive().check(received(last), {
    sent: sent.map((one) => new Outgoing(Buffer.from(one))),
    before: before.map(received),
    kind,
    isOurs: () => isOurs,
  });
}

/** The server calls us: its INVITE outside a dialog. */
const THEIR_INVITE = request('INVITE', 7, { To: '<sip:a@x>' });
const CALLED = { sent: [ourAnswer(THEIR_INVITE)], before: [THEIR_INVITE] };

describe('a request of the server in a dialog', () => {
  it.each([
    ['in a call of ours', request('BYE', 1), {}],
    ['in a call of its own', request('BYE', 8), CALLED],
    [
      'in two calls of one tag of ours',
      request('BYE', 1, { 'Call-ID': 'call2' }),
      { sent: [INVITE, INVITE.replace('call1', 'call2')] },
    ],
    [
      'of another fork that has answered',
      request('BYE', 1, { From: '<sip:b@x>;tag=fork2' }),
      {
        before: [answer('200 OK'), answer('200 OK', { To: '<sip:b@x>;tag=fork2' })],
      },
    ],
    [
      'NOTIFY of a fork that has not',
      request('NOTIFY', 1, {
        From: '<sip:b@x>;tag=fork2',
        Event: 'presence',
        'Subscription-State': 'active;expires=60',
      }),
      {},
    ],
    ['once more', request('BYE', 9), { before: [answer('200 OK'), request('BYE', 9)] }],
    ['behind another of its own', request('INFO', 10), { before: [answer('200 OK'), request('INFO', 9)] }],
    ['that none of our ends has a tag in', request('BYE', 1, { To: '<sip:a@x>;tag=nobody' }), {}],
    ['ACK with the number of its INVITE', request('ACK', 7), CALLED],
    [
      'CANCEL with the number of its INVITE',
      request('CANCEL', 7, { To: '<sip:a@x>', Via: 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-INVITE-7' }),
      {
        before: [THEIR_INVITE],
      },
    ],
    [
      'ACK of an earlier INVITE that came late',
      request('ACK', 7),
      { ...CALLED, before: [THEIR_INVITE, request('INVITE', 8)] },
    ],
  ] as const)('%s breaks nothing', (_, last, told) => {
    expect(broken(last, told)).toEqual([]);
  });

  it.each([
    [
      'dialog-from-tag',
      'a From tag that is not its own in the dialog',
      request('BYE', 1, { From: '<sip:b@x>;tag=other' }),
      {},
    ],
    ['dialog-from-tag', 'the same in a call of its own', request('BYE', 8, { From: '<sip:b@x>;tag=other' }), CALLED],
    ['dialog-call-id', 'a Call-ID that no dialog of our tag has', request('BYE', 1, { 'Call-ID': 'other' }), {}],
    ['cseq-grows', 'a CSeq it has used', request('INFO', 9), { before: [answer('200 OK'), request('OPTIONS', 9)] }],
    ['cseq-grows', 'a CSeq below that of its INVITE', request('BYE', 6), CALLED],
    ['ack-cseq', 'an ACK with a number of its own', request('ACK', 8), CALLED],
    [
      'cancel-cseq',
      'a CANCEL with a number of its own',
      request('CANCEL', 8, { To: '<sip:a@x>', Via: 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-INVITE-7' }),
      {
        before: [THEIR_INVITE],
      },
    ],
  ] as const)('%s: %s', (id, _, last, told) => {
    expect(broken(last, told)).toEqual([id]);
    // What another end of ours wrote, and a proxy passed on, is nobody's fault.
    expect(broken(last, { ...told, isOurs: true })).toEqual([]);
  });
});

describe('a reliable provisional response', () => {
  it.each([
    ['the next number', reliable(6), [reliable(5)]],
    ['the first of another fork', reliable(90, { To: '<sip:b@x>;tag=fork2' }), [reliable(5)]],
    ['the first', reliable(5), []],
  ] as const)('with %s breaks nothing', (_, last, before) => {
    expect(broken(last, { before, kind: 'tcp' })).toEqual([]);
  });

  it('that leaves out a number breaks rseq-by-one where nothing is lost', () => {
    expect(broken(reliable(7), { before: [reliable(5)], kind: 'tcp' })).toEqual(['rseq-by-one']);
    expect(broken(reliable(7), { before: [reliable(5)], kind: 'udp' })).toEqual([]);
  });
});
