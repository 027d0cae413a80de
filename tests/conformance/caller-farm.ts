// Many callers in one process: each line on stdin's pipe begins a call of a flow to a place, or ends it. The engine, its flows and its sockets are those of `busyhour load`; a start costs a millisecond instead of half a second. Judges nothing.
//
// Lines: `start ID FLOW PROTOCOL ADDRESS PORT LOCAL [USER]` and `end ID`. A user is also its own password.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { PLAIN_LOAD, planLoad } from '../../src/controller/plan.ts';
import { abandon } from '../../src/engine/ending.ts';
import { Engine } from '../../src/engine/engine.ts';
import { Loop } from '../../src/engine/loop.ts';
import { CONTROL, CONTROL_CELLS, type WorkerConfig } from '../../src/engine/protocol.ts';
import { compile } from '../../src/flow/compile.ts';
import { findFlow } from '../../src/flow/find.ts';
import type { Program } from '../../src/flow/program.ts';
import { Memory } from '../../src/sip/memory.ts';
import { Clock } from '../../src/time/clock.ts';
import { openPlaces } from '../../src/transport/open.ts';
import type { Transport } from '../../src/transport/transport.ts';

const HOLD_US = 500_000;
/** Address space: the system commits what is written. */
const MEMORY_BYTES = 16 * 1024 * 1024;
const TRANSACTIONS = 256;
const CALLS = 16;

const programs = new Map<string, Program>();

function programOf(flow: string): Program {
  let program = programs.get(flow);
  if (program === undefined) {
    const found = findFlow(flow, {});
    if ('problems' in found) throw new Error(`flow ${flow}: ${JSON.stringify(found.problems)}`);
    program = compile(found.flow, 'caller', { holdUs: HOLD_US });
    programs.set(flow, program);
  }
  return program;
}

interface Order {
  readonly flow: string;
  readonly protocol: 'udp' | 'tcp';
  readonly address: string;
  readonly port: number;
  readonly local: string;
  readonly user: string | undefined;
}

function configOf({ flow, protocol, address, port, local, user }: Order): WorkerConfig {
  const program = programOf(flow);
  const target = { text: '', protocol, user: 'callee', host: address, port, address };
  const [config] = planLoad({
    ...PLAIN_LOAD,
    programs: [program],
    workers: 1,
    io: 'dgram',
    segmentation: false,
    rules: true,
    rcvbufBytes: 262_144,
    maxCalls: CALLS,
    rehearsal: { caller: program, callee: program },
    target,
    credentials: user === undefined ? null : { user, password: user },
    local: { protocol, address: local, port: 0 },
    phases: [{ fromCps: 1, toCps: 1, durationUs: Number.POSITIVE_INFINITY }],
    calls: 1,
    holdUs: HOLD_US,
  });
  const control = new SharedArrayBuffer(CONTROL_CELLS * 4);
  new Int32Array(control)[CONTROL.RATE_PERCENT] = 100;
  return { ...config!, control };
}

/** One call, and what lingers behind it. */
class Caller {
  private readonly e: Engine;
  private readonly loop: Loop;
  private timer: NodeJS.Timeout | null = null;
  private over = false;

  constructor(config: WorkerConfig, memory: Memory, clock: Clock, transport: Transport) {
    this.e = new Engine(config, memory, clock, transport, TRANSACTIONS);
    this.e.targetPeer = transport.peer(config.target!.address, config.target!.port);
    this.loop = new Loop(this.e);
    transport.onReadable = () => {
      if (!this.loop.wakes) return;
      if (this.timer !== null) clearTimeout(this.timer);
      setImmediate(this.turn);
    };
    this.loop.begin();
    this.turn();
  }

  /** It goes on when its call is over: a late response still finds its transaction. */
  private readonly turn = (): void => {
    if (this.over) return;
    this.loop.slice();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(this.turn, Math.max(1, Math.round(this.loop.idleMs())));
  };

  end(): void {
    this.over = true;
    if (this.timer !== null) clearTimeout(this.timer);
    const { calls, outbox, transport } = this.e;
    for (let call = 0; call < calls.capacity && calls.inUse > 0; call++)
      if (calls.serial[call] !== 0) abandon(this.e, call);
    outbox.flush();
    transport.close();
  }
}

async function begin(order: Order): Promise<Caller> {
  const config = configOf(order);
  const clock = new Clock();
  const memory = new Memory(MEMORY_BYTES);
  const nowUs = () => {
    clock.read();
    return clock.now[0]!;
  };
  const transport = await openPlaces(config.locals, { ...config, memory, nowUs });
  return new Caller(config, memory, clock, transport);
}

/** Between two beginnings, so that those who already call are not kept waiting. */
const BETWEEN_MS = 25;

const callers = new Map<string, Promise<Caller>>();
let turn: Promise<unknown> = Promise.resolve();

function inTurn(order: Order): Promise<Caller> {
  const begun = turn.then(() => begin(order));
  turn = begun.then(() => wait(BETWEEN_MS));
  return begun;
}

function obey(line: string): void {
  const [word, id = '', flow = '', protocol, address = '', port, local = '', user] = line.trim().split(' ');
  if (word === 'start') {
    const order: Order = {
      flow,
      protocol: protocol === 'tcp' ? 'tcp' : 'udp',
      address,
      port: Number(port),
      local,
      user,
    };
    callers.set(id, inTurn(order));
  } else if (word === 'end') {
    void callers.get(id)?.then((caller) => caller.end());
    callers.delete(id);
  } else throw new Error(`no such order: ${line}`);
}

// Opened for writing too: a pipe whose last writer leaves would end.
createInterface({ input: createReadStream(process.argv[2]!, { flags: 'r+' }) }).on('line', obey);
process.stdout.write('ready\n');
