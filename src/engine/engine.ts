// Everything a worker has, wired together once: memory, clock, tables, transport, flow programs. State only; client.ts, server.ts and player.ts act on it.

import { Dialogs } from '../dialog/dialogs.ts';
import { OP, type Program, ROW, ROW_SIZE } from '../flow/program.ts';
import { COUNTER } from '../metrics/counters.ts';
import { Recorder } from '../metrics/recorder.ts';
import { RuleChecker } from '../rules/checker.ts';
import { RuleContext } from '../rules/rule.ts';
import { RULES } from '../rules/rules.ts';
import { Address, readAddress } from '../sip/address.ts';
import { bytesOf, putDecimal } from '../sip/bytes.ts';
import { rseqOf } from '../sip/cseq.ts';
import { hasToken } from '../sip/fields.ts';
import { KeyIndex } from '../sip/key-index.ts';
import type { Memory } from '../sip/memory.ts';
import { Message, NONE } from '../sip/message.ts';
import { HEADER, METHOD, METHOD_COUNT, METHOD_NAMES } from '../sip/names.ts';
import { Fields } from '../sip/template.ts';
import { isLooseRoute } from '../sip/uri.ts';
import type { Clock } from '../time/clock.ts';
import { Lanes } from '../time/lanes.ts';
import { Steps } from '../time/steps.ts';
import { T1_US, T2_US, T4_US, TIMER_D_US, TRYING_NON_INVITE_US, TRYING_US } from '../transaction/constants.ts';
import { Transactions } from '../transaction/slots.ts';
import { placeOf, type Transport } from '../transport/transport.ts';
import { Calls } from './calls.ts';
import { conditionsOf, type Sights, sightsOf } from './capture.ts';
import {
  compose,
  composeAll,
  type Ends,
  ownName,
  targetUri,
  transportParameter,
  viaPrefix,
  type Wire,
} from './compose.ts';
import { ownPeers } from './connections.ts';
import { Early } from './early.ts';
import { FIELD } from './fields.ts';
import { Forks } from './forks.ts';
import { BRANCH_LENGTH, Identity, TAG_LENGTH } from './identity.ts';
import { Outbox } from './outbox.ts';
import { PeerCache } from './peer-cache.ts';
import { Postponed } from './postponed.ts';
import { rowCount, type WorkerConfig } from './protocol.ts';
import { Reference } from './reference.ts';
import { composeRegister, indexUsers } from './registering.ts';
import { Registrations } from './registrations.ts';
import { ackLines, Tally } from './tally.ts';
import { TransactionLinks } from './transactions.ts';
import { Users, usedColumns } from './users.ts';

/** How long a call waits for a message when neither the flow nor a transaction sets a limit. */
const STEP_LIMIT_US = 300_000_000;
/** Refreshes are at most this late, and as many lengths of steps reach over two hours. */
const FINEST_STEP_US = 62_500;
const STEPS = 18;
/** Room for what is put together for one message: Via and Record-Route lines of a whole datagram. */
const SCRATCH_BYTES = 3 * 65_536;

/** Retransmission intervals of a usage (2xx of RFC 3261 §13.3.1.4, reliable provisional of RFC 3262 §3) and of Timers A, E, G. */
const DOUBLINGS = 7;

/** What some refusals must say: RFC 3261 §21.5.4, §21.4.15, §14.2; RFC 6086 §4.2.2: the packages that may come, here none. */
const STANDARD_HEADERS: Readonly<Record<number, readonly (readonly [string, string])[]>> = {
  421: [['Require', '100rel']],
  469: [['Recv-Info', '']],
  488: [['Warning', '399 busyhour "This session is not changed"']],
  500: [['Retry-After', '3']],
  503: [['Retry-After', '1']],
};

/** Series of one request method: from the due instant and from the send. */
export interface Series {
  readonly due: number;
  readonly sent: number;
}

/** RFC 6076 §4.3, §4.4, §4.1 have names for three delays. */
function timerOf(method: number): string {
  switch (method) {
    case METHOD.INVITE:
      return 'srd';
    case METHOD.BYE:
      return 'sdd';
    case METHOD.REGISTER:
      return 'rrd';
    default:
      return `rtt.${METHOD_NAMES[method]}`;
  }
}

export class Engine {
  readonly config: WorkerConfig;
  readonly memory: Memory;
  readonly bytes: Uint8Array;
  private readonly buffer: Buffer;
  readonly clock: Clock;
  readonly now: Float64Array;
  readonly transport: Transport;
  readonly msg = new Message();
  readonly fields = new Fields();
  readonly txns: Transactions;
  readonly links: TransactionLinks;
  readonly index: KeyIndex;
  readonly calls: Calls;
  readonly dialogs: Dialogs;
  readonly lanes: Lanes;
  readonly identity: Identity;
  readonly tally: Tally;
  readonly recorder = new Recorder();
  readonly outbox: Outbox;
  readonly postponed = new Postponed();
  readonly forks = new Forks();
  readonly early: Early;
  readonly peers: PeerCache;
  readonly users: Users;
  readonly ownPeer: Int32Array;
  readonly rules: RuleChecker | null;
  /** What answers when no flow is named; null when flows do. */
  readonly reference: Reference | null;
  readonly ctx = new RuleContext();
  /** What stands in messages, by place; those of the first, where nothing differs. */
  readonly endsAt: readonly Ends[];
  readonly ends: Ends;
  /** By place: 1 where transactions repeat nothing (RFC 3261 §17). */
  readonly reliableAt: Uint8Array;
  /** By place: 1 where messages come in bytes without bounds (RFC 3261 §18.3). */
  readonly streamAt: Uint8Array;
  /** By program, and in it by place. */
  readonly endsOf: readonly (readonly Ends[])[];

  readonly programs: readonly Program[];
  readonly wires: Wire[][];
  readonly ackLines: readonly Int32Array[];
  /** Lane of each row of each program that has a time, NONE elsewhere. */
  readonly rowLanes: Int32Array[];
  /** Responses no flow wrote: refusals and the like, by method and status. */
  private readonly standard = new Map<number, Wire>();
  /** What each program looks at in what it receives. */
  readonly sights: readonly Sights[];
  /** Whether the message in `msg` meets condition n of program `matching`. */
  readonly meets: (condition: number) => boolean;
  matching = 0;
  /** Whether some flow answers with 3xx, so that its caller comes again. */
  readonly redirects: boolean;
  /** Captured variables: chunk offset + 1 and length, `calls × variables`; made only when a flow captures. */
  readonly variables: number;
  readonly variableChunk: Int32Array;
  readonly variableLength: Int32Array;

  /** Series by method: rtt, sdd for BYE, rrd for REGISTER. INVITE has srd and setup. */
  readonly rtt: (Series | null)[] = METHOD_NAMES.map(() => null);
  /** Latencies of each flow alone, by program × METHOD_COUNT + method; srd stands at INVITE and setup at ACK. Empty where one flow is played. */
  readonly flowSeries: Int32Array;
  readonly srd: Series;
  readonly setup: Series;
  readonly lag: number;

  /** [0]: the instant that made the present step due: arrival's schedule, receipt of a message, end of a pause. */
  readonly cause = new Float64Array(1);
  /** The server transaction whose request is in `msg` right now, NONE otherwise. */
  received = NONE;
  /** Peer of the message in `msg`. */
  receivedPeer = NONE;
  /** Fixed places in the block where small values are written before a rendering. */
  readonly scratch: number;
  readonly branchAt: number;
  readonly tagAt: number;
  readonly remoteTagAt: number;
  readonly callIdAt: number;
  /** Slot and serial number of the tag that stands at callIdAt. */
  readonly identityShown = new Int32Array([NONE, 0]);
  readonly callIdLength: number;
  readonly cseqAt: number;
  readonly rackAt: number;
  readonly numberAt: number;
  /** Our own name-addr, and room for that of whom a callee calls. */
  readonly ownNameAt: number;
  readonly ownNameLength: number;
  readonly calledAt: number;
  /** By place: our Via up to the branch. */
  readonly viaAt: Int32Array;
  readonly viaPrefixLength: Int32Array;
  /** By place: the host in our Via. */
  readonly viaHostAt: Int32Array;
  readonly viaHostLength: Int32Array;
  /** By program: the URI of the target. */
  readonly targetAt: Int32Array;
  readonly targetLength: Int32Array;
  readonly seeds = new Int32Array(2);
  readonly key = new Int32Array(2);

  // Lanes by purpose.
  readonly doubling: Int32Array;
  readonly timeoutLane: number;
  readonly lingerLane32: number;
  readonly lingerLaneT4: number;
  readonly lingerLaneD: number;
  /** RFC 3261 §17: Timers D, I, J, K where the transport is reliable; they fire in the tick that starts them. */
  readonly atOnceLane: number;
  readonly tryingLane: number;
  readonly tryingLaneNonInvite: number;
  readonly stepLimitLane: number;
  readonly delayLane: number;
  /** First timer node of the calls: nodes below are transactions, two each. */
  readonly callNodes: number;
  /** First timer node of the users: nodes below are calls, two each. */
  readonly userNodes: number;
  /** The users that are kept registered, null for none; their REGISTER, their timers, and where an expiry is written. */
  readonly registrations: Registrations | null;
  readonly registerWire: Wire | null;
  readonly steps: Steps | null;
  readonly expiresAt: number;

  /** Whose calls are the calls of the run: true those that come, false those we make. */
  readonly isCallee: boolean;
  /** By program: 1 where it plays the callee. */
  readonly answers: Uint8Array;
  /** By program of a caller: who plays its callee when the call comes back to us, NONE for nobody; empty where nobody does. */
  private readonly calleePrograms: Int32Array;
  /** Program of the call whose identity the fields show. */
  shownProgram = 0;
  targetPeer = NONE;
  heard = false;
  stopping = false;
  /** Calls that have ended, for the closed model. */
  ended = 0;
  /** Programs whose first answer is a reliable provisional. */
  readonly needs100rel: readonly boolean[];
  /** --rate-limit: calls that may still begin, refilled as time passes. */
  private readonly tokens = new Float64Array(2);
  private readonly address = new Address();
  private readonly rel: Uint8Array = bytesOf('100rel');
  private readonly timer: Uint8Array = bytesOf('timer');
  readonly rseqAt: number;
  readonly refusedBy = new Set<string>();

  constructor(config: WorkerConfig, memory: Memory, clock: Clock, transport: Transport, txnCapacity: number) {
    this.config = config;
    this.memory = memory;
    this.bytes = memory.bytes;
    this.buffer = Buffer.from(memory.bytes.buffer);
    this.clock = clock;
    this.now = clock.now;
    this.transport = transport;
    this.isCallee = config.role === 'callee';
    this.programs = config.programs;
    this.txns = new Transactions(txnCapacity);
    this.links = new TransactionLinks(txnCapacity);
    this.index = new KeyIndex(this.txns);
    this.calleePrograms = Int32Array.from(config.calleeOf);
    this.answers = Uint8Array.from(config.programs, ({ role }) => (role === 'callee' ? 1 : 0));
    this.calls = new Calls(config.maxCalls, config.programs.length);
    this.early = new Early(config.maxCalls);
    // One more dialog than calls: a place for the dialogs of forked and orphaned 2xx responses.
    this.dialogs = new Dialogs(config.maxCalls + 1, memory, this.isCallee);
    this.callNodes = txnCapacity * 2;
    const { load, register } = config;
    this.registrations = null;
    if (register !== null && load !== null && config.data !== null)
      this.registrations = new Registrations(
        register,
        rowCount(config.data),
        load.shardIndex * config.count + config.index,
        load.shardCount * config.count,
      );
    this.userNodes = this.callNodes + config.maxCalls * 2;
    this.lanes = new Lanes(this.userNodes + (this.registrations?.own ?? 0), this.now);
    this.identity = new Identity(config.token, config.index, config.secret);
    this.tally = new Tally(config.programs, config.role);
    this.rules = config.rules ? new RuleChecker(RULES) : null;
    this.lag = this.recorder.series('lag');
    this.srd = this.pair('srd');
    this.setup = this.pair('setup');
    this.outbox = new Outbox(memory, transport, this.txns, this.tally, this.recorder, this.lag);
    this.peers = new PeerCache(transport);
    const random = crypto.getRandomValues(new Int32Array(2));
    this.seeds.set(random);

    const target = config.target;
    const dataColumns = usedColumns(config);
    this.endsAt = transport.places.map(({ protocol, port }, place) => ({
      role: config.role,
      protocol,
      localHost: config.locals[place]!.host,
      localPort: port,
      targetHost: target?.host ?? config.locals[place]!.host,
      targetPort: target?.port ?? port,
      targetUser: target?.users[0] ?? '',
      registered: register !== null,
      dataColumns,
    }));
    this.ends = this.endsAt[0]!;
    this.reliableAt = Uint8Array.from(transport.places, ({ reliable }) => (reliable ? 1 : 0));
    this.streamAt = Uint8Array.from(transport.places, ({ stream }) => (stream ? 1 : 0));
    this.endsOf = config.programs.map(({ role }, p) =>
      this.endsAt.map((ends): Ends => ({ ...ends, role, targetUser: target?.users[p] ?? '' })),
    );
    this.wires = config.programs.map((program, p) => composeAll(memory, program, this.endsOf[p]!));
    this.ackLines = config.programs.map(ackLines);

    this.scratch = memory.reserve(SCRATCH_BYTES);
    this.branchAt = memory.reserve(BRANCH_LENGTH);
    this.tagAt = memory.reserve(5 + TAG_LENGTH);
    this.put(this.tagAt, ';tag=');
    this.remoteTagAt = memory.reserve(65_536);
    this.put(this.remoteTagAt, ';tag=');
    this.callIdAt = memory.reserve(TAG_LENGTH + 64);
    this.callIdLength = TAG_LENGTH + this.put(this.callIdAt + TAG_LENGTH, `@${this.ends.localHost}`);
    this.cseqAt = memory.reserve(16);
    this.rackAt = memory.reserve(32);
    this.rseqAt = memory.reserve(16);
    this.numberAt = memory.reserve(16);
    this.ownNameAt = memory.reserve(256);
    this.ownNameLength = this.put(this.ownNameAt, ownName(this.ends));
    this.calledAt = memory.reserve(2 * 65_536);
    this.viaAt = Int32Array.from(this.endsAt, () => memory.reserve(256));
    this.viaPrefixLength = Int32Array.from(this.endsAt, (ends, place) => this.put(this.viaAt[place]!, viaPrefix(ends)));
    this.viaHostAt = this.viaAt.map((at, place) => at + viaPrefix(this.endsAt[place]!).indexOf(' ') + 1);
    this.viaHostLength = Int32Array.from(this.endsAt, ({ localHost }) => Buffer.byteLength(localHost));
    const uris = this.endsOf.map(([first]) => targetUri(first!) + transportParameter(first!));
    this.targetAt = Int32Array.from(uris, (uri) => memory.reserve(Buffer.byteLength(uri)));
    this.targetLength = Int32Array.from(uris, (uri, p) => this.put(this.targetAt[p]!, uri));

    const lanes = this.lanes;
    // RFC 3261 §17.1.1.2, §17.1.2.2: 500 ms, doubled; T2 caps all but Timer A.
    this.doubling = Int32Array.from({ length: DOUBLINGS }, (_, i) => lanes.lane(T1_US * 2 ** i));
    this.timeoutLane = lanes.lane(64 * T1_US);
    this.lingerLane32 = lanes.lane(64 * T1_US);
    this.lingerLaneT4 = lanes.lane(T4_US);
    this.lingerLaneD = lanes.lane(TIMER_D_US);
    this.atOnceLane = lanes.lane(0);
    this.tryingLane = lanes.lane(TRYING_US);
    this.tryingLaneNonInvite = lanes.lane(TRYING_NON_INVITE_US);
    this.stepLimitLane = lanes.lane(STEP_LIMIT_US);
    this.delayLane = config.delayUs > 0 ? lanes.lane(config.delayUs) : NONE;
    this.rowLanes = config.programs.map((program) => {
      const count = program.rows.length / ROW_SIZE;
      return Int32Array.from({ length: count }, (_, row) => {
        const us = program.rows[row * ROW_SIZE + ROW.TIME_US]!;
        return us > 0 ? lanes.lane(us) : NONE;
      });
    });

    for (const program of config.programs)
      for (const spec of program.messages) if (spec.kind === 'request') this.series(spec.method);
    this.series(METHOD.BYE); // a failed call is ended by one
    if (config.server) for (const method of [METHOD.NOTIFY, METHOD.UPDATE]) this.series(method);

    this.flowSeries = this.seriesOfFlows();
    this.users = new Users(this, config);
    this.ownPeer = ownPeers(config, this.users.count);
    this.reference = config.server ? new Reference(this, config.programs.length - 1) : null;
    this.expiresAt = memory.reserve(16);
    this.registerWire = this.registrations === null ? null : composeRegister(this);
    this.steps = this.registrations === null ? null : new Steps(this.lanes, FINEST_STEP_US, STEPS);
    if (this.registrations !== null) {
      this.series(METHOD.REGISTER);
      this.tally.counters[COUNTER.USERS] = this.registrations.own;
      indexUsers(this, this.registrations);
    }
    this.needs100rel = config.programs.map((p) => p.messages.some((m) => m.reliable));
    this.sights = config.programs.map(sightsOf);
    this.meets = conditionsOf(this);
    this.redirects = config.programs.some(({ role, messages }) =>
      messages.some(({ status }) => role === 'callee' && status >= 300 && status < 400),
    );
    this.variables = Math.max(0, ...config.programs.map((p) => p.variables.length));
    const cells = this.variables * config.maxCalls;
    this.variableChunk = new Int32Array(cells);
    this.variableLength = new Int32Array(cells);
  }

  private pair(name: string): Series {
    return { due: this.recorder.series(name), sent: this.recorder.series(`${name}.sent`) };
  }

  private series(method: number): void {
    if (method === METHOD.INVITE || method === METHOD.ACK || this.rtt[method] !== null) return;
    this.rtt[method] = this.pair(timerOf(method));
  }

  private seriesOfFlows(): Int32Array {
    const { programs, recorder } = this;
    const callers = programs.filter(({ role }) => role === 'caller');
    if (callers.length < 2) return new Int32Array(0);
    const series = new Int32Array(programs.length * METHOD_COUNT).fill(NONE);
    callers.forEach(({ flow, messages }, program) => {
      const at = program * METHOD_COUNT;
      for (const { kind, method } of messages) {
        if (kind !== 'request' || method === METHOD.ACK) continue;
        series[at + method] = recorder.series(`${flow}/${timerOf(method)}`);
        if (method === METHOD.INVITE) series[at + METHOD.ACK] = recorder.series(`${flow}/setup`);
      }
    });
    return series;
  }

  /** Writes text into the block; its length. Cold paths only. */
  put(at: number, text: string): number {
    const raw = Buffer.from(text);
    this.bytes.set(raw, at);
    return raw.length;
  }

  /** Bytes of the block as text, one character each; makes that text and nothing else. */
  text(start: number, end: number): string {
    return this.buffer.toString('latin1', start, end);
  }

  /** The template of a response that no flow wrote. */
  standardResponse(method: number, status: number): Wire {
    const key = method * 1024 + status;
    let wire = this.standard.get(key);
    if (wire === undefined) {
      const headers = STANDARD_HEADERS[status] ?? [];
      wire = compose(
        this.memory,
        { kind: 'response', method, status, reason: '', headers, body: null, reliable: false, ladder: NONE },
        this.endsAt,
        [],
        NONE,
      );
      this.standard.set(key, wire);
    }
    return wire;
  }

  /** The template of a request that no flow wrote: the BYE or CANCEL that ends a failed call, the ACK of a fork. */
  standardRequest(method: number, program: number): Wire {
    const key = -(program * 1024 + method);
    let wire = this.standard.get(key);
    if (wire === undefined) {
      wire = compose(
        this.memory,
        { kind: 'request', method, status: 0, reason: '', headers: [], body: null, reliable: false, ladder: NONE },
        this.endsOf[program]!,
        [],
        NONE,
      );
      this.standard.set(key, wire);
    }
    return wire;
  }

  /** The template of a message whose header lines and body are put together when it is sent: FIELD.EXTRA, FIELD.BODY. */
  dynamicWire(kind: 'request' | 'response', method: number, status: number, reliable = false): Wire {
    const key = 1_000_000 + (reliable ? 100_000 : 0) + method * 1024 + status;
    let wire = this.standard.get(key);
    if (wire === undefined) {
      const spec = { kind, method, status, reason: '', headers: [], body: null, reliable, ladder: NONE };
      wire = compose(this.memory, spec, this.endsAt, [], NONE, true);
      this.standard.set(key, wire);
    }
    return wire;
  }

  /** --rate-limit: whether one more call may begin now. */
  admit(): boolean {
    const { rateLimitCps } = this.config;
    if (rateLimitCps === 0) return true;
    const { tokens } = this;
    const now = this.now[0]!;
    // A bucket of 100 ms worth of calls, at least one.
    tokens[0] = Math.min(Math.max(1, rateLimitCps / 10), tokens[0]! + ((now - tokens[1]!) * rateLimitCps) / 1e6);
    tokens[1] = now;
    if (tokens[0]! < 1) return false;
    tokens[0]!--;
    return true;
  }

  /**
   * The callee program that a call of this very run asks for: its Call-ID is one of ours and tells which flow the caller plays.
   * NONE for a call from elsewhere, and where nothing is answered beside the calls we make.
   */
  calleeOf(): number {
    if (this.isCallee || this.calleePrograms.length === 0) return NONE;
    const { msg } = this;
    const serial = this.identity.runSerial(this.bytes, msg.callIdStart, msg.callIdEnd);
    return serial === 0 ? NONE : this.calleePrograms[this.calls.programOf(serial)]!;
  }

  /** RFC 3262 §4: whether the request in `msg` lists 100rel in Supported or Require. */
  offers100rel(): boolean {
    return hasToken(this.msg, HEADER.SUPPORTED, this.rel) || hasToken(this.msg, HEADER.REQUIRE, this.rel);
  }

  requires100rel(): boolean {
    return hasToken(this.msg, HEADER.REQUIRE, this.rel);
  }

  /** RFC 4028 §9: whether the sender of the request in `msg` knows the session timer. */
  offersTimer(): boolean {
    return hasToken(this.msg, HEADER.SUPPORTED, this.timer) || hasToken(this.msg, HEADER.REQUIRE, this.timer);
  }

  /** RFC 3262 §7.1: RSeq of the message in `msg`, 0 when there is none. */
  rseq(): number {
    return Math.max(0, rseqOf(this.msg));
  }

  putRseq(value: number): void {
    this.fields.set(FIELD.RSEQ, this.rseqAt, putDecimal(this.bytes, this.rseqAt, value) - this.rseqAt);
  }

  /** Whether what is sent to `peer` neither is lost nor overtakes (RFC 3261 §17). */
  reliable(peer: number): boolean {
    return this.reliableAt[placeOf(peer)] === 1;
  }

  /**
   * Where the requests of a dialog go (RFC 3261 §8.1.2, §12.2.1.1): its first route, or its target; NONE for a host that is a name.
   * @param near the peer spoken to so far: its place serves where the URI names no transport that there is
   */
  nextHop(dialog: number, near: number): number {
    const { dialogs, bytes, address } = this;
    const routes = dialogs.routesLen[dialog]!;
    let start = dialogs.targetStart[dialog]!;
    let end = start + dialogs.targetLen[dialog]!;
    if (routes > 0) {
      // `Route: ` and a name-addr; the first line is the next hop, unless a strict router stands in the Request-URI.
      readAddress(bytes, dialogs.routesStart[dialog]! + 7, dialogs.routesStart[dialog]! + routes, address);
      if (isLooseRoute(bytes, address.uriStart, address.uriEnd)) {
        start = address.uriStart;
        end = address.uriEnd;
      }
    }
    const next = this.peers.ofUri(bytes, start, end, near);
    // RFC 7118 §5: nobody can open a WebSocket connection to a client. Who is spoken to over one stays there.
    return next !== NONE && this.isWebSocket(near) && placeOf(next) === placeOf(near) ? near : next;
  }

  private isWebSocket(peer: number): boolean {
    return peer !== NONE && this.reliableAt[placeOf(peer)] === 1 && this.streamAt[placeOf(peer)] === 0;
  }

  rowsOf(call: number): Int32Array {
    return this.programs[this.calls.program[call]!]!.rows;
  }

  /** Counts a message on the ladder line of `row` of the call's program. */
  countRow(call: number, row: number, what: number): void {
    const program = this.calls.program[call]!;
    this.tally.line(program, this.programs[program]!.rows[row * ROW_SIZE + ROW.LADDER]!, what);
  }

  /** Label of what a call at `row` waits for; where `status` is just that, also which request it should answer. */
  expectation(program: number, row: number, status = 0): string {
    const { rows, ladder } = this.programs[program]!;
    const op = rows[row * ROW_SIZE + ROW.OP]!;
    if (op !== OP.RECV_REQUEST && op !== OP.RECV_RESPONSE) return '';
    const label = ladder[rows[row * ROW_SIZE + ROW.LADDER]!]?.label ?? '';
    return status > 0 && label.startsWith(`${status} `)
      ? `${label} to ${METHOD_NAMES[rows[row * ROW_SIZE + ROW.METHOD]!]}`
      : label;
  }

  /** Timer nodes of a call: 0 the step, 1 the retransmission of what the call keeps. */
  callNode(call: number, which: number): number {
    return this.callNodes + call * 2 + which;
  }

  /** Lane of retransmission n (0 for the first): doubled from T1; capped at T2 unless `uncapped` (Timer A). */
  retransmitLane(n: number, uncapped: boolean): number {
    const cap = uncapped ? DOUBLINGS - 1 : Math.log2(T2_US / T1_US);
    return this.doubling[Math.min(n, cap)]!;
  }
}
