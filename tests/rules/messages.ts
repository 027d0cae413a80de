// Messages and contexts for the tests of the rules: a valid message of any kind, and edits that make it wrong. Judges nothing.

import { RuleContext, YES } from '../../src/rules/rule.ts';
import { decode } from '../../src/sip/decode.ts';
import { Message, NONE } from '../../src/sip/message.ts';
import { METHOD } from '../../src/sip/names.ts';

export type MethodName = Exclude<keyof typeof METHOD, 'UNKNOWN'>;

export const OUR_VIA = 'SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bK7f3a01';
const ECHOED_VIA = 'SIP/2.0/UDP 127.0.0.1:5060;rport=5060;received=127.0.0.1;branch=z9hG4bK7f3a01';
const PEER_VIA = 'SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKpeer1';
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

export type Header = readonly [name: string, value: string];

/** What to change in a valid message. Names as in `Header`. */
export interface Edit {
  /** Left out altogether. */
  readonly without?: readonly string[];
  /** Put in the place of the field of that name, or at the end. */
  readonly set?: readonly Header[];
  /** Added at the end as a further row. */
  readonly add?: readonly Header[];
  readonly body?: string;
  /** In the place of the whole start line. */
  readonly startLine?: string;
}

/** A message and what is known when it comes. */
export interface Sample {
  readonly text: string;
  readonly known: Known;
}

/** RuleContext with texts in the place of spans. */
export interface Known {
  readonly matched?: boolean;
  readonly method?: MethodName;
  readonly cseq?: number;
  readonly fromTag?: string;
  readonly callId?: string;
  readonly via?: string;
  readonly branch?: string;
  readonly toTag?: string;
  readonly remoteTag?: string;
  readonly dialogCallId?: string;
  readonly rseqTag?: string;
  readonly numbers?: Partial<
    Pick<
      RuleContext,
      | 'requestTimestamp'
      | 'requestExpiresS'
      | 'requestOffered100rel'
      | 'requestOfferedExtensions'
      | 'recordRoutes'
      | 'remoteCseq'
      | 'inviteCseq'
      | 'lastRseq'
      | 'viaCount'
      | 'retransmission'
      | 'finalSeen'
      | 'finalStatus'
      | 'stream'
      | 'reliable'
    >
  >;
}

function render(startLine: string, headers: readonly Header[], edit: Edit): string {
  const body = edit.body ?? '';
  const rows: Header[] = [...headers, ['Content-Length', String(Buffer.byteLength(body))]];
  for (const [name, value] of edit.set ?? []) {
    const at = rows.findIndex((row) => row[0] === name);
    if (at === -1) rows.push([name, value]);
    else rows[at] = [name, value];
  }
  const kept = rows.filter((row) => !edit.without?.includes(row[0]));
  kept.push(...(edit.add ?? []));
  const lines = kept.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${edit.startLine ?? startLine}\r\n${lines}\r\n${body}`;
}

/** What a method's 2xx must say beyond the common fields. */
const ANSWERS: Partial<Record<MethodName, readonly Header[]>> = {
  INVITE: [['Contact', '<sip:bob@127.0.0.2:5070>']],
  SUBSCRIBE: [
    ['Contact', '<sip:bob@127.0.0.2:5070>'],
    ['Expires', '600'],
  ],
  REGISTER: [['Contact', '<sip:alice@127.0.0.1:5060>;expires=3600']],
  PUBLISH: [
    ['SIP-ETag', 'dx200xyz'],
    ['Expires', '600'],
  ],
};

/** What a status must say beyond the common fields. */
const REFUSALS: Record<number, readonly Header[]> = {
  401: [['WWW-Authenticate', 'Digest realm="biloxi.example.com", nonce="a1", qop="auth"']],
  405: [['Allow', 'INVITE, ACK, BYE, CANCEL, OPTIONS']],
  407: [['Proxy-Authenticate', 'Digest realm="biloxi.example.com", qop="auth,auth-int", nonce="a1"']],
  415: [['Accept', 'application/sdp']],
  420: [['Unsupported', 'nosuchext']],
  422: [['Min-SE', '90']],
  423: [['Min-Expires', '60']],
  469: [['Recv-Info', '']],
  503: [['Retry-After', '5']],
};

/** A valid response to our request 1 METHOD, as it was sent outside a dialog. */
export function response(status: number, method: MethodName, edit: Edit = {}, known: Known = {}): Sample {
  const headers: Header[] = [
    ['Via', ECHOED_VIA],
    ['From', '"Alice, A." <sip:alice@127.0.0.1>;tag=ours7'],
    ['To', status === 100 ? '<sip:bob@127.0.0.2>' : '<sip:bob@127.0.0.2>;tag=theirs9'],
    ['Call-ID', 'call-1@127.0.0.1'],
    ['CSeq', `1 ${method}`],
    ...(REFUSALS[status] ?? []),
  ];
  if (status >= 200 && status < 300) headers.push(...(ANSWERS[method] ?? []));
  if (status > 100 && status < 200) headers.push(['Contact', '<sip:bob@127.0.0.2:5070>']);
  return {
    text: render(`SIP/2.0 ${status} Some Reason`, headers, edit),
    known: {
      matched: true,
      method,
      cseq: 1,
      fromTag: 'ours7',
      callId: 'call-1@127.0.0.1',
      via: OUR_VIA,
      branch: 'z9hG4bK7f3a01',
      ...known,
      numbers: { requestTimestamp: YES, requestExpiresS: 600, ...KNOWN_OFFERS, recordRoutes: 0, ...known.numbers },
    },
  };
}

const KNOWN_OFFERS = { requestOffered100rel: YES, requestOfferedExtensions: YES };

/** What a request must say beyond the common fields. */
const REQUESTS: Partial<Record<MethodName, readonly Header[]>> = {
  INVITE: [['Contact', '<sip:bob@127.0.0.2:5070>']],
  UPDATE: [['Contact', '<sip:bob@127.0.0.2:5070>']],
  SUBSCRIBE: [
    ['Contact', '<sip:bob@127.0.0.2:5070>'],
    ['Event', 'presence'],
  ],
  NOTIFY: [
    ['Contact', '<sip:bob@127.0.0.2:5070>'],
    ['Event', 'presence;id=7'],
    ['Subscription-State', 'active;expires=599'],
  ],
  PUBLISH: [['Event', 'presence']],
  PRACK: [['RAck', '776656 1 INVITE']],
  REFER: [
    ['Contact', '<sip:bob@127.0.0.2:5070>'],
    ['Refer-To', '<sip:carol@127.0.0.3?Subject=a,b>'],
  ],
};

/** A valid request of the peer's, outside a dialog. */
export function request(method: MethodName, edit: Edit = {}, known: Known = {}): Sample {
  const uri = method === 'REGISTER' ? 'sip:127.0.0.1' : 'sip:alice@127.0.0.1:5060';
  const headers: Header[] = [
    ['Via', PEER_VIA],
    ['Max-Forwards', '70'],
    ['From', 'Bob <sip:bob@127.0.0.2>;tag=theirs9'],
    ['To', '<sip:alice@127.0.0.1>'],
    ['Call-ID', 'call-2@127.0.0.2'],
    ['CSeq', `5 ${method}`],
    ...(REQUESTS[method] ?? []),
  ];
  return { text: render(`${method} ${uri} SIP/2.0`, headers, edit), known };
}

/** A valid request of the peer's inside a dialog in which its last CSeq was 4. */
export function dialogRequest(method: MethodName, edit: Edit = {}, known: Known = {}): Sample {
  const inDialog: Header = ['To', '<sip:alice@127.0.0.1>;tag=ours7'];
  return request(
    method,
    { ...edit, set: [inDialog, ...(edit.set ?? [])] },
    { remoteTag: 'theirs9', dialogCallId: 'call-2@127.0.0.2', ...known, numbers: { remoteCseq: 4, ...known.numbers } },
  );
}

export const WITH_SDP: Edit = { body: SDP, set: [['Content-Type', 'application/sdp']] };

/** Writes texts into one block and decodes them, as the engine does. */
export class Desk {
  readonly bytes = new Uint8Array(65_536);
  readonly msg = new Message();
  readonly ctx = new RuleContext();
  private top = 0;

  private put(text: string): number {
    const start = this.top;
    this.top += Buffer.from(this.bytes.buffer).write(text, start, 'latin1');
    return start;
  }

  /** Fills msg and ctx; throws where the decoder refuses the text. */
  lay(sample: Sample): void {
    this.top = 0;
    const { ctx } = this;
    const { known } = sample;
    ctx.reset();
    ctx.matched = known.matched ?? false;
    ctx.requestMethod = known.method === undefined ? 0 : METHOD[known.method];
    ctx.requestCseq = known.cseq ?? NONE;
    if (known.fromTag !== undefined) [ctx.fromTagStart, ctx.fromTagEnd] = this.span(known.fromTag);
    if (known.callId !== undefined) [ctx.callIdStart, ctx.callIdEnd] = this.span(known.callId);
    if (known.via !== undefined) [ctx.viaStart, ctx.viaEnd] = this.span(known.via);
    if (known.branch !== undefined) [ctx.branchStart, ctx.branchEnd] = this.span(known.branch);
    if (known.toTag !== undefined) [ctx.toTagStart, ctx.toTagEnd] = this.span(known.toTag);
    if (known.remoteTag !== undefined) [ctx.remoteTagStart, ctx.remoteTagEnd] = this.span(known.remoteTag);
    if (known.dialogCallId !== undefined) [ctx.dialogCallIdStart, ctx.dialogCallIdEnd] = this.span(known.dialogCallId);
    if (known.rseqTag !== undefined) [ctx.rseqTagStart, ctx.rseqTagEnd] = this.span(known.rseqTag);
    Object.assign(ctx, known.numbers);
    const start = this.put(sample.text);
    const result = decode(this.msg, this.bytes, start, this.top);
    if (result !== 0) throw new Error(`decode gave ${result} for\n${sample.text}`);
  }

  private span(text: string): [number, number] {
    const start = this.put(text);
    return [start, this.top];
  }
}
