// Every flow against the reference server in virtual time, with each of its messages lost, doubled, late, or lost for ever, and with the dialog gone: ends by the RFC, under a name, and leaves nothing behind.
import { describe, expect, it } from 'vitest';
import type { Faults, Sent } from '../../tests/virtual/link.ts';
import {
  CALLEE_PORT,
  CALLER_PORT,
  counts,
  failures,
  held,
  NOTHING_HELD,
  Pair,
  restOfCaller,
  violations,
} from '../../tests/virtual/pair.ts';
import { listFlows } from '../flow/find.ts';
import { endCall } from './ending.ts';

const FLOWS = listFlows().map(({ name }) => name);
const HOLD_US = 1_000_000;
const STORED = /^(REGISTER|PUBLISH)$/;

/** Room for one call and what it leaves lingering: there are thousands of runs, and the tables of an end cost more than its call. */
const SMALL = { maxCalls: 16, transactions: 128, memoryBytes: 4_194_304, callee: { maxBindings: 16 } } as const;

function open(flow: string, faults: Faults): Pair {
  return new Pair({ flow: { caller: flow, callee: 'reference' }, holdUs: HOLD_US, faults, ...SMALL });
}

function play(flow: string, faults: Faults): Pair {
  return open(flow, faults).run();
}

const logs = new Map<string, readonly Sent[]>();

/** Everything sent in a run without faults. */
function messagesOf(flow: string): readonly Sent[] {
  const known = logs.get(flow) ?? play(flow, () => [0]).link.log;
  logs.set(flow, known);
  return known;
}

/** Does `what` to one message of a run. */
function once({ fromPort, kind, nth }: Sent, what: readonly number[]): Faults {
  return (sent) => (sent.fromPort === fromPort && sent.kind === kind && sent.nth === nth ? what : [0]);
}

function expectNothingHeld(pair: Pair): void {
  expect(held(pair.caller)).toEqual(restOfCaller(pair));
  // What a store keeps of a user that has not left runs out by itself.
  const kept = STORED.test(pair.kinds()[0]!) ? { chunkBytes: expect.any(Number) } : {};
  expect(held(pair.callee)).toEqual({ ...NOTHING_HELD, ...kept });
  expect(violations(pair.caller)).toEqual([]);
  expect(violations(pair.callee)).toEqual([]);
}

const name = ({ fromPort, kind, nth }: Sent): string =>
  `${fromPort === CALLER_PORT ? 'caller' : 'callee'}: ${kind} ${nth}`;

describe.each([
  ['lost once', []],
  ['doubled', [0, 0]],
  ['3 s late', [3_000_000]],
] as const)('one message %s', (_, what) => {
  it.each(FLOWS)('%s completes', (flow) => {
    for (const message of messagesOf(flow)) {
      const pair = play(flow, once(message, what));
      expect([name(message), failures(pair.caller), failures(pair.callee)]).toEqual([name(message), [], []]);
      expect(counts(pair.caller)).toMatchObject({ started: 1, succeeded: 1, failed: 0 });
      expectNothingHeld(pair);
    }
  });
});

/** What a call fails with when a request of its caller is never answered. */
function reasonFor(method: string): RegExp {
  // RFC 3261 §9.1: 64·T1 after the CANCEL the INVITE counts as cancelled.
  if (method === 'CANCEL') return /^1 timeout: no (final )?response to (CANCEL|INVITE) within 32 s$/;
  // RFC 3262 §3: the callee, who began to wait a moment earlier, refuses the INVITE.
  // Or it has had the PRACK and answers the call: the answer to the PRACK is what the ladder waits for.
  if (method === 'PRACK')
    return /^1 (timeout: no response to PRACK within 32 s|unexpected: (500 .* to INVITE.*|200 OK to INVITE, expected 200 OK to PRACK))$/;
  return new RegExp(`^1 timeout: no (final )?response to ${method} within 32 s$`);
}

describe('a request of the caller that is lost for ever, or its answers', () => {
  it.each(FLOWS)('%s', (flow) => {
    const requests = messagesOf(flow).filter(
      ({ fromPort, kind }) => fromPort === CALLER_PORT && /^[A-Z]/.test(kind) && kind !== 'ACK',
    );
    for (const request of requests)
      for (const answers of [false, true]) {
        const method = request.kind;
        const branch = /branch=([^;\r\n]+)/.exec(request.text)![1]!;
        const cseq = /^CSeq: .*$/m.exec(request.text)![0];
        const pair = play(flow, (sent) => {
          const mine = sent.text.includes(branch) && sent.text.includes(cseq) && /^SIP/.test(sent.text) === answers;
          return mine ? [] : [0];
        });
        expect([flow, method, failures(pair.caller)]).toEqual([
          flow,
          method,
          [expect.stringMatching(reasonFor(method))],
        ]);
        expectNothingHeld(pair);
      }
  });
});

describe('a dialog that the callee has lost', () => {
  it.each(FLOWS)('%s', (flow) => {
    const sent = messagesOf(flow);
    // An INVITE without a final response has a server transaction that knows its call: a dialog is lost only when it is confirmed.
    const from = Math.max(
      0,
      sent.findIndex(({ kind }) => kind === 'ACK'),
    );
    const inside = sent
      .slice(from)
      .filter(
        ({ fromPort, kind, text }) =>
          fromPort === CALLER_PORT && /^[A-Z]/.test(kind) && kind !== 'ACK' && /^To: .*;tag=/m.test(text),
      );
    for (const request of inside) {
      let pair: Pair | null = null;
      const faults: Faults = (sent) => {
        if (sent.fromPort === request.fromPort && sent.kind === request.kind && sent.nth === request.nth) {
          const { e } = pair!.callee!;
          for (let call = 0; call < e.calls.capacity; call++) if (e.calls.serial[call] !== 0) endCall(e, call, false);
        }
        return [0];
      };
      pair = open(flow, faults);
      pair.run();
      // RFC 3261 §12.2.2: a request for a dialog that is not known gets 481.
      expect(pair.kinds()).toContain(`481 ${request.kind}`);
      expect(failures(pair.caller)).toEqual([expect.stringMatching(`^1 unexpected: 481 .* to ${request.kind}`)]);
      expectNothingHeld(pair);
    }
  });
});

it('loses messages of both ends', () => {
  expect(new Set(messagesOf('subscribe').map(({ fromPort }) => fromPort))).toEqual(new Set([CALLER_PORT, CALLEE_PORT]));
});
