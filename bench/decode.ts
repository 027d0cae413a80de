// What it costs to decode a message: nanoseconds and heap bytes, and how many times that is what one look at each byte costs, measured in turns. Run: npx tsx bench/decode.ts

import { decode } from '../src/sip/decode.ts';
import { Message } from '../src/sip/message.ts';

const COPIES = 64;
const MESSAGES = 100_000;
const FEW = 20_000;
const ROUNDS = 15;

const SDP =
  'v=0\r\no=busyhour 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n';

/** Fields as a worker writes them: branch, tags and Call-ID of the same length in every call. */
const COMMON: readonly string[] = [
  'Via: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bKt#00000a1f00000001',
  'From: <sip:caller@127.0.0.1:5060>;tag=#00000a1f00000001',
  'To: <sip:service@127.0.0.1:5070>',
  'Call-ID: #00000a1f00000001',
  'CSeq: 0000000001 INVITE',
];
const CONTACT = 'Contact: <sip:caller@127.0.0.1:5060>';
/** What proxies and telephones add. */
const MORE: readonly string[] = [
  'Record-Route: <sip:10.0.0.1;lr;ftag=k3x9q2;did=a1f.77>',
  'Via: SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bK776asdhds;received=192.0.2.7',
  'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY',
  'Supported: 100rel, timer, replaces, path',
  'User-Agent: Example Telephone 4.2.1 (build 7)',
  'Session-Expires: 1800;refresher=uac',
  'Min-SE: 90',
  'P-Asserted-Identity: "Alice" <sip:alice@example.com>',
  'X-Trace: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'Accept: application/sdp, application/dtmf-relay',
  'Expires: 180',
  'Date: Sat, 13 Nov 2010 23:29:00 GMT',
];

function text(startLine: string, fields: readonly string[], body: string): string {
  const all = body === '' ? fields : [...fields, 'Content-Type: application/sdp'];
  return `${[startLine, ...all, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;
}

const REQUEST = 'INVITE sip:service@127.0.0.1:5070 SIP/2.0';
const OK = 'SIP/2.0 200 OK';
const ECHOED = COMMON.map((field) =>
  field.startsWith('Via')
    ? field.replace(';rport', ';rport=5060;received=127.0.0.1')
    : field.startsWith('To')
      ? `${field};tag=#00000a1f00000002`
      : field,
);
const SAMPLES: readonly (readonly [name: string, text: string])[] = [
  ['INVITE', text(REQUEST, [...COMMON, 'Max-Forwards: 70', CONTACT], '')],
  ['INVITE, SDP', text(REQUEST, [...COMMON, 'Max-Forwards: 70', CONTACT], SDP)],
  ['200 OK', text(OK, ECHOED, '')],
  ['200 OK, SDP', text(OK, [...ECHOED, CONTACT], SDP)],
  ['INVITE, SDP, 20 fields', text(REQUEST, [...COMMON.slice(0, 1), ...MORE, ...COMMON.slice(1), CONTACT], SDP)],
];

interface Slab {
  readonly buf: Uint8Array;
  readonly starts: Int32Array;
  readonly length: number;
}

/** Copies of one message behind one another, each of another call, as a receive slab holds them. */
function slabOf(sample: string): Slab {
  const copies = Array.from({ length: COPIES }, (_, i) =>
    Buffer.from(sample.replaceAll('#', `k3x9q2${(i * 2654435761).toString(16).padStart(10, '0').slice(-4)}`)),
  );
  const { length } = copies[0]!;
  const stride = (length + 63) & ~63;
  const buf = new Uint8Array(stride * COPIES);
  for (const [i, copy] of copies.entries()) buf.set(copy, i * stride);
  return { buf, starts: Int32Array.from(copies, (_, i) => i * stride), length };
}

const msg = new Message();
let sink = 0;

function decodeAll({ buf, starts, length }: Slab, times: number): void {
  for (let i = 0; i < times; i++) {
    const start = starts[i & (COPIES - 1)]!;
    if (decode(msg, buf, start, start + length) !== 0) throw new Error('a message of the bench is refused');
  }
}

/** The yardstick: one look at each byte, a loop of JavaScript like any other. */
function scanAll({ buf, starts, length }: Slab, times: number): void {
  for (let i = 0; i < times; i++) {
    const start = starts[i & (COPIES - 1)]!;
    let lines = 0;
    for (let p = start; p < start + length; p++) if (buf[p] === 10) lines++;
    sink += lines;
  }
}

function nanoseconds(run: (slab: Slab, times: number) => void, slab: Slab): number {
  const from = process.hrtime.bigint();
  run(slab, MESSAGES);
  return Number(process.hrtime.bigint() - from) / MESSAGES;
}

/** Heap a message costs: so few of them that nothing is collected meanwhile. */
function heapBytes(slab: Slab): number {
  const heap = process.memoryUsage().heapUsed;
  decodeAll(slab, FEW);
  return (process.memoryUsage().heapUsed - heap) / FEW;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

const slabs = SAMPLES.map(([, sample]) => slabOf(sample));
// Every kind of message warms the decoder, as in a worker, before any is measured.
for (let i = 0; i < 20; i++) {
  for (const slab of slabs) {
    decodeAll(slab, 2_000);
    scanAll(slab, 2_000);
  }
}

const times = slabs.map(() => ({ decode: [] as number[], scan: [] as number[], heap: [] as number[] }));
for (let round = 0; round < ROUNDS; round++) {
  slabs.forEach((slab, i) => {
    times[i]!.scan.push(nanoseconds(scanAll, slab));
    times[i]!.decode.push(nanoseconds(decodeAll, slab));
    times[i]!.heap.push(heapBytes(slab));
  });
}

console.log(
  'message                  bytes  ns decode  ns scan  ratio  ns per byte  heap B   (medians of',
  ROUNDS,
  'rounds)',
);
let sum = 0;
slabs.forEach(({ length }, i) => {
  const ns = median(times[i]!.decode);
  const scan = median(times[i]!.scan);
  sum += ns / scan;
  const columns = [
    SAMPLES[i]![0].padEnd(24),
    String(length).padStart(5),
    ns.toFixed(0).padStart(10),
    scan.toFixed(0).padStart(8),
    (ns / scan).toFixed(2).padStart(6),
    (ns / length).toFixed(2).padStart(12),
    median(times[i]!.heap).toFixed(2).padStart(7),
  ];
  console.log(columns.join(' '));
});
console.log(`mean ratio ${(sum / slabs.length).toFixed(2)}${sink < 0 ? '!' : ''}`);
