// Loaded before busyhour (node --import): every nth response that leaves is wrong in one byte or two, and each such is written down. Changes no length and no code of the product.
import { openSync, writeSync } from 'node:fs';
import { UdpBatched } from '../../dist/src/transport/udp-batched.js';
import { UdpDgram } from '../../dist/src/transport/udp-dgram.js';

const every = Number(process.env.CORRUPT_EVERY);
const log = openSync(process.env.CORRUPT_LOG, 'a');
const S = 83; // what a response begins with; so do SUBSCRIBEs, but an answerer sends none

/** Where the last byte of what the pattern's first group matches stands in the message, -1 for nowhere. */
function lastOf(text, pattern) {
  const found = pattern.exec(text);
  return found === null ? -1 : found.indices[1][1] - 1;
}

const digit = (byte, by) => 48 + ((byte - 48 + 10 + by) % 10);
const letter = (byte) => (byte === 48 ? 49 : 48);

/** By name: the offset to change in a response, -1 where it does not apply, and what stands there then. */
const KINDS = {
  // Of a response in a dialog: the request had the tag.
  'to-tag': [(text) => (/^CSeq: *\d+ BYE/m.test(text) ? lastOf(text, /^To:[^\r]*;tag=([^;\r]+)/dm) : -1), letter],
  cseq: [(text) => lastOf(text, /^CSeq: *(\d+) /dm), (byte) => digit(byte, 1)],
  // Anywhere in it but the cookie.
  branch: [
    (text) => {
      const found = /^Via:[^\r]*;branch=z9hG4bK([^;\r]+)/dm.exec(text);
      const [from, to] = found.indices[1];
      return from + (corrupted % (to - from));
    },
    letter,
  ],
  'longer-length': [(text) => lastOf(text, /^Content-Length: *(\d*[0-8])\r/dm), (byte) => digit(byte, 1)],
  'shorter-length': [(text) => lastOf(text, /^Content-Length: *(\d*[1-9])\r/dm), (byte) => digit(byte, -1)],
};
const names = Object.keys(KINDS);

let responses = 0;
let corrupted = 0;

/** What is to be wrong in the next flush, by offset. */
const due = new Set();

function spoil(bytes, start, length) {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
  for (let turn = 0; turn < names.length; turn++) {
    const name = names[(corrupted + turn) % names.length];
    const [where, change] = KINDS[name];
    const at = where(text);
    if (at < 0) continue;
    const offset = start + at;
    const was = bytes[offset];
    bytes[offset] = change(was);
    corrupted++;
    writeSync(log, `${name} ${text.slice(8, 11)} ${/^CSeq: *\d+ (\w+)/m.exec(text)[1]}\n`);
    return { offset, was };
  }
  return null;
}

for (const { prototype } of [UdpBatched, UdpDgram]) {
  const { send, flush } = prototype;
  const bytesOf = (transport) => transport.bytes ?? transport.memory.bytes;
  prototype.send = function (start, length, peer, order) {
    const index = send.call(this, start, length, peer, order);
    // Behind the queueing, which may have flushed what was due before.
    if (bytesOf(this)[start] === S && ++responses % every === 0) due.add(start * 65_536 + length);
    return index;
  };
  prototype.flush = function () {
    const bytes = bytesOf(this);
    const undo = [...due].map((one) => spoil(bytes, Math.floor(one / 65_536), one % 65_536));
    due.clear();
    flush.call(this);
    for (const one of undo) if (one !== null) bytes[one.offset] = one.was;
  };
}
