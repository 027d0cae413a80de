// What a case left open at the server, read from what its ends sent and received, and the requests that end it. Runs after every case, also a failed one; judges nothing.

import { Dialog } from './dialog.ts';
import type { Outgoing, Received } from './outgoing.ts';
import type { Peer } from './peer.ts';

/** How long an answer to a CANCEL, BYE or the like is waited for. */
const WAIT_MS = 500;

/** Ends calls, subscriptions, publications and bindings of an end; says what it could not end. */
export async function tearDown(end: Peer): Promise<string[]> {
  const left: string[] = [];
  const attempt = async (what: string, act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (error) {
      left.push(`${what}: ${(error as Error).message}`);
    }
  };
  answerRest(end);
  for (const invite of sentRequests(end, 'INVITE')) await attempt('a call', () => endInvite(end, invite));
  for (const request of end.received.filter((one) => one.isRequest && one.method === 'INVITE'))
    await attempt('a call to us', () => endTaken(end, request));
  for (const subscribe of latestOf(sentRequests(end, 'SUBSCRIBE'), (one) => one.callId))
    await attempt('a subscription', () => unsubscribe(end, subscribe));
  for (const [publish, tag] of publications(end)) await attempt('a publication', () => unpublish(end, publish, tag));
  for (const register of latestOf(grantedRegisters(end), bindingOf))
    await attempt('a binding', () => unregister(end, register));
  answerRest(end);
  return left;
}

function sentRequests(end: Peer, method: string): Outgoing[] {
  return end.sent.filter(({ reading }) => reading.isRequest && reading.method === method && reading.fault === null);
}

/** The last of each group, for later requests of a dialog speak for the earlier ones. */
function latestOf(requests: readonly Outgoing[], key: (request: Outgoing) => string): Outgoing[] {
  return [...new Map(requests.map((request) => [key(request), request])).values()];
}

function finals(end: Peer, request: Outgoing): Received[] {
  return end.responsesTo(request).filter(({ status, fault }) => status >= 200 && fault === null);
}

function isAcked(end: Peer, response: Received): boolean {
  return end.sent.some(
    ({ method, callId, cseq, reading }) =>
      method === 'ACK' && callId === response.callId && cseq === response.cseq && reading.toTag === response.toTag,
  );
}

async function endInvite(end: Peer, invite: Outgoing): Promise<void> {
  const fromUs = (method: string) => end.sent.some((one) => one.method === method && one.callId === invite.callId);
  let last = finals(end, invite);
  if (last.length === 0) {
    // RFC 3261 §9.1: before a provisional response a CANCEL may not be sent; where none came, none is.
    if (end.responsesTo(invite).length > 0 && !fromUs('CANCEL')) end.cancel(invite);
    await end.expect('final', { of: invite, withinMs: WAIT_MS, strictly: true });
    last = finals(end, invite);
  }
  for (const response of last) {
    if (!isAcked(end, response)) end.ack(response);
    if (response.status < 300 && !isOver(end, response)) {
      await hangUp(end, end.dialog(response));
    }
  }
}

function highestCseq(end: Peer, callId: string): number {
  return Math.max(
    0,
    ...end.sent.filter((one) => one.callId === callId && one.reading.isRequest).map(({ cseq }) => cseq),
  );
}

/** Whether either side has sent a BYE for the dialog. */
function isOver(end: Peer, { callId, toTag, fromTag }: Received): boolean {
  const tags = [toTag, fromTag];
  const sent = end.sent.some(
    (one) =>
      one.method === 'BYE' && one.callId === callId && tags.includes(one.reading.toTag) && finals(end, one).length > 0,
  );
  return sent || gotBye(end, callId);
}

/** An INVITE of the server that we answered with 2xx is ended by BYE. */
async function endTaken(end: Peer, invite: Received): Promise<void> {
  const ok = end.sent.find(
    ({ reading }) =>
      reading.status >= 200 &&
      reading.status < 300 &&
      reading.method === 'INVITE' &&
      reading.callId === invite.callId &&
      reading.cseq === invite.cseq,
  );
  if (ok === undefined || invite.toTag !== '') return;
  const sent = end.sent.some(
    ({ reading }) => reading.isRequest && reading.method === 'BYE' && reading.callId === invite.callId,
  );
  if (sent || gotBye(end, invite.callId)) return;
  const dialog = Dialog.ofRequest(invite, ok.reading.toTag);
  dialog.local = ok.reading.header('To') ?? dialog.local;
  await hangUp(end, dialog);
}

/** RFC 3261 §15: a BYE of the other end that crosses ours has ended the call as well as its answer would. */
async function hangUp(end: Peer, dialog: Dialog): Promise<void> {
  dialog.localCseq = highestCseq(end, dialog.callId);
  try {
    await end.expect('final', { of: end.send(end.request('BYE', { dialog })), withinMs: WAIT_MS, strictly: true });
  } catch (error) {
    if (!gotBye(end, dialog.callId)) throw error;
  }
}

function gotBye(end: Peer, callId: string): boolean {
  return end.received.some((one) => one.isRequest && one.method === 'BYE' && one.callId === callId);
}

async function unsubscribe(end: Peer, subscribe: Outgoing): Promise<void> {
  const [response] = finals(end, subscribe);
  const state = end.received.findLast(
    (one) => one.method === 'NOTIFY' && one.isRequest && one.callId === subscribe.callId,
  );
  const over =
    /^terminated/i.test(state?.header('Subscription-State') ?? '') || subscribe.reading.number('Expires') === 0;
  if (response === undefined || response.status >= 300 || over) return;
  const dialog = end.dialog(response);
  dialog.localCseq = highestCseq(end, subscribe.callId);
  const headers = { Expires: '0', Event: subscribe.reading.header('Event') };
  const last = end.send(end.request('SUBSCRIBE', { dialog, headers }));
  const answer = await end.expect('final', { of: last, withinMs: WAIT_MS, strictly: true });
  if (answer.status < 300) end.respond(await end.expectRequest('NOTIFY', { withinMs: WAIT_MS }), 200);
}

/** What was published and not taken back: the request, and the entity-tag it got. Goes over the messages once: there may be hundreds. */
function publications(end: Peer): [Outgoing, string][] {
  const requests = sentRequests(end, 'PUBLISH');
  const over = new Set(requests.map(({ reading }) => reading.header('SIP-If-Match')));
  const left: [Outgoing, string][] = [];
  for (const response of end.received) {
    if (response.method !== 'PUBLISH' || response.status < 200 || response.status >= 300) continue;
    const tag = response.header('SIP-ETag');
    if (tag === null || over.has(tag)) continue;
    over.add(tag);
    const publish = requests.find((one) => one.isAnsweredBy(response));
    if (publish !== undefined && publish.reading.number('Expires') !== 0) left.push([publish, tag]);
  }
  return left;
}

async function unpublish(end: Peer, publish: Outgoing, tag: string): Promise<void> {
  const headers = { Expires: '0', 'SIP-If-Match': tag, Event: publish.reading.header('Event') };
  const last = end.send(end.request('PUBLISH', { uri: publish.uri, headers, body: '' }));
  await end.expect('final', { of: last, withinMs: WAIT_MS, strictly: true });
}

/** A refused one changed nothing: what was granted before it stands. */
function grantedRegisters(end: Peer): Outgoing[] {
  return sentRequests(end, 'REGISTER').filter((one) => finals(end, one).some(({ status }) => status < 300));
}

function bindingOf({ reading }: Outgoing): string {
  return `${(reading.header('To') ?? '').replace(/;tag=.*/, '')} ${reading.headers('Contact').join()}`;
}

async function unregister(end: Peer, register: Outgoing): Promise<void> {
  const { reading } = register;
  const contacts = reading.headers('Contact').filter((value) => value !== '*' && !/;\s*expires\s*=\s*0\b/i.test(value));
  if (contacts.length === 0 || reading.number('Expires') === 0) return;
  const uris = contacts.map((value) => `<${/<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]}>;expires=0`);
  const last = end.send(
    end.request('REGISTER', {
      uri: register.uri,
      headers: {
        From: (was) => `${(reading.header('To') ?? was).replace(/;tag=.*/, '')};tag=${end.tag}`,
        To: reading.header('To'),
        'Call-ID': register.callId,
        CSeq: `${highestCseq(end, register.callId) + 1} REGISTER`,
        Contact: uris,
        Expires: '0',
      },
    }),
  );
  await end.expect('final', { of: last, withinMs: WAIT_MS });
}

/** Requests of the server that wait for a final answer get one, so that it does not repeat them for half a minute. */
export function answerRest(end: Peer): void {
  const answered = new Set(
    end.sent.filter(({ reading }) => reading.status >= 200).map(({ reading }) => `${reading.branch} ${reading.method}`),
  );
  for (const request of end.received) {
    if (!request.isRequest || request.fault !== null || request.method === 'ACK') continue;
    const key = `${request.branch} ${request.method}`;
    if (answered.has(key)) continue;
    answered.add(key);
    end.respond(request, request.method === 'INVITE' ? 480 : 200);
  }
}
