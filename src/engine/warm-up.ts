// Plays a few thousand calls between two engines of this thread over loopback before a run, so that the compiler has done its work when the first call is due. Its results are thrown away.

import { REFERENCE_PROGRAM } from '../flow/reference-program.ts';
import { Memory } from '../sip/memory.ts';
import type { Clock } from '../time/clock.ts';
import { openPlaces } from '../transport/open.ts';
import type { Transport } from '../transport/transport.ts';
import { Engine } from './engine.ts';
import { Loop } from './loop.ts';
import { CONTROL, CONTROL_CELLS, type WorkerConfig } from './protocol.ts';

const HOST = '127.0.0.1';
const CALLS_AT_A_TIME = 8_192;
const MEMORY_BYTES = 96 * 1024 * 1024;
/** Calls a second of the warm-up, and the longest it may take whatever happens. */
const RATE_CPS = 20_000;
const LIMIT_US = 3_000_000;
/** From one message a round to some, and now and then more than one system call takes: what was never seen makes the compiler start anew in the run. */
const EIGHTH = 8;
const FEW_US = 25;
const MANY_US = 10_000;

export async function warmUp(config: WorkerConfig, clock: Clock): Promise<void> {
  const plan = config.warmUp;
  if (plan === null) return;
  const callee = await open(config, clock, 'callee', null);
  try {
    const { port } = callee.e.transport.places[0]!;
    const caller = await open(config, clock, 'caller', port);
    try {
      callee.loop.begin();
      caller.loop.begin();
      clock.read();
      const end = clock.now[0]! + LIMIT_US;
      for (let round = 0; !caller.loop.done && clock.now[0]! < end; round++) {
        clock.read();
        caller.loop.tick();
        clock.read();
        callee.loop.tick();
        if (round % EIGHTH !== 0) callee.e.transport.nap((round % EIGHTH) * FEW_US);
        else if (round % (EIGHTH * EIGHTH) === 0) {
          callee.e.transport.nap(MANY_US);
          doSeldom(callee.e, round);
        }
        if (needsTurns(callee.e.transport)) await new Promise(setImmediate);
      }
    } finally {
      caller.e.transport.close();
    }
  } finally {
    callee.e.transport.close();
  }
}

/** What the run does now and then and a few thousand calls may not: another peer, a key that is found. */
function doSeldom({ transport, index, txns }: Engine, round: number): void {
  const { reliable } = transport.places[0]!;
  if (!reliable) transport.peerAddress(transport.peer(HOST, 1 + (round % 1_000)));
  index.find(txns.keyA[0]!, txns.keyB[0]!);
}

/** Whether only the event loop moves some of its bytes. */
function needsTurns({ places, blocking }: Transport): boolean {
  return !blocking || places.some(({ reliable }) => reliable);
}

async function open(
  config: WorkerConfig,
  clock: Clock,
  role: 'caller' | 'callee',
  targetPort: number | null,
): Promise<{ e: Engine; loop: Loop }> {
  const plan = config.warmUp!;
  const control = new SharedArrayBuffer(CONTROL_CELLS * 4);
  new Int32Array(control)[CONTROL.RATE_PERCENT] = 100;
  const memory = new Memory(MEMORY_BYTES);
  const locals = config.locals.map(({ protocol }) => ({ protocol, address: HOST, port: 0, host: HOST }));
  const transport = await openPlaces(locals, {
    io: config.io,
    reusePort: false,
    segmentation: config.segmentation,
    rcvbufBytes: config.rcvbufBytes,
    memory,
    nowUs: clock.nowUs,
  });
  const phases = [{ fromCps: RATE_CPS, toCps: RATE_CPS, durationUs: Number.POSITIVE_INFINITY }];
  const caller = role === 'caller';
  // Cloned as the run's own configuration was on its way to this thread: objects of one shape, or the compiler starts anew when the run begins.
  const rehearsed: WorkerConfig = structuredClone({
    ...config,
    index: 0,
    count: 1,
    token: caller ? 'warmup' : 'warmed',
    role,
    programs: [caller ? plan.caller : config.server ? config.programs.at(-1)! : plan.callee],
    server: !caller && (config.server || plan.callee.flow === REFERENCE_PROGRAM.flow),
    locals,
    connections: 'one',
    target:
      targetPort === null ? null : { address: HOST, port: targetPort, host: HOST, users: [plan.caller.user || 'warm'] },
    load: caller
      ? {
          phases,
          arrivals: 'uniform',
          seed: 1,
          calls: plan.calls,
          users: 0,
          durationUs: 0,
          concurrency: 0,
          shardIndex: 0,
          shardCount: 1,
          order: new Uint8Array(1),
        }
      : null,
    calleeOf: [],
    register: null,
    maxCalls: CALLS_AT_A_TIME,
    maxBindings: CALLS_AT_A_TIME,
    rateLimitCps: 0,
    delayUs: 0,
    trace: false,
    control,
    warmUp: null,
  });
  const e = new Engine(rehearsed, memory, clock, transport, plan.calls * 8 + CALLS_AT_A_TIME);
  if (targetPort !== null) e.targetPeer = transport.peer(HOST, targetPort);
  return { e, loop: new Loop(e) };
}
