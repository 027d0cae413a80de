// What it costs to match a message to its transaction: nanoseconds and heap bytes per operation, with 200,000 alive. Run: npx tsx bench/match.ts

import { KeyIndex } from '../src/sip/key-index.ts';
import { Message } from '../src/sip/message.ts';
import { METHOD } from '../src/sip/names.ts';
import { EVENT, MACHINE, STATE } from '../src/transaction/constants.ts';
import { effects, step } from '../src/transaction/machine.ts';
import { clientMatches, serverKey } from '../src/transaction/match.ts';
import { Transactions } from '../src/transaction/slots.ts';
import { measure } from './lib/measure.ts';

const CAPACITY = 1 << 20;
const ALIVE = 200_000;

// The spans of a top Via, filled by hand: the decoder has a bench of its own.
const VIA = 'SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bKtk3x9q200000a1f00000001';
const bytes = Uint8Array.from(Buffer.from(VIA));
const msg = new Message();
msg.buf = bytes;
msg.isRequest = true;
msg.method = METHOD.INVITE;
msg.cseqMethod = METHOD.INVITE;
msg.viaHostStart = VIA.indexOf('127');
msg.viaHostEnd = msg.viaHostStart + 9;
msg.viaPort = 5060;
msg.branchStart = VIA.indexOf('z9hG4bK');
msg.branchEnd = VIA.length;

/** Makes it the message of another transaction: eight hexadecimal digits of the branch. */
function renumber(n: number): void {
  for (let i = 0, v = n; i < 8; i++, v >>>= 4) {
    const digit = v & 15;
    bytes[VIA.length - 1 - i] = digit < 10 ? 48 + digit : 87 + digit;
  }
}

const seeds = crypto.getRandomValues(new Int32Array(2));
const seedA = seeds[0]!;
const seedB = seeds[1]!;
const key = new Int32Array(2);
const before = process.memoryUsage().rss;
const txns = new Transactions(CAPACITY);
const index = new KeyIndex(txns);
const unused = (process.memoryUsage().rss - before) / 1e6;
console.log(`resident for ${CAPACITY} transactions and their index before use: ${unused.toFixed(1)} MB`);

function add(n: number): void {
  renumber(n);
  serverKey(msg, seedA, seedB, key);
  if (index.find(key[0]!, key[1]!) !== -1) throw new Error(`transaction ${n} is taken for another`);
  const slot = txns.alloc(MACHINE.INVITE_SERVER);
  txns.keyA[slot] = key[0]!;
  txns.keyB[slot] = key[1]!;
  txns.state[slot] = STATE.PROCEEDING;
  index.insert(slot);
}
for (let n = 0; n < ALIVE; n++) add(n);

let sink = 0;
measure('serverKey (branch of 30 bytes)', (operations) => {
  for (let i = 0; i < operations; i++) {
    serverKey(msg, seedA, i, key);
    sink ^= key[0]!;
  }
});
let next = 0;
measure('serverKey and find, present', (operations) => {
  for (let i = 0; i < operations; i++) {
    next = (next + 77_773) % ALIVE;
    renumber(next);
    serverKey(msg, seedA, seedB, key);
    if (index.find(key[0]!, key[1]!) === -1) throw new Error('lost');
  }
});
let fresh = ALIVE;
measure('serverKey, find absent, insert; oldest removed', (operations) => {
  for (let i = 0; i < operations; i++) {
    const oldest = fresh % ALIVE;
    index.remove(oldest);
    txns.free(oldest);
    add(fresh++);
  }
});
measure('clientMatches', (operations) => {
  for (let i = 0; i < operations; i++) {
    if (!clientMatches(msg, bytes, msg.branchStart, msg.branchEnd, METHOD.INVITE)) throw new Error('no match');
  }
});
measure('step and effects', (operations) => {
  for (let i = 0; i < operations; i++) sink ^= effects(step(i & 1, STATE.PROCEEDING, EVENT.RECV_1XX));
});
if (index.count !== ALIVE || sink === 0.5) throw new Error('the index has lost count');
