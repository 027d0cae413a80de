// Mutants for suites/rfc3261/12-dialogs.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inItsRequests, inResponses, removeHeader, setHeader, setStatus } from '../mutant.ts';

export const MUTANTS: MutantMap = {
  'rfc3261/12.1.1/record-route-copied': inResponses(
    'leaves out parameters of Record-Route that it does not know',
    { method: 'INVITE' },
    (text) => editHeader(text, 'Record-Route', (value) => value.replace(';unknown="a, b";x', '')),
  ),
  'rfc3261/12.1.1/contact-in-2xx': inResponses('has no Contact in its 2xx', { method: 'INVITE', status: 200 }, (text) =>
    removeHeader(text, 'Contact'),
  ),
  'rfc3261/12.1.1/invite-without-from-tag': inResponses('invents a From tag', { method: 'INVITE' }, (text) =>
    editHeader(text, 'From', (value) => `${value};tag=invented`),
  ),
  'rfc3261/12.1.1/route-set-in-request-order': inItsRequests(
    'turns its route set as a client would',
    'BYE',
    (text, { reading }) => setHeader(text, 'Route', reading.headers('Route').reverse().join(', ')),
  ),
  'rfc3261/12.2.1.1/notify-in-dialog': inItsRequests('leaves gaps between the CSeqs of its NOTIFYs', 'NOTIFY', (text) =>
    editHeader(text, 'CSeq', (value) => value.replace(/^0*(\d+)/, (_, number: string) => String(3 * Number(number)))),
  ),
  'rfc3261/12.2.2/lower-cseq-500': inResponses('takes requests in any order', { method: 'BYE', status: 500 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/12.2.2/cseq-gap-accepted': inResponses('wants each CSeq', { method: 'BYE' }, (text) => setStatus(text, 500)),
  'rfc3261/12.2.2/invite-in-no-dialog-481': inResponses(
    'takes an INVITE in a dialog for a new call to one who is busy',
    { status: 481 },
    (text) => setStatus(text, 486),
  ),
  'rfc3261/12.2.2/info-in-no-dialog-481': inResponses('takes an INFO from anybody', { status: 481 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/12.2.2/update-in-no-dialog-481': inResponses('takes an UPDATE from anybody', { status: 481 }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/12.2.2/second-bye-481': inResponses('answers 200 to every BYE', { method: 'BYE' }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3261/12.2.2/reinvite-moves-remote-target': inItsRequests('knows the first Contact only', 'BYE', (text) =>
    text.replace(/^BYE \S+/, 'BYE sip:harness@127.0.0.1:9'),
  ),
};
