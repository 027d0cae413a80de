// Cost of a datagram through the UDP transports over loopback: ns per datagram sent and received, and heap bytes per datagram. Prints; asserts nothing.
// Run: node --expose-gc --max-semi-space-size=512 --import tsx bench/udp.ts [datagrams]

import { performance } from 'node:perf_hooks';
import { Memory } from '../src/sip/memory.ts';
import { openUdp } from '../src/transport/open.ts';
import type { DatagramTransport, Io } from '../src/transport/transport.ts';

const BYTES = 500;
const total = Number(process.argv[2] ?? 400_000);
const nowUs = () => performance.now() * 1000;

async function open(io: Io, segmentation: boolean): Promise<[DatagramTransport, Memory]> {
  const memory = new Memory(64 << 20);
  const options = { io, address: '127.0.0.1', port: 0, reusePort: false, rcvbufBytes: 64 << 20, segmentation };
  return [await openUdp({ ...options, memory, nowUs }), memory];
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

async function measure(name: string, io: Io, segmentation: boolean, batch: number): Promise<void> {
  const [from, memory] = await open(io, segmentation);
  const [to] = await open(io, segmentation);
  const peer = from.peer('127.0.0.1', to.localPort);
  const at = memory.reserve(batch * BYTES);
  let sendMs = 0;
  let receiveMs = 0;
  let sent = 0;
  let received = 0;
  let before = 0;
  for (let warm = 0; warm < 2; warm++) {
    const goal = warm === 0 ? total / 10 : total;
    sendMs = 0;
    receiveMs = 0;
    sent = 0;
    received = 0;
    before = heap();
    while (sent < goal) {
      let t = performance.now();
      for (let i = 0; i < batch; i++) from.send(at + i * BYTES, BYTES, peer, i);
      from.flush();
      sendMs += performance.now() - t;
      sent += batch;
      t = performance.now();
      if (!to.blocking) await settle(); // where the runtime reads the socket
      for (let n = to.receive(); n > 0; n = to.receive()) received += n;
      receiveMs += performance.now() - t;
    }
    for (let i = 0; i < 20 && received < sent; i++) {
      await settle();
      received += to.receive();
    }
  }
  // The runtime's Buffers cause collections, after which the heap says nothing: batched only.
  const bytes = to.blocking ? ((process.memoryUsage().heapUsed - before) / sent).toFixed(1) : '-';
  const ns = (ms: number, n: number) => ((ms * 1e6) / n).toFixed(0).padStart(6);
  const calls = (from.stats.datagramsSent / from.stats.sendCalls).toFixed(1);
  const read = (to.stats.datagramsReceived / Math.max(1, to.stats.receiveCalls)).toFixed(1);
  console.log(
    `${name.padEnd(36)} send ${ns(sendMs, sent)} ns  receive ${ns(receiveMs, received)} ns  heap ${bytes.padStart(6)} B` +
      `  (${calls} per send call, ${read} per receive call, lost ${sent - received})`,
  );
  from.close();
  to.close();
}

console.log(`${total} datagrams of ${BYTES} bytes, 127.0.0.1, Node ${process.version}`);
if (globalThis.gc === undefined)
  console.log('(run with the flags of the first lines, else the heap figures mean nothing)');
await measure('batched, runs of 64, 512 a flush', 'batched', true, 512);
await measure('batched, runs of 32', 'batched', true, 32);
await measure('batched, runs of 8', 'batched', true, 8);
await measure('batched, no segmentation, 512 a flush', 'batched', false, 512);
await measure('batched, no segmentation, 32 a flush', 'batched', false, 32);
await measure('dgram, 32 a flush', 'dgram', false, 32);
