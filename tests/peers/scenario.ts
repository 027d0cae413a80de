// SIPp scenarios written as steps: the XML of one call, for either end. Knows the dialog, the CSeq and the branch; never what busyhour does.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from './temp-dir.ts';

/** A header field of a message received, or its body (''), that must match; `into` keeps the match for `[$name]`. */
export type Check = readonly [header: string, pattern: string, into?: string];

interface Sent {
  /** More header lines. */
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** `authenticate` answers the challenge received, as user `busyhour` with password `busyhour`. SIPp sends nothing more before the answer. */
interface SendRequest extends Sent {
  readonly send: string;
  readonly authenticate?: boolean;
}

/** Answers the last request received, or the last one of method `of`. */
interface SendResponse extends Sent {
  readonly send: number;
  readonly of?: string;
}

/** `challenge` keeps the challenge for the next request that is to `authenticate`; `verify` fails the call when the request has not the right credentials of `busyhour`. */
interface Receive {
  readonly recv: string | number;
  readonly check?: readonly Check[];
  readonly optional?: boolean;
  readonly challenge?: boolean;
  readonly verify?: boolean;
}

export type Step = { readonly pauseMs: number } | SendRequest | SendResponse | Receive;

/** A session description of SIPp; `attributes` such as `a=sendonly`. */
export function sdp(version = 1, ...attributes: readonly string[]): string {
  return [
    'v=0',
    `o=sipp 1 ${version} IN IP4 [local_ip]`,
    's=-',
    'c=IN IP4 [local_ip]',
    't=0 0',
    'm=audio 6000 RTP/AVP 0',
    'a=rtpmap:0 PCMU/8000',
    ...attributes,
    '',
  ].join('\n');
}

const REASONS: Readonly<Record<number, string>> = {
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  401: 'Unauthorized',
  407: 'Proxy Authentication Required',
  486: 'Busy Here',
  487: 'Request Terminated',
  503: 'Service Unavailable',
};

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** Path of a scenario file whose first step decides: one that sends makes calls, one that receives takes them. */
export function scenarioFile(name: string, steps: readonly Step[]): string {
  const file = join(tempDir(), `${name}.xml`);
  writeFileSync(file, new Writer('send' in steps[0]!).scenario(name, steps));
  return file;
}

/** Requests that carry no tag in To even when the call has a dialog. */
const TAGLESS = ['PUBLISH', 'MESSAGE', 'REGISTER', 'OPTIONS', 'CANCEL'];
/** RFC 3261 §20.10: requests that lead to no other one in their dialog name no contact. */
const NO_CONTACT = ['ACK', 'CANCEL', 'BYE', 'MESSAGE', 'PUBLISH', 'PRACK'];

class Writer {
  private readonly caller: boolean;
  private readonly variables = new Set<string>();
  /** Messages and pauses so far. */
  private at = 0;
  private dialog = false;
  /** A request that makes a dialog was sent. */
  private makes = false;
  private cseq = 0;
  /** The last INVITE sent: its number, its place, and whether it was refused. */
  private readonly invite = { cseq: 0, at: 0, refused: false };
  /** Method of the last request received, and those whose response has to bring the tag. */
  private received = '';
  private readonly untagged = new Set<string>();

  constructor(caller: boolean) {
    this.caller = caller;
  }

  scenario(name: string, steps: readonly Step[]): string {
    const body = steps.map((step) => {
      const text = this.step(step);
      this.at++;
      return text;
    });
    const used = [...this.variables].join(',');
    return [
      '<?xml version="1.0" encoding="ISO-8859-1"?>',
      `<scenario name="${name}">`,
      ...body,
      // SIPp refuses variables that are set and not used.
      ...(used === '' ? [] : [`<Reference variables="${used}"/>`]),
      '</scenario>\n',
    ].join('\n');
  }

  private step(step: Step): string {
    if ('pauseMs' in step) return `<pause milliseconds="${step.pauseMs}"/>`;
    if ('recv' in step) return this.receive(step);
    return isResponse(step) ? this.response(step) : this.request(step);
  }

  private receive({ recv, check = [], optional = false, challenge = false, verify = false }: Receive): string {
    const actions = check.map(([header, pattern, into]) => this.search(header, pattern, into, true));
    if (typeof recv === 'string') {
      // A response may have to wait for other requests: what it is made of is kept by method.
      for (const header of ['Via', 'From', 'To', 'CSeq'])
        actions.push(this.search(`${header}:`, '.*', `${recv}${header}`, false));
      if (!this.caller && !this.dialog) {
        this.untagged.add(recv);
        actions.push(this.search('From:', '.*', 'remote', false), this.search('To:', '.*', 'local', false));
        if (!NO_CONTACT.includes(recv)) actions.push(this.search('Contact:', 'sip:[^>]*', 'target', true));
      } else if (TAGLESS.includes(recv)) this.untagged.add(recv);
      else this.untagged.delete(recv);
      this.received = recv;
      if (verify)
        actions.push(`<verifyauth assign_to="${this.keep('proven')}" username="busyhour" password="busyhour"/>`);
    } else if (recv >= 300) this.invite.refused = true;
    else if (recv > 100 && this.makes) this.dialog = true;
    const kind = typeof recv === 'number' ? `response="${recv}"` : `request="${recv}"`;
    const more = `${optional ? ' optional="true"' : ''}${challenge ? ' auth="true"' : ''}${this.caller ? ' rrs="true"' : ''}`;
    if (actions.length === 0) return `<recv ${kind}${more}/>`;
    const text = `\n<action>\n${actions.join('\n')}\n</action>\n</recv>`;
    if (!verify) return `<recv ${kind}${more}>${text}`;
    this.at++;
    const proven = `proven${this.at}`;
    return [
      `<recv ${kind}${more} next="${proven}" test="proven">${text}`,
      '<nop><action><error message="the credentials are wrong"/></action></nop>',
      `<label id="${proven}"/>`,
    ].join('\n');
  }

  private search(header: string, pattern: string, into = `found${this.variables.size}`, must: boolean): string {
    const where = header === '' ? 'search_in="body"' : `search_in="hdr" header="${header}"`;
    return `<ereg regexp="${escaped(pattern)}" ${where} check_it="${must}" assign_to="${this.keep(into)}"/>`;
  }

  private keep(variable: string): string {
    this.variables.add(variable);
    return variable;
  }

  private request({ send: method, lines = [], body = '', authenticate = false }: SendRequest): string {
    const ofInvite = method === 'ACK' || method === 'CANCEL';
    if (!ofInvite) this.cseq++;
    if (method === 'INVITE') Object.assign(this.invite, { cseq: this.cseq, at: this.at, refused: false });
    // RFC 3261 §9.1, §17.1.1.3: CANCEL, and the ACK of a refusal, have the branch and the Request-URI of their INVITE.
    const same = method === 'CANCEL' || (method === 'ACK' && this.invite.refused);
    const service = 'sip:[service]@[remote_ip]:[remote_port]';
    const inside = (this.dialog || !this.caller) && !TAGLESS.includes(method) && !same;
    // RFC 3261 §10.2: a REGISTER names a domain.
    const outside = method === 'REGISTER' ? service.replace('[service]@', '') : service;
    const uri = !inside ? outside : this.caller ? '[next_url]' : '[$target]';
    const ends = this.caller
      ? [
          'From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]c[call_number]',
          `To: <${service}>${inside || method === 'ACK' ? '[peer_tag_param]' : ''}`,
        ]
      : ['From: [$local];tag=[pid]s[call_number]', 'To: [$remote]'];
    const head = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${same ? `[branch-${this.at - this.invite.at}]` : '[branch]'}`,
      'Max-Forwards: 70',
      ...ends,
      'Call-ID: [call_id]',
      `CSeq: ${ofInvite ? this.invite.cseq : this.cseq} ${method}`,
      ...(NO_CONTACT.includes(method) ? [] : ['Contact: <sip:sipp@[local_ip]:[local_port]>']),
      ...(authenticate ? ['[authentication username=busyhour password=busyhour]'] : []),
      ...lines,
    ];
    this.makes ||= method === 'INVITE' || method === 'SUBSCRIBE';
    return message(head, body, method !== 'ACK');
  }

  private response({ send: status, of = this.received, lines = [], body = '' }: SendResponse): string {
    const head = [
      `SIP/2.0 ${status} ${REASONS[status]!}`,
      `Via: [$${of}Via]`,
      `From: [$${of}From]`,
      `To: [$${of}To]${this.untagged.has(of) ? ';tag=[pid]s[call_number]' : ''}`,
      'Call-ID: [call_id]',
      `CSeq: [$${of}CSeq]`,
      // RFC 3261 §20.10, RFC 3428 §7: only where a dialog begins or is changed.
      ...(['INVITE', 'SUBSCRIBE', 'UPDATE', 'NOTIFY', 'REFER'].includes(of) && status < 300
        ? ['Contact: <sip:sipp@[local_ip]:[local_port]>']
        : []),
      ...lines,
    ];
    if (status < 300 && (of === 'INVITE' || of === 'SUBSCRIBE')) this.dialog = true;
    return message(head, body, of === 'INVITE' && status >= 200);
  }
}

function isResponse(step: SendRequest | SendResponse): step is SendResponse {
  return typeof step.send === 'number';
}

function message(head: readonly string[], body: string, repeat: boolean): string {
  const text = [...head, 'Content-Length: [len]', '', body].join('\n');
  return `<send${repeat ? ' retrans="500"' : ''}>\n<![CDATA[\n${text}\n]]>\n</send>`;
}
