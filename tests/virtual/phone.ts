// A peer that says what a test tells it to, on a link in virtual time: writes requests and responses, keeps what comes. Runs no transaction and repeats nothing by itself.

import { CALLEE_PORT, type Pair } from './pair.ts';

const HOST = '127.0.0.1';
const SDP = `v=0\r\no=- 1 1 IN IP4 ${HOST}\r\ns=-\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n`;

/** What a test says of a request beyond its method. */
export interface Asked {
  readonly uri?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly branch?: string;
}

/** One dialog, or what may become one, as its caller sees it. */
export interface Side {
  readonly callId: string;
  readonly fromTag: string;
  toTag: string;
  user: string;
  cseq: number;
}

export class Phone {
  readonly pair: Pair;
  readonly port: number;
  /** Everything that has come, in order. */
  readonly got: string[] = [];
  /** Answers requests as they come; null keeps silent. */
  answer: ((request: string) => string | null) | null = null;
  private count = 0;

  constructor(pair: Pair, port: number) {
    this.pair = pair;
    this.port = port;
    pair.link.listen(port, (text, fromPort) => {
      this.got.push(text);
      const response = this.answer !== null && !text.startsWith('SIP/2.0') ? this.answer(text) : null;
      if (response !== null) pair.link.text(response, port, fromPort);
    });
  }

  side(user = 'service'): Side {
    this.count++;
    return { callId: `call${this.count}-${this.port}`, fromTag: `tag${this.count}`, toTag: '', user, cseq: 0 };
  }

  /** Sends a request and lets 10 ms pass; what came meanwhile. */
  ask(side: Side, method: string, { uri, headers = {}, body = '', branch }: Asked = {}): string[] {
    if (method !== 'ACK' && method !== 'CANCEL') side.cseq++;
    const to = side.toTag === '' ? '' : `;tag=${side.toTag}`;
    const lines = [
      `${method} ${uri ?? `sip:${side.user}@${HOST}:${CALLEE_PORT}`} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:${this.port};branch=${branch ?? `z9hG4bK-${side.callId}-${method}-${side.cseq}`}`,
      'Max-Forwards: 70',
      `From: <sip:phone@${HOST}>;tag=${side.fromTag}`,
      `To: <sip:${side.user}@${HOST}>${to}`,
      `Call-ID: ${side.callId}`,
      `CSeq: ${side.cseq} ${method}`,
      `Contact: <sip:phone@${HOST}:${this.port}>`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    return this.say(`${lines.join('\r\n')}\r\n\r\n${body}`, CALLEE_PORT);
  }

  /** INVITE with an offer, up to the ACK; the tag of the callee is kept. */
  call(side: Side, asked: Asked = {}): string[] {
    const got = this.ask(side, 'INVITE', {
      ...asked,
      headers: { 'Content-Type': 'application/sdp', ...asked.headers },
      body: SDP,
    });
    const ok = got.find((text) => text.startsWith('SIP/2.0 200'));
    if (ok === undefined) return got;
    side.toTag = tagOf(ok, 'To');
    return [...got, ...this.ask(side, 'ACK', { branch: `z9hG4bK-${side.callId}-ack` })];
  }

  /** Sends bytes and lets 10 ms pass; what came meanwhile. */
  say(text: string, toPort: number): string[] {
    const before = this.got.length;
    this.pair.link.text(text, this.port, toPort);
    this.pair.run(this.pair.now[0]! + 10_000);
    return this.got.slice(before);
  }

  /** Lets time pass; what came meanwhile. */
  wait(seconds: number): string[] {
    const before = this.got.length;
    this.pair.run(this.pair.now[0]! + seconds * 1e6);
    return this.got.slice(before);
  }
}

export function tagOf(text: string, header: 'From' | 'To'): string {
  return new RegExp(`^${header}: .*;tag=([^;\\s]+)`, 'm').exec(text)?.[1] ?? '';
}

/** The first line, without the version. */
export function startLine(text: string): string {
  return text.slice(0, text.indexOf('\r\n')).replace(/ ?SIP\/2\.0 ?/, '');
}

export function field(text: string, name: string): string | null {
  return new RegExp(`^${name}: (.*?)\\r?$`, 'm').exec(text)?.[1] ?? null;
}

/** A response to a request that a phone got; `tag` is put on a To that has none. */
export function respond(request: string, status: string, tag = '', lines: readonly string[] = [], body = ''): string {
  const copy = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq|Record-Route): /.test(line));
  const head = copy.map((line) =>
    line.startsWith('To: ') && tag !== '' && !line.includes(';tag=') ? `${line};tag=${tag}` : line,
  );
  return `${[`SIP/2.0 ${status}`, ...head, ...lines, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;
}
