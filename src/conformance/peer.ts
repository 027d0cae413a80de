// The wire-level peer: an address and port of its own, from which leaves exactly what a case says. Never acknowledges, retransmits or absorbs by itself; a challenge alone is answered where the case does not look for it.

import { bareAddress } from '../sip/host.ts';
import {
  type Frame,
  isAddress,
  type Listener,
  listenForStream,
  nowUs,
  openDatagrams,
  type Place,
  type RawEvents,
  type RawSocket,
} from '../transport/raw-socket.ts';
import { Admission } from './admission.ts';
import type { TransportKind } from './case.ts';
import { ackRows, dialogRows, requestRows, responseRows } from './compose.ts';
import { connectTo, hostPortOf, transportParameter } from './connect.ts';
import { Dialog } from './dialog.ts';
import { draft, type Parts } from './draft.ts';
import type { Ground } from './ground.ts';
import { newBranch, newCallId, token } from './identity.ts';
import { Outgoing, Received } from './outgoing.ts';
import { uriOfUser } from './profile.ts';
import { uriOf } from './reading.ts';
import { describeStatus, isChallenge, judgeRefusal, type Status, statusFits, statusIsNamed } from './status.ts';
import { streamCutter } from './stream-cutter.ts';
import { Conclusion, Late } from './verdict.ts';

export interface Wait {
  /** Longest wait in milliseconds; that of the profile (5 s) where absent. */
  readonly withinMs?: number;
}

export interface ExpectOptions extends Wait {
  /** The request that is answered; the one sent last (but ACK) where absent. */
  readonly of?: Outgoing;
  /**
   * Another status is a failure, whatever it is: no precondition, no optional feature. A challenge is answered nevertheless; one that
   * we have no answer to decides nothing, unless it is the answer to our credentials.
   */
  readonly strictly?: boolean;
  /** A challenge is what the case looks at: a response like any other, and never answered. */
  readonly challengeCounts?: boolean;
}

export interface RequestParts extends Parts {
  /** The dialog it is sent in. */
  readonly dialog?: Dialog;
}

/** So late the loop never is by its own work. */
const LATE_US = 50_000;

interface Waiter {
  readonly fits: (message: Received) => boolean;
  readonly done: (message: Received | null) => void;
}

export class Peer {
  /** Its name in the evidence. */
  readonly end: string;
  /** Tag of our end. */
  readonly tag = token(8);
  /** Everything sent and received so far, in order. */
  readonly sent: Outgoing[] = [];
  readonly received: Received[] = [];
  protected readonly ground: Ground;
  private socket: RawSocket | null = null;
  private listener: Listener | null = null;
  private readonly taken = new Set<Received>();
  private readonly waiters = new Set<Waiter>();
  private closedBy: string | null = null;
  /** Bytes of line ends that came between messages of a stream. */
  private lineEnds = 0;
  private readonly admission: Admission;
  /** Challenges that were answered. */
  private readonly answered: Received[] = [];
  private readonly closeWaiters = new Set<() => void>();
  private readonly madeUs = nowUs();

  constructor(ground: Ground, end: string) {
    this.ground = ground;
    this.end = end;
    this.admission = new Admission(ground.credentials);
    ground.signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  /** @param port of datagrams; 0 is any free one */
  async open(kind: TransportKind, port = 0, address = this.ground.address): Promise<void> {
    if (kind === 'udp') {
      this.socket = await openDatagrams({ address, port }, this.whole());
      return;
    }
    const { target, profile } = this.ground;
    try {
      this.socket = await connectTo(kind, { address, target, profile }, kind === 'tcp' ? this.framed() : this.whole());
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const name = kind === 'tcp' ? 'TCP' : 'WebSocket';
      throw new Conclusion('inconclusive', `no ${name} connection to the server: ${code ?? message}`);
    }
  }

  /** What carries whole messages: datagrams, and WebSocket messages. */
  private whole(): RawEvents {
    return {
      bytes: (data, from, atUs, frame) => this.arrive(Buffer.from(data), from, atUs, frame),
      closed: this.closed,
    };
  }

  /** Of a WebSocket: the subprotocol that the server agreed on, null for none. */
  get subprotocol(): string | null {
    return this.socket!.subprotocol ?? null;
  }

  /** Waits for the server to open a stream to us; it is this end's from then on. The place it has to come to. */
  async listen(): Promise<Place> {
    this.listener = await listenForStream(this.ground.address, this.framed(), (stream) => {
      this.socket = stream;
    });
    return this.listener.local;
  }

  private readonly closed = (why: string): void => {
    this.note(why === 'closed' ? 'the server closed the connection' : `the system says ${why}`);
    this.closedBy = why;
    for (const waiter of this.closeWaiters) waiter();
  };

  /** The bytes of a stream, message by message. */
  private framed(): RawEvents {
    let came: [from: Place, atUs: number] | null = null;
    const cut = streamCutter({
      message: (bytes) => this.arrive(bytes, ...came!),
      lineEnds: (count) => (this.lineEnds += count),
      lost: (why) => this.note(`the stream can be divided no further: ${why}`),
    });
    const bytes = (data: Buffer, from: Place, atUs: number) => {
      came = [from, atUs];
      cut(data);
    };
    return { bytes, closed: this.closed };
  }

  async close(): Promise<void> {
    if (this.socket === null) await this.listener?.close();
    await this.socket?.close();
  }

  /** Gives the connection up both ways: nothing can come by it any more. */
  reset(): void {
    this.socket!.reset!();
  }

  get isOpen(): boolean {
    return this.socket !== null;
  }

  get kind(): TransportKind {
    return this.socket!.kind;
  }

  /** Own address and port. */
  get local(): Place {
    return this.socket!.local;
  }

  /** `address:port`, `[address]:port` of our end, as it stands in Via and Contact. */
  get hostPort(): string {
    return hostPortOf(this.local);
  }

  /** URI of our end, as it stands in Contact. */
  get contact(): string {
    return `sip:harness@${this.hostPort}${transportParameter(this.kind)}`;
  }

  /** URI of our user: that of the account of the case, where it has one. */
  get aor(): string {
    const { profile, account } = this.ground;
    return uriOfUser(profile, account?.user ?? profile.accounts[0]?.user ?? 'busyhour');
  }

  /** A value of Via of our end with a branch of its own. */
  via(branch = newBranch()): string {
    return `SIP/2.0/${this.kind.toUpperCase()} ${this.hostPort};branch=${branch};rport`;
  }

  /** The URI of an extension of the profile, or of a user of the server; a URI stays as it is. */
  uri(extensionOrUser: string): string {
    const { profile } = this.ground;
    return uriOfUser(profile, profile.extensions[extensionOrUser] ?? extensionOrUser);
  }

  /** Builds a request that is valid and complete but for what `parts` changes. Sends nothing. */
  request(method: string, parts: RequestParts = {}): Outgoing {
    const { dialog } = parts;
    const made =
      dialog === undefined ? requestRows(this, this.ground.profile, method, parts) : dialogRows(this, dialog, method);
    const content = draft(`${method} ${parts.uri ?? made.uri} SIP/2.0`, made.rows, parts, made.body, made.type);
    return new Outgoing(content, dialog === undefined ? null : this.hop(dialog), dialog ?? null);
  }

  /** A message of your own bytes, line ends and all. In a text {{via}} {{branch}} {{tag}} {{callid}} {{aor}} {{contact}} {{local}} {{domain}} {{uri:NAME}} are filled in. */
  raw(content: string | Uint8Array): Outgoing {
    if (typeof content !== 'string') return new Outgoing(content);
    const branch = newBranch();
    const values: Record<string, () => string> = {
      via: () => this.via(branch),
      branch: () => branch,
      tag: () => this.tag,
      callid: () => newCallId(),
      aor: () => this.aor,
      contact: () => this.contact,
      local: () => this.hostPort,
      domain: () => this.ground.profile.domain,
    };
    const text = content.replace(/\{\{([a-z]+)(?::([^}]*))?\}\}/g, (whole, name: string, what?: string) =>
      name === 'uri' && what !== undefined ? this.uri(what) : (values[name]?.() ?? whole),
    );
    return new Outgoing(Buffer.from(text));
  }

  /** Sends it, and gives it back. @param frame the kind of its WebSocket message; text where absent and the bytes are UTF-8 */
  send(message: Outgoing, frame?: Frame): Outgoing {
    if (!this.sent.includes(message)) this.sent.push(message);
    this.put(message.bytes, message.place, frame);
    message.sentAtUs.push(nowUs());
    return message;
  }

  /** The same bytes once more: a retransmission. */
  sendAgain(message: Outgoing): Outgoing {
    if (message.sentAtUs.length === 0) throw new Error('sendAgain: it was never sent');
    return this.send(message);
  }

  /** Sends it cut at these offsets, with a pause at each cut: for streams. */
  async sendInPieces(message: Outgoing, cuts: readonly number[], gapMs = 20): Promise<Outgoing> {
    if (!this.sent.includes(message)) this.sent.push(message);
    let from = 0;
    for (const to of [...cuts, message.bytes.length]) {
      if (from > 0) await this.take(() => false, gapMs);
      this.put(message.bytes.subarray(from, to), message.place);
      from = to;
    }
    message.sentAtUs.push(nowUs());
    return message;
  }

  /** Bytes that are no message of their own: a part of a stream, a keepalive. */
  write(bytes: string | Uint8Array): void {
    this.put(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, null);
  }

  private put(bytes: Uint8Array, place: Place | null, frame?: Frame): void {
    this.ground.log.push({ atUs: nowUs(), direction: 'out', end: this.end, text: Buffer.from(bytes).toString('utf8') });
    this.socket!.send(bytes, place ?? this.ground.target, frame);
  }

  /**
   * Waits for a response to the request sent last. Provisional ones before a final one are passed over and stay in `received`.
   * Another final response is a failure, or says that a precondition or an optional feature is missing.
   */
  async expect(wanted: Status, options: ExpectOptions = {}): Promise<Received> {
    const request = options.of ?? this.latest();
    const expected = `${describeStatus(wanted)} to ${request.method || 'the request'}`;
    const waitMs = options.withinMs ?? this.ground.profile.waitMs;
    const until = nowUs() + waitMs * 1_000;
    for (;;) {
      const fits = (message: Received) => message.isResponse && request.isAnsweredBy(message);
      const response = await this.take(fits, (until - nowUs()) / 1_000);
      if (response === null) throw this.silence(waitMs, expected);
      if (response.fault !== null)
        throw new Conclusion('fail', `${response.startLine}, but ${response.fault}`, expected);
      // RFC 3261 §8.2: who is asked for credentials is asked before all else, so that a challenge says nothing about the rule.
      // It is answered unless it is what is looked for: `'final'` and `'refusal'` speak of what comes after it.
      const looked = options.challengeCounts === true || statusIsNamed(wanted, response.status);
      if (isChallenge(response.status) && !looked) {
        if (this.answerChallenge(request, response)) continue;
        if (!request.hasCredentials) throw new Conclusion('inconclusive', response.startLine, expected);
      }
      if (statusFits(wanted, response.status)) return response;
      if (response.status < 200) continue;
      if (options.strictly !== true) {
        const other = judgeRefusal(request, response);
        if (other !== null) throw new Conclusion(other, response.startLine, expected);
      }
      throw new Conclusion('fail', response.startLine, expected);
    }
  }

  /** Waits for a request; retransmissions of one already taken are passed over. */
  async expectRequest(
    method: string,
    options: Wait & { where?: (request: Received) => boolean } = {},
  ): Promise<Received> {
    const waitMs = options.withinMs ?? this.ground.profile.waitMs;
    const fits = (message: Received) =>
      message.isRequest && message.method === method && !this.isRepeated(message) && (options.where?.(message) ?? true);
    const request = await this.take(fits, waitMs);
    if (request === null) throw this.silence(waitMs, `a ${method}`);
    if (request.fault !== null)
      throw new Conclusion('fail', `${request.startLine}, but ${request.fault}`, `a ${method}`);
    return request;
  }

  /** Waits for the same message to come again. */
  async expectAgain(message: Received, options: Wait = {}): Promise<Received> {
    const waitMs = options.withinMs ?? this.ground.profile.waitMs;
    const again = await this.take((other) => repeats(other, message), waitMs);
    if (again === null) throw this.silence(waitMs, `${message.startLine} once more`);
    return again;
  }

  /**
   * For so long nothing of the kind may come: `'response'`, `'request'`, `'message'`, or a method (a request of it).
   * Silence counts only between two control probes that are answered.
   */
  async expectNone(ms: number, what: string, where: (message: Received) => boolean = () => true): Promise<void> {
    const expected = `no ${what} for ${ms} ms`;
    if (!(await this.ground.probe()))
      throw new Conclusion('inconclusive', 'the control probe before the silence was not answered', expected);
    const kind = (message: Received) =>
      what === 'message' ||
      (what === 'response' ? message.isResponse : message.isRequest && (what === 'request' || message.method === what));
    const endUs = nowUs() + ms * 1_000;
    const came = await this.take((message) => kind(message) && where(message), ms);
    if (came !== null && came.atUs > endUs && came.sinceUs < endUs)
      throw new Late(`${came.startLine} may have come before the end of the silence, or after`, expected);
    if (came !== null && this.mayPrecedeOurs(came))
      throw new Late(`${came.startLine} may have come before what we sent last, which should have ended it`, expected);
    if (came !== null && came.atUs <= endUs) throw new Conclusion('fail', came.startLine, expected);
    if (!(await this.ground.probe()))
      throw new Conclusion('inconclusive', 'the control probe after the silence was not answered', expected);
  }

  /** Waits for the server to close the stream. */
  async expectClosed(options: Wait = {}): Promise<void> {
    const waitMs = options.withinMs ?? this.ground.profile.waitMs;
    if (this.closedBy === null)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => finish(), waitMs);
        const finish = () => {
          clearTimeout(timer);
          this.closeWaiters.delete(finish);
          resolve();
        };
        this.closeWaiters.add(finish);
      });
    if (this.closedBy === null) throw new Conclusion('fail', `it is open after ${waitMs} ms`, 'the connection closed');
  }

  /** Whether a line end comes between messages of the stream: the answer to a keepalive (RFC 5626 §4.4.1). */
  async hasPong(options: Wait = {}): Promise<boolean> {
    const until = nowUs() + (options.withinMs ?? this.ground.profile.waitMs) * 1_000;
    while (this.lineEnds < 2 && nowUs() < until) await this.take(() => false, 10);
    if (this.lineEnds < 2) return false;
    this.lineEnds -= 2;
    this.note('a CRLF came');
    return true;
  }

  /** Answers a request with the header fields that are echoed (RFC 3261 §8.2.6.2), and sends it: where its Via says, or to `place`. */
  respond(request: Received, status: number, parts: Parts = {}, place?: Place): Outgoing {
    const made = responseRows(this, request, status);
    const content = draft(made.startLine, made.rows, parts, made.body, made.type);
    return this.send(new Outgoing(content, place ?? made.place));
  }

  /** Sends the ACK of a final response: a transaction of its own for a 2xx, that of the INVITE otherwise (RFC 3261 §13.2.2.4, §17.1.1.3). */
  ack(response: Received, parts: Parts = {}): Outgoing {
    const invite = this.inviteOf(response);
    if (response.status < 300) {
      const dialog = Dialog.ofResponse(response);
      const made = dialogRows(this, dialog, 'ACK', response.cseq);
      return this.send(
        new Outgoing(draft(`ACK ${made.uri} SIP/2.0`, made.rows, parts, '', ''), this.hop(dialog), dialog),
      );
    }
    return this.ackOf(invite, response, parts);
  }

  private ackOf(invite: Outgoing, refusal: Received, parts: Parts = {}): Outgoing {
    const rows = ackRows(invite.reading, refusal);
    return this.send(new Outgoing(draft(`ACK ${invite.uri} SIP/2.0`, rows, parts, '', ''), invite.place));
  }

  /** Sends the CANCEL of a request: its Request-URI, top Via, From, To, Call-ID, CSeq number, Route (RFC 3261 §9.1). */
  cancel(invite: Outgoing, parts: Parts = {}): Outgoing {
    const rows = ackRows(invite.reading, invite.reading, 'CANCEL');
    return this.send(new Outgoing(draft(`CANCEL ${invite.uri} SIP/2.0`, rows, parts, '', ''), invite.place));
  }

  /** The dialog that a response, or a request we answered, makes. */
  dialog(message: Received): Dialog {
    return message.isResponse ? Dialog.ofResponse(message) : Dialog.ofRequest(message, this.tag);
  }

  /** The request sent last, but ACK. */
  latest(): Outgoing {
    const request = this.sent.findLast(({ reading }) => !reading.isResponse && reading.method !== 'ACK');
    if (request === undefined) throw new Error('expect: nothing was sent');
    return request;
  }

  /** Responses to a request so far, provisional ones too. */
  responsesTo(request: Outgoing): Received[] {
    return this.received.filter((message) => message.isResponse && request.isAnsweredBy(message));
  }

  private inviteOf(response: Received): Outgoing {
    const invite = this.sent.findLast((one) => one.method === 'INVITE' && one.isAnsweredBy(response));
    if (invite === undefined) throw new Error('ack: no INVITE was sent that this response answers');
    return invite;
  }

  /** Where requests in a dialog go; null for the target, which also stands for names that are no address. */
  private hop(dialog: Dialog): Place | null {
    const hop = dialog.nextHop;
    if (hop === null) return null;
    const address = bareAddress(hop.host);
    return isAddress(address) ? { address, port: hop.port } : null;
  }

  /** Sends the request again with credentials of the profile; false where the response is no challenge, or none that can be answered. */
  answerChallenge(request: Outgoing, response: Received): boolean {
    const challenge = this.admission.challengeIn(response, request);
    if (challenge === null) return false;
    if (request.method === 'INVITE') this.ackOf(request, response);
    this.admission.answer(request, challenge, response.status);
    this.answered.push(response);
    this.note(`answers the challenge of ${uriOf(request.uri)}`);
    this.send(request);
    return true;
  }

  /** Puts credentials for the challenge answered last into a request before it is sent, if there was one. */
  admit(request: Outgoing): Outgoing {
    this.admission.admit(request);
    return request;
  }

  private arrive(bytes: Buffer, from: Place, atUs: number, frame: Frame | null = null): void {
    const message = new Received(bytes, from, atUs, this.ground.pulse.sinceUs, frame);
    this.ground.log.push({ atUs, direction: 'in', end: this.end, text: message.text });
    this.ground.check(message, this.sent, this.received, this.kind);
    this.received.push(message);
    // RFC 3261 §17.2.1: a challenge is sent again until our ACK of it is there, which a case that never asked for it has no part in.
    if (this.answered.some((challenge) => repeats(message, challenge))) {
      this.taken.add(message);
      return;
    }
    for (const waiter of this.waiters) {
      if (!waiter.fits(message)) continue;
      this.taken.add(message);
      waiter.done(message);
      return;
    }
  }

  protected note(text: string): void {
    this.ground.log.push({ atUs: nowUs(), direction: 'note', end: this.end, text });
  }

  /** The next message that fits and was not taken, also one that came before; null when none comes in time. */
  protected take(fits: (message: Received) => boolean, withinMs: number): Promise<Received | null> {
    const { signal } = this.ground;
    const there = this.received.find((message) => !this.taken.has(message) && fits(message));
    if (there !== undefined) {
      this.taken.add(there);
      return Promise.resolve(there);
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        fits,
        done: (message) => {
          clearTimeout(timer);
          if (!this.waiters.delete(waiter)) return;
          if (message === null && signal.aborted) reject(new Conclusion('inconclusive', String(signal.reason)));
          else resolve(message);
        },
      };
      // Sockets are read between timers and immediates: what came in time is taken, however late our loop is.
      const timer = setTimeout(() => setImmediate(() => waiter.done(null)), Math.max(0, withinMs));
      this.waiters.add(waiter);
      if (signal.aborted) waiter.done(null);
    });
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter.done(null);
  }

  private isRepeated(request: Received): boolean {
    return [...this.taken].some((other) => other !== request && repeats(request, other));
  }

  /** A message that lay unread while we should have sent what we sent last. */
  private mayPrecedeOurs({ sinceUs, atUs }: Received): boolean {
    const sentUs = this.sent.at(-1)?.sentAtUs.at(-1) ?? 0;
    return sinceUs < sentUs && sentUs < atUs && atUs - sinceUs > LATE_US;
  }

  /** What did come, when what was waited for did not. Where our loop stood still for half of the wait, what we sent may have come too late. */
  private silence(waitMs: number, expected: string): Conclusion {
    const stillMs = Math.round(this.ground.pulse.longestUs(this.madeUs) / 1_000);
    const unread = this.received.filter((message) => !this.taken.has(message)).map(({ startLine }) => startLine);
    const nothing = `nothing within ${waitMs} ms`;
    const actual = unread.length === 0 ? nothing : `${nothing}; unread: ${[...new Set(unread)].join(', ')}`;
    if (stillMs * 2 > waitMs) return new Late(`it stood still for ${stillMs} ms (${actual})`, expected);
    return new Conclusion('fail', actual, expected);
  }
}

function repeats(a: Received, b: Received): boolean {
  return (
    a !== b &&
    a.startLine === b.startLine &&
    a.branch === b.branch &&
    a.callId === b.callId &&
    a.header('CSeq') === b.header('CSeq') &&
    a.toTag === b.toTag
  );
}
