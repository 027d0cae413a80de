// Which mutant of an end breaks each passive rule: the flow that is played, and what is changed on the way. Plays nothing.
import { join } from 'node:path';
import {
  answerTo,
  editHeader,
  inItsRequests,
  inOurRequests,
  inResponses,
  type Mutant,
  mutant,
  removeBody,
  removeHeader,
  setBody,
  setHeader,
  setStatus,
} from '../conformance/mutant.ts';

export interface RuleMutant {
  /** Played by the caller against the reference server. */
  readonly flow: string;
  readonly mutant: Mutant;
  /** The end that hears the mutant, and judges it. */
  readonly judge: 'caller' | 'callee';
  /** A response repeats of its request what the caller, which is no mutant itself, never wrote: the rule that the caller then names. */
  readonly repeated?: string;
  /** Both ends speak TCP. */
  readonly stream?: boolean;
}

const TIMESTAMP = join(import.meta.dirname, 'timestamp.yaml');

/** A route to the reference server, as if a proxy stood before it. */
const HERE = '<sip:127.0.0.1:5060;lr>';

type Edit = (text: string) => string;

/** One line more, behind those there are. */
function add(text: string, line: string): string {
  return text.replace('\r\n\r\n', `\r\n${line}\r\n\r\n`);
}

/** Responses of the reference server with this status, to requests of this method, are changed. */
function answers(flow: string, status: number, method: string, name: string, edit: Edit): RuleMutant {
  return { flow, judge: 'caller', mutant: inResponses(name, { status, method }, edit) };
}

/** Requests of the reference server are changed. */
function itsRequests(flow: string, method: string, name: string, edit: Edit): RuleMutant {
  return { flow, judge: 'caller', mutant: inItsRequests(name, method, edit) };
}

/** Requests of the caller are changed. */
function requests(flow: string, method: string, name: string, edit: Edit, repeated?: string): RuleMutant {
  return { flow, judge: 'callee', mutant: inOurRequests(name, method, edit), ...(repeated && { repeated }) };
}

/** A final response of 200 to the method is said to be another. */
function refuses(flow: string, method: string, status: number, name: string, ...headers: string[]): RuleMutant {
  return answers(flow, 200, method, name, (text) =>
    headers.reduce(add, removeHeader(removeBody(setStatus(text, status)), 'Contact')),
  );
}

/** A ringing is made the 100 it should have begun with. */
function trying(text: string): string {
  return removeHeader(untagged(setStatus(text, 100, 'Trying')), 'Contact');
}

function untagged(text: string): string {
  return editHeader(text, 'To', (value) => value.replace(/;tag=[^;]*/, ''));
}

function otherFromTag(text: string): string {
  return editHeader(text, 'From', (value) => value.replace(/tag=[^;]*/, 'tag=mutant'));
}

function otherCallId(text: string): string {
  return setHeader(text, 'Call-ID', 'mutant@127.0.0.1');
}

const lower: Edit = (text) => text.replace('SIP/2.0', 'sip/2.0');

/** By rule id. */
export const RULE_MUTANTS: Readonly<Record<string, RuleMutant>> = {
  'version-upper-case': answers('basic', 200, 'BYE', 'writes its version in lower case', lower),
  'field-once': requests('basic', 'BYE', 'says Max-Forwards twice', (text) => add(text, 'Max-Forwards: 70')),
  'branch-cookie': requests(
    'basic',
    'BYE',
    'makes its branch as RFC 2543 did',
    (text) => editHeader(text, 'Via', (value) => value.replace('branch=z9hG4bK', 'branch=')),
    'via-branch-echo',
  ),
  'rport-without-value': requests(
    'basic',
    'BYE',
    'fills in its own rport',
    (text) => editHeader(text, 'Via', (value) => value.replace(';rport', ';rport=5061')),
    'rport-with-received',
  ),
  'max-forwards-present': requests('basic', 'BYE', 'lets a BYE go without Max-Forwards', (text) =>
    removeHeader(text, 'Max-Forwards'),
  ),
  'max-forwards-range': requests('basic', 'BYE', 'allows a thousand hops', (text) =>
    setHeader(text, 'Max-Forwards', '1000'),
  ),
  'from-tag-present': requests(
    'options',
    'OPTIONS',
    'puts no tag into From',
    (text) => editHeader(text, 'From', (value) => value.replace(/;tag=.*/, '')),
    'from-tag-echo',
  ),

  'via-single': answers('basic', 200, 'BYE', 'leaves the Via of a proxy in its response', (text) =>
    add(text, 'Via: SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKleft'),
  ),
  'via-sent-by-echo': answers('basic', 200, 'BYE', 'puts another port into the Via it copies', (text) =>
    editHeader(text, 'Via', (value) => value.replace(/:\d+/, ':4')),
  ),
  'via-branch-echo': answers('basic', 200, 'BYE', 'cuts the branch it copies', (text) =>
    editHeader(text, 'Via', (value) => value.replace(/(branch=\w{12})\w+/, '$1')),
  ),
  'rport-with-received': answers('basic', 200, 'BYE', 'fills in rport and leaves received out', (text) =>
    editHeader(text, 'Via', (value) => value.replace(/;received=[^;]*/, '').replace(/;rport(=\d+)?/, ';rport=5061')),
  ),
  'from-tag-echo': answers('basic', 200, 'BYE', 'answers with another From tag', otherFromTag),
  'call-id-echo': answers('basic', 200, 'BYE', 'answers with another Call-ID', otherCallId),
  'cseq-echo': answers('basic', 200, 'BYE', 'answers with another CSeq number', (text) =>
    setHeader(text, 'CSeq', '77 BYE'),
  ),
  'to-tag-kept': answers('basic', 200, 'BYE', 'answers in a dialog with a new To tag', (text) =>
    editHeader(text, 'To', (value) => value.replace(/tag=[^;]*/, 'tag=mutant')),
  ),
  'to-tag-present': answers('options', 200, 'OPTIONS', 'answers without a To tag', untagged),
  'trying-without-to-tag': answers('basic', 180, 'INVITE', 'puts a To tag into its 100', (text) =>
    setStatus(text, 100, 'Trying'),
  ),
  'trying-timestamp': answers(TIMESTAMP, 180, 'INVITE', 'sends a 100 without the Timestamp', (text) =>
    removeHeader(trying(text), 'Timestamp'),
  ),
  'record-route-echo': {
    flow: 'prack-info-refer',
    judge: 'caller',
    mutant: inResponses('forgets a proxy between its 183 and its 200', { method: 'INVITE' }, (text, { reading }) =>
      setHeader(
        text,
        'Record-Route',
        Array<string>(reading.status < 200 ? 2 : 1)
          .fill(HERE)
          .join(', '),
      ),
    ),
  },

  'contact-in-invite': requests('basic', 'INVITE', 'calls without a Contact', (text) => removeHeader(text, 'Contact')),
  'contact-in-refresh': requests('update', 'UPDATE', 'updates without a Contact', (text) =>
    removeHeader(text, 'Contact'),
  ),
  'contact-in-refer': requests('refer-blind', 'REFER', 'refers without a Contact', (text) =>
    removeHeader(text, 'Contact'),
  ),
  'refer-to-single': requests('refer-blind', 'REFER', 'refers to two at once', (text) =>
    editHeader(text, 'Refer-To', (value) => `${value}, <sip:second@127.0.0.1>`),
  ),
  'contact-in-answer': answers('basic', 200, 'INVITE', 'answers a call without a Contact', (text) =>
    removeHeader(text, 'Contact'),
  ),
  'contact-in-early': answers('basic', 180, 'INVITE', 'rings in a dialog without a Contact', (text) =>
    removeHeader(text, 'Contact'),
  ),
  'dialog-from-tag': requests('basic', 'BYE', 'ends the call with another From tag', otherFromTag, 'from-tag-echo'),
  'dialog-call-id': requests('basic', 'BYE', 'ends the call with another Call-ID', otherCallId, 'call-id-echo'),
  'cseq-grows': requests(
    'basic',
    'BYE',
    'ends the call with the CSeq number of its INVITE',
    (text) => setHeader(text, 'CSeq', '1 BYE'),
    'cseq-echo',
  ),
  'ack-cseq': requests('basic', 'ACK', 'counts its ACK', (text) => setHeader(text, 'CSeq', '2 ACK')),
  'cancel-cseq': requests(
    'cancel',
    'CANCEL',
    'counts its CANCEL',
    (text) => setHeader(text, 'CSeq', '2 CANCEL'),
    'cseq-echo',
  ),
  'cancel-without-require': requests('cancel', 'CANCEL', 'requires an extension of its CANCEL', (text) =>
    add(text, 'Require: timer'),
  ),
  'cancel-unchallenged': refuses(
    'cancel',
    'CANCEL',
    401,
    'challenges a CANCEL',
    'WWW-Authenticate: Digest realm="busyhour", nonce="n", qop="auth"',
  ),
  'ack-unanswered': {
    flow: 'basic',
    judge: 'caller',
    mutant: mutant('answers an ACK', {
      toServer: ({ text, reading, reply }) => {
        if (reading.isRequest && reading.method === 'ACK') reply(answerTo(reading, 200));
        return text;
      },
    }),
  },
  'final-once': {
    flow: 'basic',
    judge: 'caller',
    mutant: inResponses('says 200 to a BYE, and then 481', { status: 200, method: 'BYE' }, (text) => [
      { text, afterMs: 0 },
      { text: setStatus(text, 481), afterMs: 0 },
    ]),
  },

  'rseq-with-require': answers('prack-info-refer', 183, 'INVITE', 'numbers a provisional it does not require', (text) =>
    removeHeader(text, 'Require'),
  ),
  'require-with-rseq': answers('prack-info-refer', 183, 'INVITE', 'requires 100rel without a number', (text) =>
    removeHeader(text, 'RSeq'),
  ),
  'trying-unreliable': answers('basic', 180, 'INVITE', 'numbers its 100', (text) => add(trying(text), 'RSeq: 1')),
  'rseq-in-provisional': answers('basic', 200, 'INVITE', 'numbers its 200', (text) => add(text, 'RSeq: 1')),
  'rseq-first-range': answers('prack-info-refer', 183, 'INVITE', 'begins its RSeq at 0', (text) =>
    setHeader(text, 'RSeq', '0'),
  ),
  'rseq-by-one': {
    flow: 'prack-info-refer',
    judge: 'caller',
    mutant: inResponses('skips an RSeq', { status: 200, method: 'INVITE' }, (text) => [
      { text: add(add(setStatus(text, 183), 'Require: 100rel'), 'RSeq: 3'), afterMs: 0 },
      { text, afterMs: 0 },
    ]),
    stream: true,
  },
  'reliable-when-offered': answers('update', 180, 'INVITE', 'rings reliably for who knows no 100rel', (text) =>
    add(add(text, 'Require: 100rel'), 'RSeq: 1'),
  ),
  'rack-in-prack': requests('prack-info-refer', 'PRACK', 'acknowledges nothing in its PRACK', (text) =>
    removeHeader(text, 'RAck'),
  ),
  'rel100-in-invite': requests('basic', 'BYE', 'requires 100rel of a BYE', (text) => add(text, 'Require: 100rel')),

  'content-length-exact': answers('basic', 200, 'INVITE', 'announces more than its body has', (text) =>
    setHeader(text, 'Content-Length', '999'),
  ),
  'content-length-on-stream': {
    ...requests('basic', 'BYE', 'leaves Content-Length out over TCP', (text) => removeHeader(text, 'Content-Length')),
    stream: true,
  },
  'content-type-present': answers('basic', 200, 'INVITE', 'does not say what its body is', (text) =>
    removeHeader(text, 'Content-Type'),
  ),
  'message-answer-empty': answers('message', 200, 'MESSAGE', 'talks back in its 200', (text) =>
    setBody(add(text, 'Content-Type: text/plain'), 'Hello yourself.\r\n'),
  ),
  'message-answer-without-contact': answers('message', 200, 'MESSAGE', 'puts a Contact into its 200', (text) =>
    add(text, 'Contact: <sip:mutant@127.0.0.1>'),
  ),
  'message-without-contact': requests('message', 'MESSAGE', 'puts a Contact into its MESSAGE', (text) =>
    add(text, 'Contact: <sip:mutant@127.0.0.1>'),
  ),
  'refer-notify-sipfrag': itsRequests('refer-blind', 'NOTIFY', 'reports a referral in words of its own', (text) =>
    setHeader(text, 'Content-Type', 'text/plain'),
  ),

  'allow-in-405': refuses('message', 'MESSAGE', 405, 'refuses a method and allows none'),
  'unsupported-in-420': refuses('options', 'OPTIONS', 420, 'does not say which extension it refuses'),
  'accept-in-415': refuses('message', 'MESSAGE', 415, 'does not say which types it takes'),
  'min-expires-in-423': answers('register-423', 423, 'REGISTER', 'does not say what is long enough', (text) =>
    removeHeader(text, 'Min-Expires'),
  ),
  'challenge-in-401': refuses('options', 'OPTIONS', 401, 'says 401 and challenges nobody'),
  'challenge-in-407': refuses('options', 'OPTIONS', 407, 'says 407 and challenges nobody'),
  'challenge-not-basic': refuses(
    'options',
    'OPTIONS',
    401,
    'asks for the password in clear',
    'WWW-Authenticate: Basic realm="busyhour"',
  ),
  'challenge-qop': answers('invite-auth', 401, 'INVITE', 'challenges without qop', (text) =>
    editHeader(text, 'WWW-Authenticate', (value) => value.replace(/,\s*qop="[^"]*"|qop="[^"]*",\s*/, '')),
  ),
  'require-when-offered': answers('basic', 200, 'INVITE', 'requires what nobody offered', (text) =>
    add(text, 'Require: timer'),
  ),
  'retry-after-seconds': refuses('options', 'OPTIONS', 503, 'says in words when to come again', 'Retry-After: soon'),
  'session-refresher': answers('session-timer', 200, 'INVITE', 'names no refresher', (text) =>
    editHeader(text, 'Session-Expires', (value) => value.replace(/;.*/, '')),
  ),
  'min-se-in-422': answers('session-422', 422, 'INVITE', 'does not say which session is long enough', (text) =>
    removeHeader(text, 'Min-SE'),
  ),
  'min-se-only-in-422': answers('basic', 200, 'INVITE', 'puts Min-SE into its 200', (text) => add(text, 'Min-SE: 90')),
  'recv-info-in-469': refuses('info-package', 'INFO', 469, 'does not say which packages it takes'),
  'info-without-recv-info': requests('info-package', 'INFO', 'says in an INFO which packages it takes', (text) =>
    add(text, 'Recv-Info: dtmf'),
  ),
  'provisional-to-invite': {
    flow: 'options',
    judge: 'caller',
    mutant: inResponses('rings for an OPTIONS', { status: 200, method: 'OPTIONS' }, (text) => [
      { text: setStatus(text, 180), afterMs: 0 },
      { text, afterMs: 0 },
    ]),
  },
  'timeout-to-invite': refuses('options', 'OPTIONS', 408, 'says 408 to an OPTIONS'),

  'event-in-subscribe': requests('subscribe', 'SUBSCRIBE', 'subscribes to no event', (text) =>
    removeHeader(text, 'Event'),
  ),
  'event-in-notify': itsRequests('subscribe', 'NOTIFY', 'notifies of no event', (text) => removeHeader(text, 'Event')),
  'event-in-publish': requests('publish', 'PUBLISH', 'publishes for no event', (text) => removeHeader(text, 'Event')),
  'event-in-request': answers('subscribe', 200, 'SUBSCRIBE', 'puts Event into its 200', (text) =>
    add(text, 'Event: presence'),
  ),
  'state-in-notify': itsRequests('subscribe', 'NOTIFY', 'notifies without Subscription-State', (text) =>
    removeHeader(text, 'Subscription-State'),
  ),
  'state-expires': itsRequests('subscribe', 'NOTIFY', 'does not say how long a subscription lives', (text) =>
    editHeader(text, 'Subscription-State', (value) => value.replace(/;expires=\d+/, '')),
  ),
  'state-reason': itsRequests('subscribe', 'NOTIFY', 'ends a subscription without a reason', (text) =>
    editHeader(text, 'Subscription-State', (value) => value.replace(/;reason=\w+/, '')),
  ),
  'state-only-in-notify': answers('subscribe', 200, 'SUBSCRIBE', 'tells the state in its 200', (text) =>
    add(text, 'Subscription-State: active;expires=600'),
  ),
  'expires-in-subscribe-answer': answers('subscribe', 200, 'SUBSCRIBE', 'grants no time', (text) =>
    removeHeader(text, 'Expires'),
  ),
  'expires-not-longer': answers('subscribe', 200, 'SUBSCRIBE', 'grants more than was asked', (text) =>
    editHeader(text, 'Expires', (value) => String(Number(value) + 1)),
  ),
  'subscribe-not-202': answers('subscribe', 200, 'SUBSCRIBE', 'accepts a subscription by 202', (text) =>
    setStatus(text, 202),
  ),
  'etag-in-publish-answer': answers('publish', 200, 'PUBLISH', 'gives a publication no entity-tag', (text) =>
    removeHeader(text, 'SIP-ETag'),
  ),
  'expires-in-publish-answer': answers('publish', 200, 'PUBLISH', 'grants a publication no time', (text) =>
    removeHeader(text, 'Expires'),
  ),
  'publish-answer-without-route': answers('publish', 200, 'PUBLISH', 'routes a publication', (text) =>
    add(text, 'Record-Route: <sip:127.0.0.1;lr>'),
  ),

  'register-uri-is-domain': requests('register', 'REGISTER', 'registers at a user', (text) =>
    text.replace('REGISTER sip:', 'REGISTER sip:user@'),
  ),
  'register-contact-expires': answers('register', 200, 'REGISTER', 'lists a binding without its time', (text) =>
    editHeader(text, 'Contact', (value) => value.replace(/;expires=\d+/, '')),
  ),
  'register-not-6xx': refuses('register', 'REGISTER', 603, 'declines a user for the whole world'),
  'register-answer-without-route': answers('register', 200, 'REGISTER', 'routes a registration', (text) =>
    add(text, 'Record-Route: <sip:127.0.0.1;lr>'),
  ),
};
