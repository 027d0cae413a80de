// Mutants for suites/rfc3262/4-uac.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inItsRequests, mutant, removeBody, setHeader } from '../mutant.ts';

/** Acknowledges what it should not: makes a PRACK of its INVITE. */
const pracks = (name: string, status: number, when: (rseq: string, nth: number) => boolean) =>
  mutant(name, () => {
    let invite = '';
    return {
      toClient: ({ reading, text }) => {
        if (reading.method === 'INVITE') invite = text;
        return text;
      },
      toServer: ({ reading, text, reply, nth }) => {
        const rseq = reading.header('RSeq');
        if (reading.status === status && rseq !== null && when(rseq, nth)) {
          const prack = setHeader(setHeader(invite, 'CSeq', '7 PRACK'), 'RAck', `${rseq} 1 INVITE`);
          reply(prack.replace(/^INVITE/, 'PRACK').replace('branch=z9hG4bK', 'branch=z9hG4bKprack'));
        }
        return text;
      },
    };
  });

export const MUTANTS: MutantMap = {
  'rfc3262/4/prack-with-rack': inItsRequests('names the PRACK itself in RAck', 'PRACK', (text) =>
    setHeader(text, 'RAck', '776 1 PRACK'),
  ),
  'rfc3262/4/no-second-prack-for-a-retransmission': pracks('acknowledges each copy anew', 183, (_, nth) => nth === 2),
  'rfc3262/4/gap-in-rseq-not-acknowledged': pracks('acknowledges out of order', 183, (rseq) => rseq === '12'),
  'rfc3262/4/reliable-100-ignored': pracks('acknowledges a 100', 100, () => true),
  'rfc3262/5/offer-answered-in-prack': inItsRequests('leaves the offer of a 183 open', 'PRACK', removeBody),
  'rfc3262/4/forks-acknowledged-each': inItsRequests(
    'counts the responses of all forks together',
    'PRACK',
    (text, { reading }) =>
      reading.toTag === 'second' ? editHeader(text, 'RAck', (was) => was.replace(/^\d+/, '11')) : text,
  ),
};
