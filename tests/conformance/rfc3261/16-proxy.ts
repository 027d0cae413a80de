// Mutants for suites/rfc3261/16-proxy.ts.
import type { MutantMap } from '../map.ts';
import {
  answerTo,
  inItsRequests,
  inResponses,
  type Mutant,
  mutant,
  removeHeader,
  setHeader,
  setStatus,
} from '../mutant.ts';

/** Answers a request of ours itself where it should forward it. */
const refuses = (name: string, method: string, status: number): Mutant =>
  mutant(name, () => {
    let seen = 0;
    return {
      toServer: ({ reading, text, reply }) => {
        if (reading.method !== method || !reading.isRequest) return text;
        seen++;
        if (status === 482 && seen === 1) return text;
        reply(answerTo(reading, status));
        return null;
      },
    };
  });

export const MUTANTS: MutantMap = {
  'rfc3261/16.6/max-forwards-decremented': inItsRequests('forwards Max-Forwards as it came', 'INVITE', (text) =>
    setHeader(text, 'Max-Forwards', '23'),
  ),
  'rfc3261/16.3/max-forwards-0-refused': mutant('forwards a request that has run out of hops', {
    toServer: ({ reading, text }) =>
      reading.isRequest && reading.number('Max-Forwards') === 0 ? setHeader(text, 'Max-Forwards', '70') : text,
  }),
  'rfc3261/11.2/options-with-max-forwards-0-without-allow': inResponses(
    'says Allow of nobody knows whom',
    { status: 200 },
    (text) => setHeader(text, 'Allow', 'INVITE, ACK'),
  ),
  'rfc3261/16.6/max-forwards-added': inItsRequests('adds no Max-Forwards', 'OPTIONS', (text) =>
    removeHeader(text, 'Max-Forwards'),
  ),
  'rfc3261/16.6/via-on-top': inItsRequests('keeps the branch of the Via below', 'OPTIONS', (text, { reading }) =>
    text.replace(reading.branch, /branch=([^;]*)/.exec(reading.headers('Via')[1]!)![1]!),
  ),
  'rfc3261/16.6/body-untouched': inItsRequests('mends line ends of bodies', 'OPTIONS', (text) =>
    text.replace(/--\n$/, '-- '),
  ),
  'rfc3261/16.6/unknown-fields-kept': inItsRequests('drops what it does not know', 'OPTIONS', (text) =>
    removeHeader(text, 'NewFangledHeader'),
  ),
  'rfc3261/16.6/order-of-rows-kept': inItsRequests('sorts header fields', 'OPTIONS', (text) =>
    setHeader(text, 'Accept', 'application/sdp;q=0.5, image/gif, text/html, text/plain'),
  ),
  'rfc3261/16.3/unknown-method-forwarded': refuses('forwards only methods it knows', 'FOO', 501),
  'rfc4475/3.1.1.2/strange-method-forwarded': refuses(
    'forwards only letters',
    "!interesting-Method0123456789_*+`.%indeed'~",
    400,
  ),
  'rfc3261/16.3/proxy-require-unknown-420': inResponses('does not say what it lacks', { status: 420 }, (text) =>
    removeHeader(text, 'Unsupported'),
  ),
  'rfc3261/16.3/require-is-not-for-the-proxy': refuses('answers 420 to what others are to support', 'OPTIONS', 420),
  'rfc3261/16.3/unknown-scheme-416': inResponses('answers 404 to any URI', { status: 416 }, (text) =>
    setStatus(text, 404),
  ),
  'rfc3261/16.3/merged-request-forwarded': refuses('takes a merged request for a loop', 'OPTIONS', 482),
  'rfc3261/16.4/own-route-removed': inItsRequests('leaves its own Route there', 'OPTIONS', (text) =>
    setHeader(text, 'Route', '<sip:127.0.0.1;lr>'),
  ),
  'rfc3261/16.6/strict-router-next': inItsRequests('takes a strict router for a loose one', 'OPTIONS', (text) =>
    text.replace(/^OPTIONS \S+/, 'OPTIONS sip:target@elsewhere.invalid'),
  ),
  'rfc3261/16.6/record-route-on-top': inItsRequests('record-routes without lr', 'INVITE', (text) =>
    text.replace(/(\r\nRecord-Route: <[^>]*?);lr/i, '$1'),
  ),
  'rfc3261/16.4/strict-router-before': inItsRequests('forwards its own URI', 'BYE', (text) =>
    text.replace(/^BYE \S+/, 'BYE sip:127.0.0.1;lr'),
  ),
  'rfc3261/16.5/foreign-request-uri-untouched': inItsRequests('unescapes foreign URIs', 'OPTIONS', (text) =>
    text.replace(/^OPTIONS sip:%61/, 'OPTIONS sip:a'),
  ),
  'rfc6665/4.4.4/allow-events-not-inserted': inItsRequests('speaks for what is behind it', 'OPTIONS', (text) =>
    setHeader(text, 'Allow-Events', 'presence'),
  ),
  'rfc3261/22.3/credentials-for-others-kept': inItsRequests('consumes any credentials', 'OPTIONS', (text) =>
    removeHeader(text, 'Proxy-Authorization'),
  ),
  'rfc3261/22.3/challenge-is-407': inResponses('challenges like a user agent', { status: 407 }, (text) =>
    setStatus(text, 401),
  ),
};
