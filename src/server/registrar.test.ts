// The registrar against RFC 3261 §10.3, REGISTER by REGISTER; time is a number.
import { describe, expect, it } from 'vitest';
import { decode } from '../sip/decode.ts';
import { Memory } from '../sip/memory.ts';
import { Message } from '../sip/message.ts';
import { Registrar } from './registrar.ts';

function setUp(capacity = 100) {
  const memory = new Memory(4 * 1024 * 1024);
  const slab = memory.reserve(65_536);
  const scratch = memory.reserve(65_536);
  const registrar = new Registrar(capacity, memory, Int32Array.of(1, 2));
  const msg = new Message();
  let cseq = 0;
  /** Sends a REGISTER for `user`; its status and the header lines of the answer. */
  const register = (
    headers: string,
    {
      user = 'alice',
      at = 0,
      callId = 'c1',
      number = ++cseq,
      to = `sip:${user}@EXAMPLE.org:5060`,
    }: { user?: string; at?: number; callId?: string; number?: number; to?: string } = {},
  ): [number, string] => {
    const text = [
      'REGISTER sip:example.org SIP/2.0',
      'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKr',
      `From: <sip:${user}@example.org>;tag=1`,
      `To: <${to}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${number} REGISTER`,
      ...(headers === '' ? [] : headers.split('\n')),
      '',
      '',
    ].join('\r\n');
    const length = Buffer.from(memory.bytes.buffer).write(text, slab, 'latin1');
    expect(decode(msg, memory.bytes, slab, slab + length)).toBe(0);
    const status = registrar.register(msg, at, scratch);
    return [status, Buffer.from(memory.bytes.subarray(scratch, registrar.end)).toString('latin1')];
  };
  return { registrar, memory, register };
}

describe('bindings', () => {
  it('are kept, listed with what is left of their time, and gone when it is over', () => {
    const { register, registrar, memory } = setUp();
    const idle = memory.inUseBytes;
    expect(register('Contact: <sip:a@127.0.0.1:5071>;q=0.7\nExpires: 100')).toEqual([
      200,
      'Contact: <sip:a@127.0.0.1:5071>;expires=100;q=0.700\r\n',
    ]);
    expect(register('', { at: 40 })).toEqual([200, 'Contact: <sip:a@127.0.0.1:5071>;expires=60;q=0.700\r\n']);
    expect(register('', { at: 100 })).toEqual([200, '']);
    expect(registrar.bindings.inUse).toBe(0);
    expect(memory.inUseBytes).toBe(idle);
  });

  it('take the expiry of the contact before that of Expires, and an hour without either', () => {
    const { register } = setUp();
    expect(register('Contact: <sip:a@h>;expires=200, <sip:b@h>\nExpires: 300')[1]).toBe(
      'Contact: <sip:a@h>;expires=200\r\nContact: <sip:b@h>;expires=300\r\n',
    );
    expect(register('Contact: <sip:c@h>', { user: 'bob' })[1]).toBe('Contact: <sip:c@h>;expires=3600\r\n');
  });

  it('belong to the address-of-record alone', () => {
    const { register } = setUp();
    register('Contact: <sip:a@h>');
    expect(register('', { user: 'bob' })).toEqual([200, '']);
    expect(register('', { user: 'Alice' })).toEqual([200, '']);
  });

  it('go with expiry 0, all of them with *', () => {
    const { register, registrar } = setUp();
    register('Contact: <sip:a@h>, <sip:b@h>, <sip:c@h>');
    expect(register('Contact: <sip:b@h>;expires=0')[1]).toBe(
      'Contact: <sip:a@h>;expires=3600\r\nContact: <sip:c@h>;expires=3600\r\n',
    );
    expect(register('Contact: *\nExpires: 0')).toEqual([200, '']);
    expect(registrar.bindings.inUse).toBe(0);
  });

  it('are found by any URI that is the same, and by no other (RFC 3261 §19.1.4)', () => {
    const { register } = setUp();
    const first = 'Contact: <sip:a@h.example;x=1;y=2>;expires=3600\r\n';
    expect(register('Contact: <sip:a@h.example;x=1;y=2>')[1]).toBe(first);
    expect(register('Contact: <SIP:%61@H.Example;Y=2;x=1>')[1]).toBe(first);
    expect(register('Contact: <sip:a@h.example;x=1;y=2>', { number: 1 })[0]).toBe(500);
    expect(register('Contact: <sip:a@h.example:5060;x=1;y=2>')[1]).toContain(':5060');
  });

  it('are those of the user without escapes and parameters (RFC 3261 §10.3 step 5)', () => {
    const { register } = setUp();
    register('Contact: <sip:a@h>', { user: '%61lice' });
    expect(register('')[1]).toBe('Contact: <sip:a@h>;expires=3600\r\n');
    expect(register('', { user: '%41lice' })).toEqual([200, '']);
  });

  it('come back with Path (RFC 3327 §5.3)', () => {
    const { register } = setUp();
    expect(register('Contact: <sip:a@h>\nPath: <sip:p.example.org;lr>')[1]).toContain(
      'Path: <sip:p.example.org;lr>\r\n',
    );
  });
});

describe('refusals change nothing', () => {
  // RFC 3261 §10.3 step 7: all contacts or none.
  it.each([
    ['Contact: <sip:b@h>, <sip:c@h>;expires=59', 423],
    ['Contact: *', 400],
    ['Contact: *\nContact: <sip:b@h>\nExpires: 0', 400],
    ['Contact: *\nExpires: 10', 400],
    [`Contact: ${Array.from({ length: 11 }, (_, i) => `<sip:x${i}@h>`).join(', ')}`, 403],
  ])('%s', (headers, status) => {
    const { register } = setUp();
    register('Contact: <sip:a@h>');
    expect(register(headers)[0]).toBe(status);
    expect(register('')[1]).toBe('Contact: <sip:a@h>;expires=3600\r\n');
  });

  it('a CSeq that does not rise under one Call-ID is out of order; another Call-ID is not', () => {
    const { register } = setUp();
    register('Contact: <sip:a@h>', { number: 5 });
    expect(register('Contact: <sip:a@h>;expires=0', { number: 5 })[0]).toBe(500);
    expect(register('Contact: *\nExpires: 0', { number: 4 })[0]).toBe(500);
    expect(register('Contact: <sip:a@h>;expires=0', { number: 1, callId: 'other' })).toEqual([200, '']);
  });

  it.each([
    ['sip:alice@other.example', 404],
    ['sip:busy@example.org', 403],
    ['mailto:alice@example.org', 400],
  ])('nobody registers for %s', (to, status) => {
    expect(setUp().register('Contact: <sip:a@h>', { to })).toEqual([status, '']);
  });

  it('a full table is 503', () => {
    const { register } = setUp(1);
    expect(register('Contact: <sip:a@h>')[0]).toBe(200);
    expect(register('Contact: <sip:b@h>', { user: 'bob' })[0]).toBe(503);
  });

  it('names the least interval with a 423', () => {
    expect(setUp().register('Contact: <sip:a@h>;expires=1')).toEqual([423, 'Min-Expires: 60\r\n']);
  });
});
