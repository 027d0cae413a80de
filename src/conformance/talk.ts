// What a case is given: its own wire-level peer, more ends where it asks for them, and the words by which it judges. Judges nothing by itself.

import { hostText } from '../sip/host.ts';
import type { Place } from '../transport/raw-socket.ts';
import type { TransportKind } from './case.ts';
import { hostPortOf } from './connect.ts';
import type { Dialog } from './dialog.ts';
import { type Bounds, type Elapsed, isWithin } from './elapsed.ts';
import type { Ground } from './ground.ts';
import { type Originated, originate } from './originate.ts';
import type { Outgoing, Received } from './outgoing.ts';
import { Peer, type RequestParts } from './peer.ts';
import { type Account, type Profile, uriOfUser } from './profile.ts';
import { Conclusion, Late } from './verdict.ts';

/** A command may start a program first. */
const ORIGINATE_MS = 15_000;

/** A call that is up, and what made it. */
export interface Call {
  readonly invite: Outgoing;
  /** The 2xx. */
  readonly response: Received;
  readonly dialog: Dialog;
}

export interface Subscription {
  readonly subscribe: Outgoing;
  readonly response: Received;
  /** The first NOTIFY; it was answered 200. */
  readonly notify: Received;
  readonly dialog: Dialog;
}

/** The far side of a proxy, and the URI under which the server reaches it. */
export interface FarSide {
  readonly peer: Peer;
  readonly uri: string;
}

/** `port` 0 or absent: any free one. `address` absent: that of the case. `name`: in the evidence. */
interface EndOptions {
  readonly port?: number;
  readonly address?: string;
  readonly name?: string;
}

export class Talk extends Peer {
  /** Every end of the case, this one first. */
  readonly ends: Peer[] = [this];
  /** Missed SHOULDs and tolerated variants so far. */
  readonly remarks: { readonly expected: string; readonly actual: string }[] = [];
  readonly notes: string[] = [];
  private readonly children: Originated[] = [];

  constructor(ground: Ground) {
    super(ground, 'peer');
  }

  get profile(): Profile {
    return this.ground.profile;
  }

  /** Address and port of the server. */
  get target(): Place {
    return this.ground.target;
  }

  /** The account that is this case's alone. The case must need `account` or `password`. */
  get account(): Account {
    if (this.ground.account === null) throw new Error('the case has no account: add needs: [account]');
    return this.ground.account;
  }

  /** The requirement holds, or the case ends here: fail, by a case of a SHOULD non-strict, by one of a MAY info. */
  verify(condition: boolean, expected: string, actual: string): void {
    if (!condition) throw new Conclusion('fail', actual, expected);
  }

  /** A SHOULD beside the rule under test: missed, the case goes on and is non-strict at best. */
  prefer(condition: boolean, expected: string, actual: string): void {
    if (!condition) this.remarks.push({ expected, actual });
  }

  /** Whether the time is within the bounds; where our own loop was so late that nobody can say, the case ends here, inconclusive. */
  within(time: Elapsed, bounds: Bounds): boolean {
    const is = isWithin(time, bounds);
    if (is !== null) return is;
    const [least, ms, most] = [time.leastMs, time.ms, time.mostMs].map((one) => Math.round(one));
    throw new Late(`what it took for ${ms} ms may have been ${least} to ${most} ms`);
  }

  /** Our own message left no later than `ms` after this one can have come; else what follows is our doing, and the case ends here, inconclusive. */
  wasPrompt(sent: Outgoing, after: Received, ms: number): void {
    const tookMs = (sent.sentAtUs.at(-1)! - after.sinceUs) / 1_000;
    if (tookMs > ms) throw new Late(`${sent.reading.startLine} left up to ${Math.round(tookMs)} ms after it was due`);
  }

  /** Ends the case: a tolerated variant. */
  nonStrict(actual: string, expected = ''): never {
    throw new Conclusion('non-strict', actual, expected);
  }

  /** Ends the case: broken. */
  fail(actual: string, expected = ''): never {
    throw new Conclusion('fail', actual, expected);
  }

  /** Ends the case: the tested rule was not reached. */
  inconclusive(why: string): never {
    throw new Conclusion('inconclusive', why);
  }

  /** Ends the case: an optional feature the server does not have. */
  unsupported(why: string): never {
    throw new Conclusion('unsupported', why);
  }

  /** Ends the case: it does not apply to this server. */
  skip(why: string): never {
    throw new Conclusion('skip', why);
  }

  /** Ends the case: what was observed, neither good nor bad. */
  info(what: string): never {
    throw new Conclusion('info', what);
  }

  /** A word for the evidence. */
  remember(text: string): void {
    this.notes.push(text);
    this.note(text);
  }

  /** What must be there before the rule can be tested: a failure in `steps` is inconclusive and names `what`. */
  async given<T>(what: string, steps: () => Promise<T>): Promise<T> {
    try {
      return await steps();
    } catch (error) {
      if (!(error instanceof Conclusion) || (error.verdict !== 'fail' && error.verdict !== 'inconclusive')) throw error;
      throw new Conclusion('inconclusive', `${what} was not reached: ${error.message}`);
    }
  }

  /**
   * A request as it is, then with `change` (over `plain`): both must get the same final status.
   * @returns the response to the changed one
   */
  async sameAnswer(method: string, change: RequestParts, plain: RequestParts = {}): Promise<Received> {
    this.send(this.request(method, plain));
    const usual = await this.expect('final', { strictly: true });
    if (usual.status >= 300 && method === 'INVITE') this.ack(usual);
    this.send(this.request(method, { ...plain, ...change }));
    const response = await this.expect('final', { strictly: true });
    this.verify(response.status === usual.status, `${usual.startLine}, as without the change`, response.startLine);
    return response;
  }

  /** Waits; what comes meanwhile is kept. */
  async pause(ms: number): Promise<void> {
    await this.take(() => false, ms);
  }

  /** Precondition: a call to the extension that answers, or as `parts` say. INVITE, 2xx, ACK. */
  call(parts: RequestParts = {}): Promise<Call> {
    return this.given('an answered call', async () => {
      const invite = this.send(this.request('INVITE', parts));
      const response = await this.expect('2xx', { of: invite });
      this.ack(response);
      return { invite, response, dialog: this.dialog(response) };
    });
  }

  /** Precondition: a subscription whose first NOTIFY came and was answered. */
  subscription(parts: RequestParts = {}): Promise<Subscription> {
    return this.given('a subscription', async () => {
      const subscribe = this.send(this.request('SUBSCRIBE', parts));
      const response = await this.expect('2xx', { of: subscribe });
      const notify = await this.expectRequest('NOTIFY');
      this.respond(notify, 200);
      return { subscribe, response, notify, dialog: this.dialog(response) };
    });
  }

  /** Precondition: a binding of the account to our Contact, or as `parts` say. */
  binding(parts: RequestParts = {}): Promise<Received> {
    return this.given('a registration', async () => {
      const register = this.send(this.request('REGISTER', { to: this.account.user, ...parts }));
      return this.expect('2xx', { of: register });
    });
  }

  /** One more end, for datagrams, with a port of its own; skip where the server has no UDP. */
  async peer(options: EndOptions = {}): Promise<Peer> {
    this.wants('udp');
    return this.media(options);
  }

  /** One more end, for packets of media. */
  async media({ name, port, address }: EndOptions = {}): Promise<Peer> {
    const end = new Peer(this.ground, name ?? `peer ${this.ends.length + 1}`);
    await end.open('udp', port ?? 0, address);
    this.ends.push(end);
    return end;
  }

  /** One more end: a TCP connection to the server; skip where it has no TCP. */
  async stream(): Promise<Peer> {
    this.wants('tcp');
    const end = new Peer(this.ground, `stream ${this.ends.length + 1}`);
    await end.open('tcp');
    this.ends.push(end);
    return end;
  }

  /** One more end, which waits for a stream that the server opens, and the place it has to come to. */
  async listening(): Promise<{ readonly peer: Peer; readonly place: Place }> {
    const peer = new Peer(this.ground, `stream ${this.ends.length + 1}`);
    this.ends.push(peer);
    return { peer, place: await peer.listen() };
  }

  private wants(kind: TransportKind): void {
    if (!this.profile.transports.includes(kind)) this.skip(`the profile has no ${kind.toUpperCase()}`);
  }

  /** The far side of the proxy, ready to be called at its `uri`. The case must need `far`. */
  far(): Promise<FarSide> {
    return this.given('a far side', async () => {
      const { far } = this.profile;
      if (far === null) throw new Error('the case has no far side: add needs: [far]');
      const listen = far.by === 'listen' ? far.listen : null;
      const peer = await this.peer({ name: 'far', ...(listen ?? {}) });
      if (far.by === 'listen') return { peer, uri: far.uri };
      if (far.by === 'uri') return { peer, uri: peer.contact };
      const { user } = this.account;
      const register = peer.send(peer.request('REGISTER', { to: user }));
      await peer.expect('2xx', { of: register });
      return { peer, uri: uriOfUser(this.profile, user) };
    });
  }

  /** A request through the proxy to its far side, or to whom `parts` say, and as it arrives there. */
  async through(
    method: string,
    parts: RequestParts = {},
  ): Promise<{ readonly far: Peer; readonly sent: Outgoing; readonly arrived: Received }> {
    const { peer, uri } = await this.far();
    const sent = this.send(this.request(method, { to: uri, ...parts }));
    return { far: peer, sent, arrived: await peer.expectRequest(method) };
  }

  /** Runs the command of the profile that makes the server send a request to us. The case must need `originate:METHOD`. */
  originate(method: string): void {
    this.command(method, this.local);
  }

  private command(method: string, local: Place): void {
    const command = this.profile.originate[method];
    if (command === undefined) throw new Error(`the case has no command: add needs: [originate:${method}]`);
    const { address, port } = this.ground.reachedAt(local);
    const values = {
      address: hostText(address),
      port: String(port),
      uri: `sip:harness@${hostPortOf({ address, port })}`,
      domain: this.profile.domain,
    };
    this.children.push(originate(command, values, (text) => this.remember(text)));
  }

  /** Precondition: the server sends a request because of the command; the first of `method`, that of the command where absent. */
  originated(command: string, method = command.split(':')[0]!): Promise<Received> {
    return this.given(`a ${method} of the server`, () => {
      this.originate(command);
      return this.expectRequest(method, { withinMs: ORIGINATE_MS });
    });
  }

  /** Precondition: the same over a stream that the server opens to us. */
  originatedByStream(command: string): Promise<{ readonly peer: Peer; readonly request: Received }> {
    const method = command.split(':')[0]!;
    return this.given(`a ${method} of the server over TCP`, async () => {
      const { peer, place } = await this.listening();
      this.command(command, place);
      return { peer, request: await peer.expectRequest(method, { withinMs: ORIGINATE_MS }) };
    });
  }

  /** Ends what `originate` started and closes every end. */
  async finish(): Promise<void> {
    for (const child of this.children) await child.end();
    for (const end of this.ends) await end.close();
  }
}
