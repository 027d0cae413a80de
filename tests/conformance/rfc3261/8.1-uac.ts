// Mutants for suites/rfc3261/8.1-uac.ts.
import type { MutantMap } from '../map.ts';
import {
  conditional,
  editHeader,
  inItsRequests,
  itsRequestsAnd,
  mutant,
  removeHeader,
  setHeader,
  setStatus,
} from '../mutant.ts';

const setBranch = (text: string, branch: string) => text.replace(/;branch=[^;,\s]*/, `;branch=${branch}`);

/** Does not hear a response of this status. */
const deafTo = (status: number) =>
  mutant(`does not understand ${status}`, { toServer: (m) => (m.reading.status === status ? null : m.text) });

export const MUTANTS: MutantMap = {
  'rfc3261/8.1.1/mandatory-fields': inItsRequests('leaves Max-Forwards out', 'OPTIONS', (text) =>
    removeHeader(text, 'Max-Forwards'),
  ),
  'rfc3261/8.1.1.6/max-forwards-70': inItsRequests('begins Max-Forwards at 20', 'OPTIONS', (text) =>
    setHeader(text, 'Max-Forwards', '20'),
  ),
  'rfc3261/8.1.1.7/branch-cookie': inItsRequests('writes branches without the cookie', 'OPTIONS', (text) =>
    text.replace('branch=z9hG4bK', 'branch='),
  ),
  'rfc3261/8.1.1.7/branch-unique': mutant('has one branch for a call', () => {
    let branch = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.method === 'INVITE') branch = reading.branch;
        return reading.method === 'BYE' ? setBranch(text, branch) : text;
      },
    };
  }),
  'rfc3261/8.1.1.3/from-tag': inItsRequests('writes From without a tag', 'OPTIONS', (text) =>
    editHeader(text, 'From', (was) => was.replace(/;tag=.*/, '')),
  ),
  'rfc3261/8.1.1.2/to-without-tag': inItsRequests('gives To a tag from the start', 'OPTIONS', (text) =>
    editHeader(text, 'To', (was) => `${was};tag=early`),
  ),
  'rfc3261/8.1.1.5/cseq-below-2-31': inItsRequests('begins CSeq at 2**31', 'INVITE', (text) =>
    setHeader(text, 'CSeq', '2147483648 INVITE'),
  ),
  'rfc3261/8.1.1.8/one-contact': inItsRequests('names two Contacts in its INVITE', 'INVITE', (text) =>
    editHeader(text, 'Contact', (was) => `${was}, <sip:second@127.0.0.1>`),
  ),
  'rfc3261/8.1.3.3/two-vias-discarded': mutant('takes responses that were for somebody else', {
    toServer: (m) => {
      const [first] = m.reading.headers('Via');
      return m.reading.isResponse && m.reading.headers('Via').length > 1 ? setHeader(m.text, 'Via', first!) : m.text;
    },
  }),
  'rfc3261/8.1.3.2/unknown-299': deafTo(299),
  'rfc3261/8.1.3.2/unknown-499': deafTo(499),
  'rfc3261/8.1.3.2/unknown-599': deafTo(599),
  'rfc3261/8.1.3.2/unknown-provisional': mutant('takes an unknown provisional response for a refusal', {
    toServer: (m) => (m.reading.status === 155 ? setStatus(m.text, 400) : m.text),
  }),
  'rfc3261/8.1.3.4/redirect-followed': mutant('sends the second INVITE where the first one went', () => {
    let line = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.method !== 'INVITE') return text;
        line ||= reading.startLine;
        return text.replace(reading.startLine, line);
      },
    };
  }),
  'rfc3261/8.1.3.4/redirect-to-itself-not-followed': mutant('follows a 3xx in a circle', () => {
    let invite = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.method === 'INVITE') invite = text;
        if (reading.method !== 'ACK') return text;
        const again = setBranch(setHeader(invite, 'CSeq', '2 INVITE'), 'z9hG4bKagain');
        return [text, again].map((one) => ({ text: one, afterMs: 0 }));
      },
    };
  }),
  'rfc3261/8.1.3.5/bad-extension-left-out': conditional(
    inItsRequests('insists on an extension', 'INVITE', (text) => setHeader(text, 'Require', 'nosuchext')),
  ),
  'rfc3261/20.5/absent-allow-is-no-refusal': inItsRequests('never hangs up where no Allow said so', 'BYE', () => null),
  'rfc3261/21.5.4/retry-after-heeded': itsRequestsAnd('calls again at once', { method: 'INVITE', inDialog: false }, [
    { afterMs: 1_500, cseq: 2 },
  ]),
};
