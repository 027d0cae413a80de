// Flags that select cases: what is no word, and what no case answers to, is refused with its mend.
import { describe, expect, it } from 'vitest';
import { notObservable } from '../conformance/case.ts';
import { select } from '../conformance/select.ts';
import { UsageError } from '../controller/usage-error.ts';
import { refuseIdle, type SelectionFlags, selectionOf } from './selection.ts';

const facts = { title: 'what is required here', req: [], level: 'MUST', role: 'uas', reason: 'none' } as const;
const CATALOGUE = [
  notObservable('rfc3261/8.2.3/unknown-body-415', { ...facts, methods: ['INVITE'] }),
  notObservable('rfc3261/8.2.3/unknown-encoding-415', { ...facts, methods: ['INVITE'] }),
  notObservable('rfc3262/3/reliable', { ...facts, methods: ['INVITE', 'PRACK'] }),
];

function refusal(flags: SelectionFlags): { readonly told: string; readonly code: number } | null {
  try {
    const wanted = selectionOf(flags);
    refuseIdle(CATALOGUE, wanted, select(CATALOGUE, wanted).length > 0);
    return null;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { told: error.message, code: error.exitCode };
  }
}

describe('refused', () => {
  it.each([
    [{ rfc: '3261,9999' }, 2, '--rfc 9999: no case is of it; there are 3261, 3262'],
    [{ rfc: '9999' }, 5, /^no case is selected.*\nbusyhour: --rfc 9999: no case is of it/],
    [{ rfc: 'sip' }, 2, '--rfc sip: want numbers, such as 3261,3262'],
    [{ method: 'invite,INVTE' }, 2, '--method INVTE: no case is about it; there are INVITE, PRACK'],
    [{ role: 'ua' }, 2, /^--role ua: want uas, /],
    [{ level: 'shall' }, 2, '--level shall: want must, should, may, info'],
    [
      { case: ['rfc3262/*', 'rfc3261/8.2.3'] },
      2,
      "--case 'rfc3261/8.2.3': no id matches; did you mean 'rfc3261/8.2.3/*'?",
    ],
    [{ case: ['unknown-body'] }, 5, /no id matches; did you mean '\*unknown-body\*'\?$/],
    [{ case: ['rfc3262/3/relaible'] }, 5, /no id matches; did you mean 'rfc3262\/3\/reliable'\?$/],
    [{ case: [''] }, 5, /--case '': no id matches; busyhour conform --list has the ids$/],
  ] as const)('%j', (flags, code, told) => {
    const found = refusal(flags as SelectionFlags);
    expect(found?.code).toBe(code);
    if (typeof told === 'string') expect(found?.told).toBe(told);
    else expect(found?.told).toMatch(told);
  });
});

it.each([{}, { rfc: 'RFC3261' }, { method: 'prack' }, { case: ['rfc3261/*'] }])('%j is fine', (flags) => {
  expect(refusal(flags)).toBeNull();
});
