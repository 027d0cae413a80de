// Mutants for suites/rfc3262/3-uas.ts.
import type { MutantMap } from '../map.ts';
import { conditional, inResponses, mutant, removeHeader, setHeader, setStatus } from '../mutant.ts';

const isProgress = (status: number) => status > 100 && status < 200;

export const MUTANTS: MutantMap = {
  'rfc3262/3/required-means-reliable': inResponses('does not say 100rel in Require', { status: isProgress }, (text) =>
    removeHeader(text, 'Require'),
  ),
  'rfc3262/3/required-or-420': inResponses('takes no notice of 100rel in Require', { status: isProgress }, (text) =>
    removeHeader(removeHeader(text, 'RSeq'), 'Require'),
  ),
  'rfc3262/3/not-reliable-unasked': inResponses('numbers every provisional response', { status: isProgress }, (text) =>
    setHeader(text, 'RSeq', '1'),
  ),
  'rfc3262/3/trying-never-reliable': conditional(
    inResponses('numbers its 100', { status: 183 }, (text) => [
      { text: setStatus(text, 100), afterMs: 0 },
      { text, afterMs: 0 },
    ]),
  ),
  'rfc3262/3/first-rseq-range': inResponses('begins with RSeq 0', { status: 183 }, (text) =>
    setHeader(text, 'RSeq', '0'),
  ),
  'rfc3262/3/rseq-rises-by-one': inResponses('leaves an RSeq out', { status: 180 }, (text, { reading }) =>
    setHeader(text, 'RSeq', String(reading.number('RSeq') + 1)),
  ),
  'rfc3262/3/second-waits-for-prack': inResponses(
    'goes on without the PRACK',
    { status: 183 },
    (text, { nth, reading }) => (nth === 2 ? setHeader(text, 'RSeq', String(reading.number('RSeq') + 1)) : text),
  ),
  'rfc3262/3/reliable-schedule': inResponses('forgets one copy of its 183', { status: 183 }, (text, { nth }) =>
    nth === 4 ? null : text,
  ),
  'rfc3262/3/given-up-without-prack': inResponses(
    'waits for the PRACK for ever',
    { method: 'INVITE', status: (status) => status >= 500 },
    () => null,
  ),
  'rfc3262/3/prack-ends-repetition': inResponses(
    'sends its 183 after the PRACK too',
    { status: 183 },
    (text, { nth }) =>
      nth === 2
        ? [
            { text, afterMs: 0 },
            { text, afterMs: 1_500 },
          ]
        : text,
  ),
  'rfc3262/3/prack-without-match-481': inResponses('takes any PRACK', { method: 'PRACK' }, (text) =>
    setStatus(text, 200),
  ),
  'rfc3262/3/second-prack-481': inResponses('takes a PRACK twice', { method: 'PRACK' }, (text) => setStatus(text, 200)),
  'rfc3262/3/no-reliable-after-final': mutant('rings after it has answered', () => {
    let progress = '';
    return {
      toClient: ({ text, reading, nth }) => {
        if (reading.status === 183) progress = text;
        if (reading.status !== 200 || reading.method !== 'INVITE' || nth > 1) return text;
        return [
          { text, afterMs: 0 },
          { text: setHeader(progress, 'RSeq', '77'), afterMs: 700 },
        ];
      },
    };
  }),
};
