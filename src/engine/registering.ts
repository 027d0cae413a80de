// Keeps the users of a worker registered: REGISTER at the start, refresh before expiry, removal at the end; challenges and 423 followed (RFC 3261 §10.2). Places and takes no call.

import { COUNTER } from '../metrics/counters.ts';
import { hashSpan } from '../server/keys.ts';
import { putDecimal } from '../sip/bytes.ts';
import { Contact, readContact } from '../sip/contact.ts';
import { secondsOf } from '../sip/fields.ts';
import { NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { RetryAfter, readRetryAfter } from '../sip/retry-after.ts';
import { readUri, Uri } from '../sip/uri.ts';
import { FAULT } from '../transport/transport.ts';
import { takeChallenge } from './challenge.ts';
import { launch, openClient, setIdentity, setTransaction } from './client.ts';
import { compose, type Wire } from './compose.ts';
import { userPeer } from './connections.ts';
import type { Engine } from './engine.ts';
import { FIELD } from './fields.ts';
import { BRANCH_KIND } from './identity.ts';
import { type Registrations, STAGE, USER } from './registrations.ts';
import { FAILURE } from './tally.ts';

/** A registration that failed is tried again after this time where the registrar names none. */
const AGAIN_S = 30;
/** RFC 3261 §10.2.8 leaves the pace to the client: no Retry-After is taken for longer than this. */
const LONGEST_AGAIN_S = 3_600;

const contact = new Contact();
const uri = new Uri();
const again = new RetryAfter();
const key = new Int32Array(2);
const rest = new Float64Array(1);

/** The template of a user's REGISTER. */
export function composeRegister(e: Engine): Wire {
  const headers = [['Expires', '{{register.expires}}']] as const;
  const spec = { kind: 'request', method: METHOD.REGISTER, status: 0, reason: '', body: null } as const;
  return compose(e.memory, { ...spec, headers, reliable: false, ladder: NONE }, e.endsOf[0]!, [], NONE);
}

/** Makes the users known by their names, for whom calls come in. Once, at the start. */
export function indexUsers(e: Engine, r: Registrations): void {
  for (let user = 0; user < r.own; user++) {
    const row = r.row(user);
    hashSpan(e.users.cells, e.users.nameStart(row), e.users.nameEnd(row), key);
    // A name that stands twice means its first row.
    if (r.index.find(key[0]!, key[1]!) !== NONE) continue;
    r.keyA[user] = key[0]!;
    r.keyB[user] = key[1]!;
    r.index.insert(user);
  }
}

/** Row of the user that the request in e.msg is for (RFC 3261 §8.2.2.1), NONE when it is none of ours. */
export function calledRow(e: Engine, r: Registrations): number {
  const { msg } = e;
  readUri(msg.buf, msg.uriStart, msg.uriEnd, uri);
  if (uri.userStart === NONE) return NONE;
  hashSpan(msg.buf, uri.userStart, uri.userEnd, key);
  const user = r.index.find(key[0]!, key[1]!);
  return user === NONE ? NONE : r.row(user);
}

/** The user's first registration; e.cause is when it is due. */
export function beginUser(e: Engine, r: Registrations, user: number): void {
  r.tried[user] = 0;
  send(e, r, user, r.expiresS[user]!);
}

/** The user leaves: the binding is removed (RFC 3261 §10.2.2). */
export function removeUser(e: Engine, r: Registrations, user: number): void {
  if (r.state[user] !== USER.REGISTERED || r.pending[user] === 1) return;
  r.tried[user] = 0;
  send(e, r, user, 0);
}

function send(e: Engine, r: Registrations, user: number, expiresS: number): void {
  const { fields } = e;
  const row = r.row(user);
  const cseq = ++r.cseq[user]!;
  r.asked[user] = expiresS;
  if (r.pending[user] === 0) {
    r.pending[user] = 1;
    r.onTheirWay++;
  }
  const peer = userPeer(e, row);
  if (peer === NONE) {
    failed(e, r, user, FAILURE.TRANSPORT, FAULT.UNREACHABLE);
    return;
  }
  const txn = openClient(e, METHOD.REGISTER, NONE, peer, cseq);
  if (txn === NONE) {
    failed(e, r, user, FAILURE.TABLE_FULL, 0);
    return;
  }
  e.links.user[txn] = row;
  // RFC 3261 §10.2: all registrations of a user have one Call-ID. A call has a number above 0.
  setIdentity(e, row, 0, row);
  setTransaction(e, BRANCH_KIND.TRANSACTION, txn, cseq);
  fields.set(FIELD.ROUTES, 0, 0);
  fields.set(FIELD.EXPIRES, e.expiresAt, putDecimal(e.bytes, e.expiresAt, expiresS) - e.expiresAt);
  if (e.users.authenticates) e.users.setAuth(row, e.registerWire!);
  if (!launch(e, txn, e.registerWire!, e.calls.capacity)) failed(e, r, user, FAILURE.MEMORY_FULL, 0);
}

/** A final response to a REGISTER of a user. */
export function registerResponse(e: Engine, r: Registrations, txn: number): void {
  const { msg, txns } = e;
  const { status } = msg;
  const user = r.user(e.links.user[txn]!);
  if (status < 200 || r.pending[user] === 0 || r.cseq[user] !== txns.cseq[txn]) return;
  if (status < 300) {
    taken(e, r, user);
    return;
  }
  // What follows a challenge or a 423 is still the same registration: it is due since then.
  e.cause[0] = txns.dueUs[txn]!;
  if (status === 401 || status === 407) {
    const tried = takeChallenge(e, r.row(user), r.tried[user]!);
    if (tried !== NONE) {
      r.tried[user] = tried;
      send(e, r, user, r.asked[user]!);
      return;
    }
  }
  if (status === 423) {
    // RFC 3261 §10.2.8: the registrar names the least it takes, and the request is tried again with it.
    const least = secondsOf(msg, HEADER.MIN_EXPIRES);
    if (least > r.asked[user]! && r.asked[user]! > 0) {
      r.expiresS[user] = least;
      send(e, r, user, least);
      return;
    }
  }
  failed(e, r, user, FAILURE.UNEXPECTED_RESPONSE, status);
}

/** A 2xx has come. */
function taken(e: Engine, r: Registrations, user: number): void {
  const { tally } = e;
  if (r.asked[user] === 0) {
    tally.add(COUNTER.USERS_REMOVED);
    leave(r, user, USER.GONE);
    over(e, r, user);
    return;
  }
  const grantedS = granted(e, r, user);
  if (grantedS <= 0) {
    failed(e, r, user, FAILURE.NOT_BOUND, e.msg.status);
    return;
  }
  tally.add(r.state[user] === USER.REGISTERED ? COUNTER.USERS_REFRESHED : COUNTER.USERS_ADDED);
  if (r.state[user] !== USER.REGISTERED) r.registered++;
  if (r.state[user] === USER.NEW) r.settled++;
  r.state[user] = USER.REGISTERED;
  over(e, r, user);
  const { refreshShare, refreshUs } = r.config;
  const latest = grantedS * 1e6 * refreshShare;
  r.dueUs[user] = e.now[0]! + (refreshUs > 0 && refreshUs < latest ? refreshUs : latest);
  arm(e, r, user);
  if (r.stage === STAGE.LEAVING && user < r.cursor) removeUser(e, r, user);
}

/** The REGISTER on its way has had its last answer. */
function over(e: Engine, r: Registrations, user: number): void {
  r.pending[user] = 0;
  r.onTheirWay--;
  e.tally.counters[COUNTER.USERS_REGISTERED] = r.registered;
}

function leave(r: Registrations, user: number, state: number): void {
  if (r.state[user] === USER.REGISTERED) r.registered--;
  if (r.state[user] === USER.NEW) r.settled++;
  r.state[user] = state;
}

/** RFC 3261 §10.2.4: seconds our binding is granted, by its Contact in the 2xx, else by Expires, else as asked; NONE when the 2xx does not list it. */
function granted(e: Engine, r: Registrations, user: number): number {
  const { msg } = e;
  const row = r.row(user);
  for (let field = msg.first[HEADER.CONTACT]!; field !== NONE; field = msg.next[field]!) {
    const end = msg.valueEnd[field]!;
    for (let at = msg.valueStart[field]!; at < end; at++) {
      at = readContact(msg.buf, at, end, contact);
      if (!e.users.isContact(row, msg.buf, contact.address.uriStart, contact.address.uriEnd)) continue;
      if (contact.expiresS >= 0) return contact.expiresS;
      const all = secondsOf(msg, HEADER.EXPIRES);
      return all < 0 ? r.asked[user]! : all;
    }
  }
  return NONE;
}

/** A REGISTER of a user got no answer, or could not be sent. */
export function registerFailed(e: Engine, r: Registrations, txn: number, transport: boolean): void {
  const user = r.user(e.links.user[txn]!);
  if (r.pending[user] === 0 || r.cseq[user] !== e.txns.cseq[txn]) return;
  failed(e, r, user, transport ? FAILURE.TRANSPORT : FAILURE.TIMEOUT, 0);
}

/** The user is not registered, and tries again later; who was leaving is gone. */
function failed(e: Engine, r: Registrations, user: number, kind: number, status: number): void {
  e.tally.registrationFailed(kind, METHOD.REGISTER, status, e);
  const leaving = r.asked[user] === 0;
  leave(r, user, leaving ? USER.GONE : USER.FAILED);
  over(e, r, user);
  if (leaving) return;
  const waitS = status >= 300 ? againS(e) : AGAIN_S;
  r.dueUs[user] = e.now[0]! + waitS * 1e6;
  arm(e, r, user);
}

/** Seconds until a refused registration is tried again. */
function againS(e: Engine): number {
  const { msg } = e;
  const field = msg.first[HEADER.RETRY_AFTER]!;
  if (field === NONE || readRetryAfter(msg.buf, msg.valueStart[field]!, msg.valueEnd[field]!, again) < 0)
    return AGAIN_S;
  return again.seconds > 0 ? Math.min(again.seconds, LONGEST_AGAIN_S) : AGAIN_S;
}

function arm(e: Engine, r: Registrations, user: number): void {
  rest[0] = r.dueUs[user]! - e.now[0]!;
  e.steps!.start(e.userNodes + user, rest);
}

/** The user's timer has fired: a refresh or another try is due, or nearer. */
export function userTimer(e: Engine, user: number): void {
  const r = e.registrations!;
  if (r.stage === STAGE.LEAVING || r.pending[user] === 1) return;
  if (r.dueUs[user]! > e.now[0]!) {
    arm(e, r, user);
    return;
  }
  e.cause[0] = r.dueUs[user]!;
  beginUser(e, r, user);
}
