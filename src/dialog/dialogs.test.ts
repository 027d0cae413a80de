// Dialogs from real messages: what the next request of each end will carry, byte for byte.

import { beforeEach, describe, expect, test } from 'vitest';
import { decode } from '../sip/decode.ts';
import { Memory } from '../sip/memory.ts';
import { Message } from '../sip/message.ts';
import { DIALOG, Dialogs, ESTABLISH } from './dialogs.ts';

const SLOT = 3;
let memory: Memory;
let dialogs: Dialogs;

beforeEach(() => {
  memory = new Memory(1 << 20);
  dialogs = new Dialogs(8, memory);
});

function read(lines: readonly string[]): Message {
  const bytes = Uint8Array.from(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
  const msg = new Message();
  expect(decode(msg, bytes, 0, bytes.length)).toBeGreaterThanOrEqual(0);
  return msg;
}

interface Parts {
  readonly status?: number;
  readonly cseq?: string;
  readonly from?: string;
  readonly to?: string;
  readonly contact?: string;
  readonly more?: readonly string[];
}

/** A response to our INVITE. */
function response(parts: Parts = {}): Message {
  return read([
    `SIP/2.0 ${parts.status ?? 200} OK`,
    'Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKa1',
    ...(parts.more ?? []),
    `From: <sip:caller@127.0.0.1>;tag=ours`,
    `To: ${parts.to ?? '<sip:callee@127.0.0.2>;tag=theirs'}`,
    'Call-ID: call-1@127.0.0.1',
    `CSeq: ${parts.cseq ?? '1 INVITE'}`,
    ...(parts.contact === '' ? [] : [`Contact: ${parts.contact ?? '<sip:callee@127.0.0.2:5070>'}`]),
    'Content-Length: 0',
  ]);
}

/** A request of the peer. */
function request(parts: Parts = {}): Message {
  return read([
    'INVITE sip:callee@127.0.0.2 SIP/2.0',
    'Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKa1',
    ...(parts.more ?? []),
    'Max-Forwards: 70',
    `From: ${parts.from ?? '"Caller, the" <sip:caller@127.0.0.1>;tag=theirs'}`,
    `To: ${parts.to ?? '<sip:callee@127.0.0.2>'}`,
    'Call-ID: call-2@127.0.0.1',
    `CSeq: ${parts.cseq ?? '314159 INVITE'}`,
    ...(parts.contact === '' ? [] : [`Contact: ${parts.contact ?? '<sip:caller@127.0.0.1:5060>'}`]),
    'Content-Length: 0',
  ]);
}

function text(start: number, length: number): string {
  return Buffer.from(memory.bytes.subarray(start, start + length)).toString('latin1');
}
const target = (slot = SLOT) => text(dialogs.targetStart[slot]!, dialogs.targetLen[slot]!);
const routes = (slot = SLOT) => text(dialogs.routesStart[slot]!, dialogs.routesLen[slot]!);
const remoteTag = (slot = SLOT) => text(dialogs.remoteTagStart[slot]!, dialogs.remoteTagLen[slot]!);
const callId = (slot = SLOT) => text(dialogs.callIdStart[slot]!, dialogs.callIdLen[slot]!);
const localName = (slot = SLOT) => text(dialogs.localNameStart[slot]!, dialogs.localNameLen[slot]!);
const remoteName = (slot = SLOT) => text(dialogs.remoteNameStart[slot]!, dialogs.remoteNameLen[slot]!);

/** The first header lines of the next request of this dialog. */
function next(slot = SLOT): string[] {
  return [`URI ${target(slot)}`, ...routes(slot).split('\r\n').slice(0, -1)];
}

describe('§12.1.2 the caller', () => {
  test('a 2xx makes a confirmed dialog', () => {
    expect(dialogs.establishUac(SLOT, response(), true)).toBe(ESTABLISH.OK);
    expect(dialogs.state[SLOT]).toBe(DIALOG.CONFIRMED);
    expect(next()).toEqual(['URI sip:callee@127.0.0.2:5070']);
    expect([remoteTag(), callId(), localName(), remoteName()]).toEqual(['theirs', 'call-1@127.0.0.1', '', '']);
    expect([dialogs.localCseq[SLOT], dialogs.remoteCseq[SLOT]]).toEqual([1, -1]);
  });

  test('a provisional with a To tag makes an early one, a provisional without makes none', () => {
    expect(dialogs.establishUac(SLOT, response({ status: 180, to: '<sip:b@x>' }), false)).toBe(ESTABLISH.NO_TAG);
    expect(dialogs.state[SLOT]).toBe(DIALOG.NONE);
    expect(dialogs.establishUac(SLOT, response({ status: 180 }), false)).toBe(ESTABLISH.OK);
    expect(dialogs.state[SLOT]).toBe(DIALOG.EARLY);
  });

  test('§13.2.2.4 the 2xx computes the route set anew and keeps the CSeq numbers', () => {
    dialogs.establishUac(SLOT, response({ status: 183 }), false);
    dialogs.localCseq[SLOT] = 2; // a PRACK
    expect(dialogs.takeRemoteCseq(SLOT, 70)).toBe(0); // an UPDATE of the peer
    const more = ['Record-Route: <sip:127.0.0.9;lr>'];
    expect(dialogs.establishUac(SLOT, response({ more, contact: '<sip:new@127.0.0.2>' }), true)).toBe(ESTABLISH.OK);
    expect(next()).toEqual(['URI sip:new@127.0.0.2', 'Route: <sip:127.0.0.9;lr>']);
    expect([dialogs.localCseq[SLOT], dialogs.remoteCseq[SLOT]]).toEqual([2, 70]);
    expect(dialogs.state[SLOT]).toBe(DIALOG.CONFIRMED);
  });

  test('a provisional that comes after the 2xx changes nothing', () => {
    dialogs.establishUac(SLOT, response(), true);
    expect(dialogs.establishUac(SLOT, response({ status: 180, contact: '<sip:old@x>' }), false)).toBe(ESTABLISH.OK);
    expect([dialogs.state[SLOT], target()]).toEqual([DIALOG.CONFIRMED, 'sip:callee@127.0.0.2:5070']);
  });

  test('a 2xx without Contact keeps the target of the early dialog, and makes no dialog by itself', () => {
    expect(dialogs.establishUac(SLOT, response({ contact: '' }), true)).toBe(ESTABLISH.NO_CONTACT);
    expect(dialogs.establishUac(SLOT, response({ contact: '*' }), true)).toBe(ESTABLISH.NO_CONTACT);
    expect(dialogs.state[SLOT]).toBe(DIALOG.NONE);
    for (const route of ['<sip:127.0.0.9;lr>', '<sip:127.0.0.9>']) {
      const more = [`Record-Route: ${route}`];
      dialogs.establishUac(SLOT, response({ status: 180, contact: '<sip:early@127.0.0.2>', more }), false);
      const before = next();
      expect(dialogs.establishUac(SLOT, response({ contact: '', more }), true)).toBe(ESTABLISH.OK);
      expect(next()).toEqual(before);
      dialogs.release(SLOT);
    }
  });

  test('a 2xx of a peer without To tags has the null tag', () => {
    const msg = response({ to: '<sip:callee@127.0.0.2>' });
    expect(dialogs.establishUac(SLOT, msg, true)).toBe(ESTABLISH.OK);
    expect(remoteTag()).toBe('');
    expect(dialogs.sameRemoteTag(SLOT, msg, msg.toTagStart, msg.toTagEnd)).toBe(true);
    expect(dialogs.isOtherFork(SLOT, response())).toBe(true);
  });

  test('§13.2.2.4 a 2xx with another To tag is another branch of a fork', () => {
    dialogs.establishUac(SLOT, response({ status: 180 }), false);
    const other = response({ to: '<sip:callee@127.0.0.2>;tag=theirz' });
    expect([dialogs.isOtherFork(SLOT, response()), dialogs.isOtherFork(SLOT, other)]).toEqual([false, true]);
    expect(dialogs.isOtherFork(SLOT + 1, other)).toBe(false);
    dialogs.takeRemoteCseq(SLOT, 9);
    expect(dialogs.establishUac(SLOT, other, true)).toBe(ESTABLISH.OK);
    expect([remoteTag(), dialogs.remoteCseq[SLOT]]).toEqual(['theirz', -1]);
  });
});

describe('§12.1.1 the callee', () => {
  test('a request makes an early dialog, confirm a confirmed one', () => {
    expect(dialogs.establishUas(SLOT, request())).toBe(ESTABLISH.OK);
    expect(dialogs.state[SLOT]).toBe(DIALOG.EARLY);
    expect(next()).toEqual(['URI sip:caller@127.0.0.1:5060']);
    expect([remoteTag(), callId()]).toEqual(['theirs', 'call-2@127.0.0.1']);
    expect(remoteName()).toBe('"Caller, the" <sip:caller@127.0.0.1>;tag=theirs');
    expect(localName()).toBe('<sip:callee@127.0.0.2>');
    expect([dialogs.localCseq[SLOT], dialogs.remoteCseq[SLOT]]).toEqual([0, 314159]);
    dialogs.confirm(SLOT);
    expect(dialogs.state[SLOT]).toBe(DIALOG.CONFIRMED);
    dialogs.terminate(SLOT);
    dialogs.confirm(SLOT);
    expect(dialogs.state[SLOT]).toBe(DIALOG.TERMINATED);
  });

  test('names keep their parameters, lose their folds, and the local name its tag', () => {
    const from = 'Caller\r\n  <sip:caller@127.0.0.1>\r\n ;tag=theirs;x=1';
    dialogs.establishUas(SLOT, request({ from, to: '<sip:callee@127.0.0.2>;a=b ; tag=mine;c=d' }));
    expect(remoteName()).toBe('Caller  <sip:caller@127.0.0.1> ;tag=theirs;x=1');
    expect(localName()).toBe('<sip:callee@127.0.0.2>;a=b ;c=d');
  });

  test('a From without a tag is the null tag', () => {
    dialogs.establishUas(SLOT, request({ from: 'sip:caller@127.0.0.1' }));
    expect([remoteTag(), remoteName()]).toEqual(['', 'sip:caller@127.0.0.1']);
  });

  test('without a Contact there is no dialog', () => {
    expect(dialogs.establishUas(SLOT, request({ contact: '' }))).toBe(ESTABLISH.NO_CONTACT);
    expect(dialogs.state[SLOT]).toBe(DIALOG.NONE);
    expect(memory.inUseBytes).toBe(0);
  });
});

describe('§12.2.1.1 the route set', () => {
  const P1 = '<sip:p1.example.com;lr>';
  const P2 = '<sip:p2.example.com;lr>';
  const P3 = '<sip:p3.example.com:5080;transport=udp;lr>';
  const writings: readonly (readonly [string, readonly string[]])[] = [
    ['three fields', [`Record-Route: ${P1}`, `Record-Route: ${P2}`, `Record-Route: ${P3}`]],
    ['one field', [`Record-Route: ${P1}, ${P2},${P3}`]],
    ['mixed, in odd letters', [`RECORD-ROUTE: ${P1} ,\t${P2}`, 'Subject: x', `record-route:${P3}`]],
    ['folded', [`Record-Route: ${P1},\r\n ${P2}`, `Record-Route:\r\n\t${P3}`]],
    ['with empty elements', [`Record-Route: ,${P1},,${P2}, ${P3},`]],
    ['with display names', [`Record-Route: "a, <b> \\" c" ${P1}, Two ${P2}, ${P3}`]],
  ];

  test.each(writings)('loose routes in %s: reversed for the caller, in order for the callee', (_, more) => {
    dialogs.establishUac(SLOT, response({ more }), true);
    expect(next()).toEqual(['URI sip:callee@127.0.0.2:5070', `Route: ${P3}`, `Route: ${P2}`, `Route: ${P1}`]);
    dialogs.establishUas(4, request({ more }));
    expect(next(4)).toEqual(['URI sip:caller@127.0.0.1:5060', `Route: ${P1}`, `Route: ${P2}`, `Route: ${P3}`]);
  });

  test('the example of the RFC: a strict router first gives its URI to the request, the remote target goes last', () => {
    const more = ['Record-Route: <sip:proxy4>, <sip:proxy3;lr>, <sip:proxy2>', 'Record-Route: <sip:proxy1>'];
    dialogs.establishUac(SLOT, response({ more, contact: '<sip:user@remoteua>' }), true);
    expect(next()).toEqual([
      'URI sip:proxy1',
      'Route: <sip:proxy2>',
      'Route: <sip:proxy3;lr>',
      'Route: <sip:proxy4>',
      'Route: <sip:user@remoteua>',
    ]);
  });

  test('a strict router behind a loose one changes nothing', () => {
    dialogs.establishUas(SLOT, request({ more: ['Record-Route: <sip:p1;lr>, <sip:p2>'] }));
    expect(next()).toEqual(['URI sip:caller@127.0.0.1:5060', 'Route: <sip:p1;lr>', 'Route: <sip:p2>']);
  });

  test('what may not stand in a Request-URI is taken from it, and nothing else', () => {
    const strict = '<sip:p1;transport=udp;METHOD=INVITE;maddr=127.0.0.9?Subject=x>;r=1';
    dialogs.establishUas(SLOT, request({ more: [`Record-Route: ${strict}`] }));
    expect(next()).toEqual(['URI sip:p1;transport=udp;maddr=127.0.0.9', 'Route: <sip:caller@127.0.0.1:5060>']);
    dialogs.establishUas(
      SLOT,
      request({ contact: '<sip:a;method=BYE@h:5070;ob;methods=x;method=BYE?Route=%3Csip:x%3E>' }),
    );
    expect(target()).toBe('sip:a;method=BYE@h:5070;ob;methods=x');
  });

  test.each([
    ['<sip:p;lr>', true],
    ['<sip:p;LR=on>', true],
    ['<sip:p;transport=tcp;lr;x=y>', true],
    ['<sip:u;lr@p>', false],
    ['<sip:u?;lr@p;lr>', true],
    ['<sip:p;lrx>', false],
    ['<sip:p;x=lr>', false],
    ['<sip:p?x=;lr>', false],
    ['<sip:p>;lr', false],
    ['<sips:p:5061;lr>', true],
  ])('%s is a loose router: %s', (route, loose) => {
    dialogs.establishUas(SLOT, request({ more: [`Record-Route: ${route}`] }));
    expect(target() === 'sip:caller@127.0.0.1:5060').toBe(loose);
  });

  test('parameters of a route outside the brackets are kept', () => {
    dialogs.establishUas(SLOT, request({ more: ['Record-Route: <sip:p1;lr> ; a="x,y" ;b , <sip:p2;lr>;c'] }));
    expect(next().slice(1)).toEqual(['Route: <sip:p1;lr>; a="x,y" ;b', 'Route: <sip:p2;lr>;c']);
  });

  test('seventy routes are taken, more are not', () => {
    const many = (n: number) => [`Record-Route: ${Array.from({ length: n }, (_, i) => `<sip:p${i};lr>`).join(',')}`];
    expect(dialogs.establishUas(SLOT, request({ more: many(71) }))).toBe(ESTABLISH.TOO_MANY_ROUTES);
    expect(dialogs.establishUas(SLOT, request({ more: many(70) }))).toBe(ESTABLISH.OK);
    expect(next()).toHaveLength(71);
  });
});

describe('the Contact', () => {
  test.each([
    ['<sip:a@h>', 'sip:a@h'],
    ['sip:a@h', 'sip:a@h'],
    ['sip:a@h;expires=3600', 'sip:a@h'],
    ['sip:a@h ;q=1', 'sip:a@h'],
    ['A B <sip:a@h;transport=udp>;q=0.5', 'sip:a@h;transport=udp'],
    ['"<sip:no@h>, \\"" <sip:yes@h>', 'sip:yes@h'],
    ['<sip:one@h>, <sip:two@h>', 'sip:one@h'],
    ['<sip:a@[2001:db8::1]:5070;lr>', 'sip:a@[2001:db8::1]:5070;lr'],
  ])('%s is the target %s', (contact, uri) => {
    dialogs.establishUas(SLOT, request({ contact }));
    expect(target()).toBe(uri);
  });

  test('the compact form is read too', () => {
    const msg = read([
      'INVITE sip:b@127.0.0.2 SIP/2.0',
      'v: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKa1',
      'Max-Forwards: 70',
      'f: <sip:a@127.0.0.1>;tag=theirs',
      't: <sip:b@127.0.0.2>',
      'i: c3',
      'CSeq: 1 INVITE',
      'm: <sip:a@127.0.0.1:5062>',
      'l: 0',
    ]);
    expect(dialogs.establishUas(SLOT, msg)).toBe(ESTABLISH.OK);
    expect([target(), callId(), remoteName()]).toEqual(['sip:a@127.0.0.1:5062', 'c3', '<sip:a@127.0.0.1>;tag=theirs']);
  });

  test('an open bracket is no Contact', () => {
    expect(dialogs.establishUas(SLOT, request({ contact: '<sip:a@h' }))).toBe(ESTABLISH.NO_CONTACT);
  });
});

describe('§12.2 inside a dialog', () => {
  test.each([
    ['loose', '<sip:p1;lr>', (to: string) => [`URI ${to}`, 'Route: <sip:p1;lr>']],
    ['strict', '<sip:p1>', (to: string) => ['URI sip:p1', `Route: <${to}>`]],
  ])('a target refresh replaces the remote target and leaves the rest, short or long (%s)', (_, route, expected) => {
    dialogs.establishUas(SLOT, request({ more: [`Record-Route: ${route}`] }));
    for (const length of [5, 1, 60, 300, 2, 1000]) {
      const to = `sip:${'x'.repeat(length)}@h`;
      expect(dialogs.refreshTarget(SLOT, request({ contact: `<${to}>`, more: ['Record-Route: <sip:other;lr>'] }))).toBe(
        0,
      );
      expect(next()).toEqual(expected(to));
      expect([remoteTag(), callId(), localName()]).toEqual(['theirs', 'call-2@127.0.0.1', '<sip:callee@127.0.0.2>']);
      expect(remoteName()).toBe('"Caller, the" <sip:caller@127.0.0.1>;tag=theirs');
    }
    dialogs.refreshTarget(SLOT, request({ contact: '' }));
    expect(next()).toEqual(expected(`sip:${'x'.repeat(1000)}@h`));
    dialogs.release(SLOT);
    expect(memory.inUseBytes).toBe(0);
  });

  test('§12.2.2 a lower CSeq is out of order, a gap is not', () => {
    dialogs.establishUac(SLOT, response(), true);
    expect([5, 6, 6, 100, 99, 5, 101].map((cseq) => dialogs.takeRemoteCseq(SLOT, cseq))).toEqual([0, 0, 0, 0, 1, 1, 0]);
    expect(dialogs.remoteCseq[SLOT]).toBe(101);
    dialogs.release(SLOT);
    dialogs.establishUac(SLOT, response(), true);
    expect([0, 2147483647, 0].map((cseq) => dialogs.takeRemoteCseq(SLOT, cseq))).toEqual([0, 0, 1]);
  });
});

describe('memory', () => {
  test('release gives everything back and leaves an empty slot', () => {
    for (let i = 0; i < 3; i++) {
      dialogs.establishUas(SLOT, request({ more: ['Record-Route: <sip:p1;lr>'] }));
      dialogs.establishUas(SLOT, request());
      expect(memory.inUseBytes).toBeGreaterThan(0);
      dialogs.release(SLOT);
      dialogs.release(SLOT);
      expect(memory.inUseBytes).toBe(0);
      expect([target(), routes(), remoteTag(), callId(), localName(), remoteName()]).toEqual(['', '', '', '', '', '']);
      expect([dialogs.state[SLOT], dialogs.localCseq[SLOT]]).toEqual([DIALOG.NONE, 0]);
    }
  });

  test('used up: no dialog, or the old one as it was', () => {
    memory = new Memory(192); // one dialog
    dialogs = new Dialogs(8, memory);
    expect(dialogs.establishUas(SLOT, request())).toBe(ESTABLISH.OK);
    const before = next();
    expect(dialogs.establishUas(4, request())).toBe(ESTABLISH.NO_MEMORY);
    expect(dialogs.state[4]).toBe(DIALOG.NONE);
    expect(dialogs.refreshTarget(SLOT, request({ contact: `<sip:${'x'.repeat(300)}@h>` }))).toBe(ESTABLISH.NO_MEMORY);
    expect(next()).toEqual(before);
  });

  test('dialogs of several slots do not touch each other', () => {
    for (let slot = 0; slot < 8; slot++) dialogs.establishUas(slot, request({ contact: `<sip:s${slot}@h>` }));
    for (let slot = 0; slot < 8; slot += 2)
      dialogs.refreshTarget(slot, request({ contact: `<sip:${'y'.repeat(200)}${slot}@h>` }));
    for (let slot = 1; slot < 8; slot += 2) expect(target(slot)).toBe(`sip:s${slot}@h`);
    for (let slot = 0; slot < 8; slot += 2) expect(target(slot)).toBe(`sip:${'y'.repeat(200)}${slot}@h`);
  });
});
