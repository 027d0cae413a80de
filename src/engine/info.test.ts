// INFO and Recv-Info at the reference server, against a scripted phone in virtual time (RFC 6086).
import { describe, expect, it } from 'vitest';
import { Pair, type PairOptions, violations } from '../../tests/virtual/pair.ts';
import { field, Phone, type Side, startLine } from '../../tests/virtual/phone.ts';

const RECV = { 'Recv-Info': '' };

function open(callee: PairOptions['callee'] = {}): { pair: Pair; phone: Phone } {
  const pair = new Pair({ flow: { caller: 'basic', callee: 'reference' }, ends: ['callee'], callee });
  return { pair, phone: new Phone(pair, 5_061) };
}

function called(): { pair: Pair; phone: Phone; side: Side } {
  const { pair, phone } = open();
  const side = phone.side();
  phone.call(side);
  return { pair, phone, side };
}

describe('INFO', () => {
  const body = 'Signal=5\r\nDuration=160\r\n';
  it.each([
    ['without a package', {}, '200 OK'],
    ['of the package', { 'Info-Package': 'dtmf' }, '200 OK'],
    ['of the package with a parameter', { 'Info-Package': 'dtmf;x=1' }, '200 OK'],
    ['of the package in other letters', { 'Info-Package': 'DTMF' }, '469 Bad Info Package'],
    ['of one that begins alike', { 'Info-Package': 'dtmf2' }, '469 Bad Info Package'],
    ['of another one', { 'Info-Package': 'nosuch' }, '469 Bad Info Package'],
    [
      'whose body is of a type of the package',
      { 'Info-Package': 'dtmf', 'Content-Disposition': 'Info-Package', 'Content-Type': 'application/dtmf-relay' },
      '200 OK',
    ],
    [
      'whose body is of another type',
      { 'Info-Package': 'dtmf', 'Content-Disposition': 'Info-Package', 'Content-Type': 'application/sdp' },
      '415 Unsupported Media Type',
    ],
    [
      'whose body is not that of the package',
      { 'Info-Package': 'dtmf', 'Content-Disposition': 'session', 'Content-Type': 'application/sdp' },
      '200 OK',
    ],
  ])('RFC 6086 §4.2.2: %s', (_, headers: Record<string, string>, expected) => {
    const { pair, phone, side } = called();
    const [response] = phone.ask(side, 'INFO', {
      headers: { 'Content-Type': 'application/dtmf-relay', ...headers },
      body,
    });
    expect(startLine(response!)).toBe(expected);
    expect(field(response!, 'Recv-Info')).toBe(expected.startsWith('469') ? 'dtmf' : null);
    expect(field(response!, 'Accept')?.startsWith('application/dtmf-relay') ?? false).toBe(expected.startsWith('415'));
    expect(startLine(phone.ask(side, 'BYE')[0]!)).toBe('200 OK');
    pair.run();
    expect(violations(pair.callee)).toEqual([]);
  });
});

describe('Recv-Info', () => {
  it.each([['service'], ['early']])(
    'RFC 6086 §5.2.3: %s tells its packages to who tells theirs, and to nobody else',
    (user) => {
      for (const headers of [RECV, {}]) {
        const { phone } = open();
        const side = phone.side(user);
        const reliable: Record<string, string> = user === 'early' ? { Supported: '100rel' } : {};
        const got = phone.call(side, { headers: { ...headers, ...reliable } });
        const told = got.filter((text) => /^SIP\/2\.0 (200|183)/.test(text)).map((text) => field(text, 'Recv-Info'));
        expect(told).toEqual([headers === RECV ? 'dtmf' : null]);
      }
    },
  );

  it('RFC 6086 §5.2.3: it is in a 200 that comes after a while too', () => {
    const { phone } = open({ delayUs: 1_000_000 });
    phone.call(phone.side(), { headers: RECV });
    const ok = phone.wait(2).find((text) => text.startsWith('SIP/2.0 200'));
    expect(field(ok!, 'Recv-Info')).toBe('dtmf');
  });

  it.each([['INVITE'], ['UPDATE']])(
    'RFC 6086 §5.2.3: the 200 to a later %s has it where the request has it',
    (method) => {
      const { phone, side } = called();
      for (const headers of [RECV, {}]) {
        const ok = phone.ask(side, method, { headers }).find((text) => text.startsWith('SIP/2.0 200'));
        expect(field(ok!, 'Recv-Info')).toBe(headers === RECV ? 'dtmf' : null);
        if (method === 'INVITE') phone.ask(side, 'ACK', { branch: `z9hG4bK-ack-${side.cseq}` });
      }
    },
  );

  it('RFC 6086 §5.2.3: OPTIONS does not ask for it, so that it is not told', () => {
    const { phone } = open();
    const [ok] = phone.ask(phone.side(), 'OPTIONS');
    expect([startLine(ok!), field(ok!, 'Recv-Info')]).toEqual(['200 OK', null]);
  });
});
