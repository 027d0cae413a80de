// Header rows of valid messages: requests in and outside of dialogs, responses, ACK and CANCEL. Builds; never sends.

import { mediaAddress } from '../sip/host.ts';
import { reasonPhrase } from '../sip/phrases.ts';
import type { Place } from '../transport/raw-socket.ts';
import type { Dialog } from './dialog.ts';
import type { Row } from './draft.ts';
import { newCallId } from './identity.ts';
import type { Received } from './outgoing.ts';
import type { Peer } from './peer.ts';
import { type Profile, uriOfUser } from './profile.ts';
import type { Reading } from './reading.ts';

export interface Made {
  readonly uri: string;
  readonly rows: readonly Row[];
  readonly body: string;
  readonly type: string;
}

const PIDF =
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:harness@example.com">' +
  '<tuple id="t"><status><basic>open</basic></status></tuple></presence>\r\n';

/** A session of one audio stream. RFC 3264 §5. */
export function sdp(
  address: string,
  version = 1,
  media = 'm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n',
): string {
  const own = mediaAddress(address);
  return `v=0\r\no=harness 1 ${version} IN ${own}\r\ns=-\r\nc=IN ${own}\r\nt=0 0\r\n${media}`;
}

/** What a method has beyond the common fields so that the request is whole. */
function extraOf(peer: Peer, profile: Profile, method: string): { rows: Row[]; body: string; type: string } {
  const contact: Row = ['Contact', `<${peer.contact}>`];
  const event: Row = ['Event', profile.events[0] ?? 'presence'];
  switch (method) {
    case 'INVITE':
      return { rows: [contact], body: sdp(peer.local.address), type: 'application/sdp' };
    case 'REGISTER':
      return { rows: [contact, ['Expires', '600']], body: '', type: '' };
    case 'SUBSCRIBE':
      return { rows: [contact, event, ['Expires', '600']], body: '', type: '' };
    case 'PUBLISH':
      return {
        rows: [
          ['Event', 'presence'],
          ['Expires', '600'],
        ],
        body: PIDF,
        type: 'application/pidf+xml',
      };
    case 'REFER':
      return { rows: [contact, ['Refer-To', `<${peer.contact}>`]], body: '', type: '' };
    case 'UPDATE':
      return { rows: [contact], body: '', type: 'application/sdp' };
    case 'NOTIFY':
      return { rows: [contact, event, ['Subscription-State', 'active;expires=600']], body: '', type: '' };
    case 'MESSAGE':
      return { rows: [], body: 'hello', type: 'text/plain' };
    default:
      return { rows: [], body: '', type: 'application/sdp' };
  }
}

/**
 * Whom a request is for where the case does not say: REGISTER and (but for a mere user agent) OPTIONS the domain, everything else the
 * user who answers. A server that has none is asked itself; but for events, which are those of a user.
 */
function defaultTarget(peer: Peer, profile: Profile, method: string): string {
  const agent = !profile.roles.some((role) => role === 'registrar' || role === 'proxy' || role === 'redirect');
  if (method === 'REGISTER' || (method === 'OPTIONS' && !agent)) return `sip:${profile.domain}`;
  if (profile.extensions.answer !== undefined) return peer.uri('answer');
  return method === 'SUBSCRIBE' || method === 'PUBLISH' ? uriOfUser(profile, 'answer') : `sip:${profile.domain}`;
}

/** RFC 3261 §8.1.1: a request outside of dialogs. */
export function requestRows(peer: Peer, profile: Profile, method: string, parts: { readonly to?: string }): Made {
  const uri = parts.to === undefined ? defaultTarget(peer, profile, method) : peer.uri(parts.to);
  const { rows, body, type } = extraOf(peer, profile, method);
  // RFC 3261 §10.2: To of a REGISTER is the address-of-record.
  const to = method === 'REGISTER' && parts.to === undefined ? peer.aor : uri;
  return {
    uri: method === 'REGISTER' ? `sip:${profile.domain}` : uri,
    body,
    type,
    rows: [
      ['Via', peer.via()],
      ['Max-Forwards', '70'],
      ['From', `<${method === 'REGISTER' ? to : peer.aor}>;tag=${peer.tag}`],
      ['To', `<${to}>`],
      ['Call-ID', newCallId()],
      ['CSeq', `1 ${method}`],
      ...rows,
    ],
  };
}

/** RFC 3261 §12.2.1.1: a request in a dialog. @param cseq that of the INVITE, for an ACK */
export function dialogRows(peer: Peer, dialog: Dialog, method: string, cseq?: number): Made {
  const body = method === 'INVITE' ? sdp(peer.local.address, dialog.localCseq + 1) : '';
  const contact = /^(INVITE|UPDATE|SUBSCRIBE|REFER|NOTIFY)$/.test(method);
  return {
    uri: dialog.target,
    body,
    type: 'application/sdp',
    rows: [
      ['Via', peer.via()],
      ['Max-Forwards', '70'],
      ['From', dialog.local],
      ['To', dialog.remote],
      ['Call-ID', dialog.callId],
      ['CSeq', `${cseq ?? ++dialog.localCseq} ${method}`],
      ...dialog.routes.map((route): Row => ['Route', route]),
      ...(contact ? [['Contact', `<${peer.contact}>`] satisfies Row] : []),
    ],
  };
}

/** RFC 3261 §17.1.1.3, §9.1: ACK of a refusal and CANCEL repeat the request's top Via, From, Call-ID, CSeq number and Route. */
export function ackRows(invite: Reading, to: Reading, method: 'ACK' | 'CANCEL' = 'ACK'): Row[] {
  return [
    ['Via', invite.header('Via') ?? ''],
    ['Max-Forwards', '70'],
    ['From', invite.header('From') ?? ''],
    ['To', to.header('To') ?? ''],
    ['Call-ID', invite.callId],
    ['CSeq', `${invite.cseq} ${method}`],
    ...invite.headers('Route').map((route): Row => ['Route', route]),
  ];
}

/** RFC 3261 §8.2.6.2: what a response repeats; RFC 3261 §12.1.1: Record-Route and Contact where it makes a dialog. */
export function responseRows(
  peer: Peer,
  request: Received,
  status: number,
): { startLine: string; rows: Row[]; body: string; type: string; place: Place } {
  const to = request.header('To') ?? '';
  const makesDialog = status > 100 && status < 300 && /^(INVITE|SUBSCRIBE|REFER|UPDATE|NOTIFY)$/.test(request.method);
  // RFC 3261 §18.2.2, RFC 3581 §4: to the address it came from; to its port where rport asks for it, else to that of sent-by.
  const sentBy = /^\S+\s+[^;,\s]*?(?::(\d+))?\s*(?:[;,]|$)/.exec(request.header('Via') ?? '');
  const port = request.param('Via', 'rport') === null ? Number(sentBy?.[1] ?? 5060) : request.from.port;
  const offers = request.method === 'INVITE' && status >= 200 && status < 300;
  return {
    startLine: `SIP/2.0 ${status} ${reasonPhrase(status)}`,
    body: offers ? sdp(peer.local.address) : '',
    type: 'application/sdp',
    place: { address: request.from.address, port },
    rows: [
      ...request.headers('Via').map((value): Row => ['Via', value]),
      ...(makesDialog ? request.headers('Record-Route').map((value): Row => ['Record-Route', value]) : []),
      ['From', request.header('From') ?? ''],
      ['To', status === 100 || request.toTag !== '' ? to : `${to};tag=${peer.tag}`],
      ['Call-ID', request.callId],
      ['CSeq', request.header('CSeq') ?? ''],
      ...(makesDialog ? [['Contact', `<${peer.contact}>`] satisfies Row] : []),
    ],
  };
}
