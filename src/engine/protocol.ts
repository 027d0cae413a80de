// What the main thread and a worker say to each other. Plain data only.

import type { Program } from '../flow/program.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import type { Phase } from '../time/schedule.ts';
import type { Place, Protocol, Transport } from '../transport/transport.ts';

/** How addresses are written, for whoever tells them. */
export { bareAddress, hostPortText, hostText } from '../sip/host.ts';
/** Method names by id, for whoever reads methodCounts. */
export { METHOD_NAMES } from '../sip/names.ts';

/** Everything a worker needs before it opens its socket. */
export interface WorkerConfig {
  readonly index: number;
  readonly count: number;
  /** Distinguishes runs: appears in tags, branches and Call-IDs; six characters of [0-9a-z]. */
  readonly token: string;
  /** Two random 32-bit numbers that nobody outside knows: what hides slots and serial numbers in tags. */
  readonly secret: readonly [number, number];
  readonly role: 'caller' | 'callee';
  /** callee: one per flow answered; the first whose first row takes the request plays it. caller: those of the mix, by the numbers in its order; behind them what is answered beside, the callee of each flow. */
  readonly programs: readonly Program[];
  /** caller: by program, the one that answers when its call comes back to this run, NONE for none; empty when nothing is answered. */
  readonly calleeOf: readonly number[];
  /** callee: the last program is that of the reference server, which answers what no flow takes. */
  readonly server: boolean;
  readonly io: 'auto' | 'batched' | 'dgram';
  readonly segmentation: boolean;
  /** Where to bind, and the host that stands in Via and Contact: one for a caller, each --listen for a callee. */
  readonly locals: readonly Local[];
  /** caller: whose requests share a connection, where there are connections. */
  readonly connections: 'one' | 'per-user' | 'per-call';
  /** Several workers share the ports (callee). */
  readonly reusePort: boolean;
  /** caller: where the calls go. */
  readonly target: {
    readonly address: string;
    readonly port: number;
    readonly host: string;
    /** By program: the user part of the Request-URI, '' for none. */
    readonly users: readonly string[];
  } | null;
  readonly load: LoadConfig | null;
  readonly maxCalls: number;
  readonly rules: boolean;
  readonly rcvbufBytes: number;
  /** caller: rows to make calls from, shared by all workers; null for none. */
  readonly data: DataTable | null;
  readonly dataOrder: DataOrder;
  /** caller: answers 401 and 407 where the data file has no columns user and password; null for nobody. callee: whom the reference server believes. */
  readonly credentials: { readonly user: string; readonly password: string } | null;
  /** caller: each row of `data` is a user of the target who is registered all the time; null for none. */
  readonly register: RegisterConfig | null;
  /** callee: the reference server challenges every request outside a dialog. */
  readonly challenge: boolean;
  /** callee: the reference server makes the call that any REFER asks for; and how long calls it makes last. */
  readonly referCalls: boolean;
  readonly referHoldUs: number;
  /** callee: digest algorithms of a challenge, in the order of preference. */
  readonly algorithms: readonly string[];
  /** callee: bindings the registrar of the reference server holds at most; a REGISTER beyond is refused with 503 and Retry-After. */
  readonly maxBindings: number;
  /** callee: refuse above this many new calls a second with 503 and Retry-After; 0 is no limit. */
  readonly rateLimitCps: number;
  /** callee: wait this long before each answer to a new request. */
  readonly delayUs: number;
  /** Print each message of the call on the wire as it goes (`--once -v`): the worker posts a TraceMessage for each. */
  readonly trace: boolean;
  /** Both ends of a flow without its holds, and how many calls of it to play over loopback before the sockets are said to be ready; null for none. */
  readonly warmUp: { readonly caller: Program; readonly callee: Program; readonly calls: number } | null;
  /** Control cells, shared: see CONTROL. */
  readonly control: SharedArrayBuffer;
}

export interface Local {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  readonly host: string;
  /** WebSocket: the resource that connections of a caller ask for. */
  readonly path?: string;
}

/** Which row a call gets: see rows.ts. */
export type DataOrder = 'sequential' | 'random' | 'unique' | 'per-shard';

/** How users are kept registered. */
export interface RegisterConfig {
  readonly expiresS: number;
  /** Refresh after this part of the granted time, or after `refreshUs` when that is above 0 and earlier. */
  readonly refreshShare: number;
  readonly refreshUs: number;
  /** Registrations a second of all shards, at the start and at the end; reached in `rampUs`. */
  readonly rateCps: number;
  readonly rampUs: number;
  /** Whether the bindings are removed at the end. */
  readonly unregister: boolean;
}

/** Longest cell of a data file: what can stand in a message, in bytes of UTF-8. */
export const CELL_BYTES = 1_024;

/** A data file as bytes: cell c of row r is `cells[offsets[r * columns + c] … offsets[r * columns + c + 1]]`, UTF-8. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly cells: SharedArrayBuffer;
  readonly offsets: SharedArrayBuffer;
}

/** How many rows there are. */
export function rowCount({ columns, offsets }: DataTable): number {
  return (offsets.byteLength / 4 - 1) / columns.length;
}

export interface LoadConfig {
  /** Open model: the rate over time for the whole run (all shards). Empty with users > 0. */
  readonly phases: readonly Phase[];
  readonly arrivals: 'uniform' | 'poisson';
  readonly seed: number;
  /** End after this many calls in all shards; 0 is no limit. */
  readonly calls: number;
  /** Closed model: this many calls at a time in all shards; 0 is the open model. */
  readonly users: number;
  /** Closed model: stop starting calls after this time; microseconds, 0 is no limit. */
  readonly durationUs: number;
  /** Most calls at a time in this shard; 0 is no limit but the table. */
  readonly concurrency: number;
  /** This process's part of a run spread over several machines: arrivals k with k mod shardCount == shardIndex. */
  readonly shardIndex: number;
  readonly shardCount: number;
  /** Arrival k of the whole run plays program order[k mod length]. */
  readonly order: Uint8Array;
}

/** Int32 cells of WorkerConfig.control. */
export const CONTROL = {
  /** COMMAND: run, stop starting calls, or quit now. */
  COMMAND: 0,
  /** Rate multiplier in percent, 100 as planned (live + and - keys). */
  RATE_PERCENT: 1,
  /** Workers whose users have all been registered, or not; and those whose calls are over: each waits for all. */
  REGISTERED: 2,
  CALLED: 3,
} as const;
export const CONTROL_CELLS = 8;
export const COMMAND = { RUN: 0, STOP: 1, QUIT: 2 } as const;

export type ToWorker = { readonly type: 'start' };

export type FromWorker =
  | {
      readonly type: 'ready';
      readonly index: number;
      readonly io: Transport['io'];
      readonly places: readonly Place[];
      readonly rcvbufBytes: number;
    }
  | Snapshot
  | {
      readonly type: 'trace';
      readonly index: number;
      readonly atUs: number;
      readonly sent: boolean;
      readonly peer: string;
      readonly text: string;
    }
  /** Cannot go on: the reason is for the user. `usage` when the mend is on the command line (port in use, address not here). */
  | { readonly type: 'failed'; readonly index: number; readonly message: string; readonly usage: boolean };

export type { Place, Protocol, Snapshot };
