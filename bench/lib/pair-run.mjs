// One run of bench/pair.ts: both ends of a flow in this thread, taking turns without sleeping, from the sources of the checkout given (run with --import tsx). Prints one line of JSON.
// Arguments: the checkout's folder and { calls, users, flow, rules, profile } as JSON.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [checkout, optionsText] = process.argv.slice(2);
const { calls, users, flow: name, rules, profile } = JSON.parse(optionsText);
const load = (path) => import(pathToFileURL(join(checkout, 'src', path)).href);
const { Memory } = await load('sip/memory.ts');
const { Clock } = await load('time/clock.ts');
const { openUdp } = await load('transport/open.ts');
const { Engine } = await load('engine/engine.ts');
const { Loop } = await load('engine/loop.ts');
const { CONTROL, CONTROL_CELLS } = await load('engine/protocol.ts');
const { flowOf } = await load('cli/programs.ts');
const { compile } = await load('flow/compile.ts');
const { planAnswer, planLoad } = await load('controller/plan.ts');

const HOST = '127.0.0.1';
const RCVBUF_BYTES = 33_554_432;
const MEMORY_BYTES = 1_200 * 1024 * 1024;
/** Those of half a million calls and what lingers behind them. */
const TRANSACTIONS = 12_000_000;

const clock = new Clock();
const flow = flowOf(name);
const common = { workers: 1, io: 'batched', segmentation: true, rules, rcvbufBytes: RCVBUF_BYTES, maxCalls: 20_000 };

async function open(planned, target) {
  const memory = new Memory(MEMORY_BYTES);
  const nowUs = () => {
    clock.read();
    return clock.now[0];
  };
  const socket = { address: HOST, port: 0, reusePort: false, segmentation: true, rcvbufBytes: RCVBUF_BYTES };
  const transport = await openUdp({ ...socket, io: 'batched', memory, nowUs });
  const control = new SharedArrayBuffer(CONTROL_CELLS * 4);
  new Int32Array(control)[CONTROL.RATE_PERCENT] = 100;
  // Cloned as on its way to a worker: objects of the same shape.
  const engine = new Engine(structuredClone({ ...planned, control }), memory, clock, transport, TRANSACTIONS);
  if (target !== null) engine.targetPeer = transport.peer(HOST, target);
  return { engine, loop: new Loop(engine) };
}

const callee = await open(
  planAnswer({
    ...common,
    rehearsal: null,
    programs: [compile(flow, 'callee', { holdUs: 0 })],
    server: false,
    credentials: { user: '', password: '' },
    challenge: false,
    listen: [{ address: HOST, port: 0 }],
    rateLimitCps: 0,
    delayUs: 0,
  })[0],
  null,
);
const { localPort } = callee.engine.transport;
const caller = await open(
  planLoad({
    ...common,
    rehearsal: null,
    data: null,
    dataOrder: 'sequential',
    credentials: null,
    programs: [compile(flow, 'caller', { holdUs: 0 })],
    target: { text: '', user: 'service', host: HOST, port: localPort, address: HOST },
    local: { address: HOST, port: 0 },
    phases: [],
    arrivals: 'uniform',
    seed: 1,
    calls: calls * 2,
    users,
    durationUs: 0,
    concurrency: 0,
    holdUs: 0,
    shardIndex: 0,
    shardCount: 1,
    trace: false,
  })[0],
  localPort,
);

const spentMs = { caller: 0, callee: 0 };

function playUntil(ended) {
  while (caller.engine.ended < ended && !caller.loop.done) {
    clock.read();
    const begin = performance.now();
    caller.loop.tick();
    const middle = performance.now();
    clock.read();
    callee.loop.tick();
    spentMs.caller += middle - begin;
    spentMs.callee += performance.now() - middle;
  }
}

clock.read();
callee.loop.begin();
caller.loop.begin();
// As many calls again before, so that the compiler has done its work.
playUntil(calls);
const session = new Session();
if (profile !== '') {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
}
spentMs.caller = 0;
spentMs.callee = 0;
const before = process.cpuUsage();
const from = caller.engine.ended;
playUntil(calls * 2);
const { user, system } = process.cpuUsage(before);
if (profile !== '') writeFileSync(profile, JSON.stringify((await session.post('Profiler.stop')).profile));
const played = caller.engine.ended - from;
const failed = caller.engine.tally.failures().length + callee.engine.tally.failures().length;
console.log(
  JSON.stringify({
    calls: played,
    failed,
    userUs: user / played,
    systemUs: system / played,
    callerUs: (spentMs.caller * 1000) / played,
    calleeUs: (spentMs.callee * 1000) / played,
  }),
);
process.exit(failed === 0 ? 0 : 1);
