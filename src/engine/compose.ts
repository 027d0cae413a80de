// From a message as the flow file wants it to a template: adds the headers RFC 3261 asks for, resolves what is known before the first call. Runs once per worker start, never per message.

import type { BodySpec, MessageSpec, Program } from '../flow/program.ts';
import { mediaAddress } from '../sip/host.ts';
import type { Memory } from '../sip/memory.ts';
import { NONE } from '../sip/message.ts';
import { METHOD, METHOD_NAMES } from '../sip/names.ts';
import { reasonPhrase } from '../sip/phrases.ts';
import { type Part, Template } from '../sip/template.ts';
import type { Protocol } from '../transport/transport.ts';
import { ASKED_UNKNOWN, type Asked, askedOf } from './asked.ts';
import { FIELD, VARIABLES_MAX } from './fields.ts';

/** Facts of this end that stand in every message. */
export interface Ends {
  readonly role: 'caller' | 'callee';
  /** RFC 3261 §20.42: what stands in Via; a URI of ours names it where it is not UDP (§19.1.1). */
  readonly protocol: Protocol;
  readonly localHost: string;
  readonly localPort: number;
  readonly targetHost: string;
  readonly targetPort: number;
  readonly targetUser: string;
  /** The callers are users of the target: their From is what they register (RFC 3261 §10.2). */
  readonly registered: boolean;
  /** Columns of the data file that are fields, in order: FIELD.DATA + i. */
  readonly dataColumns: readonly string[];
}

/** A message as a template for each place it may leave from, and what the engine has to know of it. */
export interface Wire {
  readonly templates: readonly Template[];
  readonly method: number;
  readonly status: number;
  readonly reliable: boolean;
  /** Rendered again from a retransmitted request it gives the same bytes: nothing of the call is in it but the tag. */
  readonly repeatable: boolean;
  readonly ladder: number;
  /** Index in its program's messages, NONE for a standard message. */
  readonly index: number;
  /** Uses CALL_NUMBER or a variable. */
  readonly personal: boolean;
  readonly asked: Asked;
}

type Header = [name: string, value: Part[]];

/** Methods busyhour answers or sends: the value of Allow. */
const ALLOW = METHOD_NAMES.slice(1).join(', ');

/** RFC 3261 §21.4.6: a 405 does not list what it refuses. */
function allowBut(method: number): string {
  return METHOD_NAMES.filter((_, id) => id > 0 && id !== method).join(', ');
}

export const MEDIA_PORT = 6000;

export function sdp(ends: Ends): string {
  return [
    'v=0',
    `o=busyhour 1 1 IN ${mediaAddress(ends.localHost)}`,
    's=-',
    `c=IN ${mediaAddress(ends.localHost)}`,
    't=0 0',
    `m=audio ${MEDIA_PORT} RTP/AVP 0`,
    'a=rtpmap:0 PCMU/8000',
    '',
  ].join('\r\n');
}

/** Cuts `{{…}}` out of a text. The names were checked when the flow was loaded: an unknown one is our own error. */
export function substitute(text: string, ends: Ends, variables: readonly string[]): Part[] {
  const known: Record<string, Part> = {
    'target.host': ends.targetHost,
    'target.port': String(ends.targetPort),
    'target.user': ends.targetUser,
    'local.host': ends.localHost,
    'local.port': String(ends.localPort),
    'media.address': mediaAddress(ends.localHost),
    'media.port': String(MEDIA_PORT),
    'call.id': FIELD.CALL_ID,
    'call.number': FIELD.CALL_NUMBER,
    // Of our own REGISTER: no flow may name it.
    'register.expires': FIELD.EXPIRES,
  };
  ends.dataColumns.forEach((name, i) => {
    known[`data.${name}`] = FIELD.DATA + i;
  });
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(/\{\{\s*([\w.-]+)\s*\}\}/g)) {
    const name = match[1]!;
    const variable = variables.indexOf(name);
    const value = variable >= 0 ? FIELD.VARIABLE + variable : known[name];
    if (value === undefined) throw new Error(`compose: {{${name}}} has no value`);
    parts.push(text.slice(from, match.index), value);
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** What Via begins with, up to the branch. */
export function viaPrefix({ protocol, localHost, localPort }: Ends): string {
  // RFC 3581 §3: rport asks where a datagram came from; a stream is answered on its connection.
  const rport = protocol === 'udp' ? ';rport' : '';
  return `SIP/2.0/${protocol.toUpperCase()} ${localHost}:${localPort}${rport};branch=`;
}

/** RFC 3261 §19.1.1: the parameter of a Contact or Request-URI that is not reached by UDP; nothing in From and To. */
export function transportParameter({ protocol }: Ends): string {
  return protocol === 'udp' ? '' : `;transport=${protocol}`;
}

/** The URI of the target: the To of a caller, and with the transport parameter the Request-URI outside a dialog. */
export function targetUri(ends: Ends): string {
  const user = ends.targetUser === '' ? '' : `${ends.targetUser}@`;
  return `sip:${user}${ends.targetHost}:${ends.targetPort}`;
}

function bodyOf(body: BodySpec | null, ends: Ends, variables: readonly string[]): Part[] {
  if (body === null) return [];
  return body.kind === 'text' ? substitute(body.text, ends, variables) : [sdp(ends)];
}

function requestHeaders(spec: MessageSpec, ends: Ends): Header[] {
  const caller = ends.role === 'caller';
  const headers: Header[] = [
    ['Via', [viaPrefix(ends), FIELD.BRANCH]],
    ['', [FIELD.ROUTES]],
    ['Max-Forwards', ['70']],
    // RFC 3261 §8.1.1.3: From carries our tag; inside a dialog both ends keep the URIs they began with (§12.2.1.1).
    [
      'From',
      spec.method === METHOD.REGISTER
        ? ['<', ...addressOfRecord(ends), '>;tag=', FIELD.LOCAL_TAG]
        : caller
          ? ['<', ...(ends.registered ? addressOfRecord(ends) : ownUri(ends)), '>;tag=', FIELD.LOCAL_TAG]
          : [FIELD.LOCAL_NAME, ';tag=', FIELD.LOCAL_TAG],
    ],
    [
      'To',
      spec.method === METHOD.REGISTER
        ? ['<', ...addressOfRecord(ends), '>']
        : caller
          ? ['<', ...calledUri(ends), '>', FIELD.REMOTE_TAG]
          : [FIELD.REMOTE_NAME],
    ],
    ['Call-ID', [FIELD.CALL_ID]],
    ['CSeq', [FIELD.CSEQ, ` ${METHOD_NAMES[spec.method]}`]],
  ];
  // RFC 3261 §8.1.1.8, RFC 3515 §2.2, RFC 3311 §5.1: requests that make or refresh a target carry one Contact.
  const { INVITE, REFER, UPDATE, SUBSCRIBE, NOTIFY, OPTIONS, REGISTER } = METHOD;
  if (([INVITE, REFER, UPDATE, SUBSCRIBE, NOTIFY, OPTIONS, REGISTER] as number[]).includes(spec.method))
    headers.push(['Contact', caller ? ['<', ...ownUri(ends), `${transportParameter(ends)}>`] : [contact(ends)]]);
  headers.push(['', [FIELD.AUTH]]);
  if (spec.method === METHOD.INVITE) headers.push(['Allow', [ALLOW]]);
  if (spec.method === METHOD.OPTIONS) headers.push(['Accept', ['application/sdp']]);
  // RFC 3262 §7.2: RAck names the RSeq and the CSeq number and method of the provisional it acknowledges.
  if (spec.method === METHOD.PRACK) headers.push(['RAck', [FIELD.RACK, ' INVITE']]);
  return headers;
}

/** The field of a column of the data file, NONE when it has no such column. */
function column(ends: Ends, name: string): number {
  const at = ends.dataColumns.indexOf(name);
  return at < 0 ? NONE : FIELD.DATA + at;
}

/** The URI of a caller: From and Contact. The data file's `user`, or one name for all. */
function ownUri(ends: Ends): Part[] {
  const user = column(ends, 'user');
  return ['sip:', user === NONE ? 'busyhour' : user, `@${ends.localHost}:${ends.localPort}`];
}

/** The URI in a caller's To: the data file's `to`, or the target. */
function calledUri(ends: Ends): Part[] {
  const to = column(ends, 'to');
  return to === NONE ? [targetUri(ends)] : ['sip:', to, `@${ends.targetHost}:${ends.targetPort}`];
}

/** RFC 3261 §10.2: what a REGISTER is about, in To and From: the target's user, or one of its own for each call. */
function addressOfRecord(ends: Ends): Part[] {
  const user = column(ends, 'user');
  if (user !== NONE) return ['sip:', user, `@${ends.targetHost}:${ends.targetPort}`];
  const host = `@${ends.targetHost}:${ends.targetPort}`;
  return ends.targetUser === '' ? ['sip:busyhour', FIELD.CALL_NUMBER, host] : [`sip:${ends.targetUser}${host}`];
}

/** Our name-addr in From and To. */
export function ownName(ends: Ends): string {
  return `<sip:busyhour@${ends.localHost}:${ends.localPort}>`;
}

function contact(ends: Ends): string {
  return `<sip:busyhour@${ends.localHost}:${ends.localPort}${transportParameter(ends)}>`;
}

function responseHeaders(spec: MessageSpec, ends: Ends): Header[] {
  // RFC 3261 §8.2.6.2: Via in order, From, To (with a tag but for 100), Call-ID and CSeq are those of the request.
  const headers: Header[] = [
    ['', [FIELD.ECHO_VIA]],
    ['From', [FIELD.ECHO_FROM]],
    ['To', spec.status === 100 ? [FIELD.ECHO_TO] : [FIELD.ECHO_TO, FIELD.ECHO_TO_TAG]],
    ['Call-ID', [FIELD.ECHO_CALL_ID]],
    ['CSeq', [FIELD.ECHO_CSEQ]],
  ];
  const { INVITE, SUBSCRIBE, REFER, NOTIFY, UPDATE, OPTIONS } = METHOD;
  const makesDialog = ([INVITE, SUBSCRIBE, REFER, NOTIFY] as number[]).includes(spec.method);
  if (
    spec.status > 100 &&
    spec.status < 300 &&
    (makesDialog || ([UPDATE, OPTIONS] as number[]).includes(spec.method))
  ) {
    // RFC 3261 §12.1.1: a response that makes a dialog copies Record-Route and carries a Contact.
    if (makesDialog) headers.push(['', [FIELD.ECHO_RECORD_ROUTE]]);
    headers.push(['Contact', [contact(ends)]]);
  }
  // RFC 3261 §8.1.3.4, §21.3: a redirection says where to go: here again, and the user part tells which call it was.
  if (spec.status >= 300 && spec.status < 400)
    headers.push([
      'Contact',
      spec.ladder === NONE
        ? [contact(ends)]
        : ['<sip:', FIELD.LOCAL_TAG, `@${ends.localHost}:${ends.localPort}${transportParameter(ends)}>`],
    ]);
  // RFC 3261 §13.3.1.4, §8.2.1: a 2xx to INVITE should, and a 405 must, say what is allowed; OPTIONS asks for it (§11.2).
  if (
    (spec.status < 300 && spec.status >= 200 && (spec.method === INVITE || spec.method === OPTIONS)) ||
    spec.status === 405
  )
    headers.push(['Allow', [spec.status === 405 ? allowBut(spec.method) : ALLOW]]);
  if (spec.method === OPTIONS && spec.status === 200) headers.push(['Accept', ['application/sdp']]);
  // RFC 3262 §3: a reliable provisional requires 100rel and is numbered.
  if (spec.reliable) headers.push(['Require', ['100rel']], ['RSeq', [FIELD.RSEQ]]);
  return headers;
}

/**
 * Builds the templates of one message of a flow, one for each place.
 * @param dynamic the message also takes the fields EXTRA and BODY, whose content is put together when it is sent
 */
export function compose(
  memory: Memory,
  spec: MessageSpec,
  places: readonly Ends[],
  variables: readonly string[],
  index: number,
  dynamic = false,
): Wire {
  const [first, ...others] = places.map((ends) => composeAt(memory, spec, ends, variables, index, dynamic));
  return { ...first!, templates: [...first!.templates, ...others.flatMap((wire) => wire.templates)] };
}

function composeAt(
  memory: Memory,
  spec: MessageSpec,
  ends: Ends,
  variables: readonly string[],
  index: number,
  dynamic: boolean,
): Wire {
  if (variables.length > VARIABLES_MAX) throw new RangeError(`flow captures more than ${VARIABLES_MAX} variables`);
  const request = spec.kind === 'request';
  const headers = request ? requestHeaders(spec, ends) : responseHeaders(spec, ends);
  const body = dynamic ? [FIELD.BODY] : bodyOf(spec.body, ends, variables);
  if (spec.body !== null && spec.body.kind !== 'text') headers.push(['Content-Type', ['application/sdp']]);
  const replaced = new Set<string>();
  for (const [name, value] of spec.headers) {
    const parts = substitute(value, ends, variables);
    const key = name.toLowerCase();
    const own = headers.findIndex(([n]) => n.toLowerCase() === key);
    // RFC 3261 §10.2.3: a REGISTER without Contact fetches.
    if (own >= 0 && key === 'contact' && value === '') {
      headers.splice(own, 1);
      continue;
    }
    if (own >= 0 && !replaced.has(key)) headers[own] = [name, parts];
    else headers.push([name, parts]);
    replaced.add(key);
  }
  if (dynamic) headers.push(['', [FIELD.EXTRA]]);
  const fixedBody = body.every((part) => typeof part === 'string');
  const length = fixedBody ? String(Buffer.byteLength(body.join(''))) : FIELD.LENGTH;
  headers.push(['Content-Length', [length]]);
  const head: Part[] = request
    ? spec.method === METHOD.REGISTER
      ? // RFC 3261 §10.2: the Request-URI names the registrar's domain, without a user.
        [`REGISTER sip:${ends.targetHost}:${ends.targetPort} SIP/2.0\r\n`]
      : [`${METHOD_NAMES[spec.method]} `, FIELD.TARGET, ' SIP/2.0\r\n']
    : [`SIP/2.0 ${spec.status} ${spec.reason || reasonPhrase(spec.status)}\r\n`];
  for (const [name, value] of headers) {
    if (name === '') head.push(...value);
    else head.push(`${name}: `, ...value, '\r\n');
  }
  head.push('\r\n');
  const all = [...head, ...body];
  const personal = all.some((p) => p === FIELD.CALL_NUMBER || (typeof p === 'number' && p >= FIELD.VARIABLE));
  return {
    templates: [new Template(memory, head, body, fixedBody ? NONE : FIELD.LENGTH)],
    method: spec.method,
    status: spec.status,
    reliable: spec.reliable,
    repeatable: !dynamic && !personal && !spec.reliable && !all.includes(FIELD.CALL_ID),
    ladder: spec.ladder,
    index,
    personal,
    asked: request && !dynamic ? askedOf(headers) : ASKED_UNKNOWN,
  };
}

/** The wires of a program, by message index. */
export function composeAll(memory: Memory, program: Program, places: readonly Ends[]): Wire[] {
  return program.messages.map((spec, index) => compose(memory, spec, places, program.variables, index));
}
