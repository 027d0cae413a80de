// What a dialog costs: nanoseconds and heap bytes to establish and release one. Run: npx tsx bench/dialogs.ts

import { Dialogs } from '../src/dialog/dialogs.ts';
import { decode } from '../src/sip/decode.ts';
import { Memory } from '../src/sip/memory.ts';
import { Message } from '../src/sip/message.ts';
import { measure } from './lib/measure.ts';

const CAPACITY = 1 << 20;

const HEADERS = [
  'From: <sip:caller@127.0.0.1>;tag=k3x9q200000a1f00000001',
  'To: <sip:callee@127.0.0.2>;tag=k3x9q201000a1f00000001',
  'Call-ID: k3x9q200000a1f00000001@127.0.0.1',
  'CSeq: 1 INVITE',
  'Contact: <sip:user@127.0.0.1:5060>',
  'Content-Length: 0',
];

function read(startLine: string, more: readonly string[]): Message {
  const via = 'Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKtk3x9q200000a1f00000001';
  const lines = [startLine, via, ...more, 'Max-Forwards: 70', ...HEADERS, '', ''];
  const bytes = Uint8Array.from(Buffer.from(lines.join('\r\n')));
  const msg = new Message();
  const result = decode(msg, bytes, 0, bytes.length);
  if (result < 0) throw new Error(`decode: ${result}`);
  return msg;
}

const dialogs = new Dialogs(CAPACITY, new Memory(1 << 24));

function establishing(name: string, once: (slot: number) => number): void {
  measure(name, (operations) => {
    for (let i = 0; i < operations; i++) {
      const slot = i & 65_535;
      if (once(slot) !== 0) throw new Error(`${name}: no dialog`);
      dialogs.release(slot);
    }
  });
}

for (const [name, more] of [
  ['no route', []],
  ['two routes', ['Record-Route: <sip:127.0.0.8;lr>, <sip:127.0.0.9;lr;ftag=abc>']],
] as const) {
  const response = read('SIP/2.0 200 OK', more);
  const request = read('INVITE sip:callee@127.0.0.2 SIP/2.0', more);
  establishing(`establishUac, ${name}`, (slot) => dialogs.establishUac(slot, response, true));
  establishing(`establishUas, ${name}`, (slot) => dialogs.establishUas(slot, request));
}
