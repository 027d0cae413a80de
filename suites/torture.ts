// Cases of one odd message each: it is sent as it stands, and what comes back is what must come back. Builds cases; runs none.

import type { Case, Level, Need, Role, TransportKind } from '../src/conformance/case.ts';
import type { Talk } from '../src/conformance/talk.ts';

/** How long an answer to an odd message may take: it needs no thinking. */
const ANSWER_MS = 1_500;

export interface Odd {
  readonly id: string;
  readonly title: string;
  readonly req: readonly string[];
  readonly level?: Level;
  readonly role?: Role;
  readonly methods: readonly string[];
  readonly needs?: readonly Need[];
  readonly transports?: readonly TransportKind[];
  /** Lines of the message; the last ones are the body, behind an empty one. Places are filled in as `raw` does. */
  readonly message: readonly string[];
  /** Final statuses that are right. `'well-formed'`: any that does not find fault with the form of the message. */
  readonly right: readonly number[] | 'well-formed';
  /** Statuses that are less than right and allowed; 0 is no answer. */
  readonly tolerated?: readonly number[];
  /** More that must hold of the answer, given as it reads; what was expected and what came, null when it holds. */
  readonly also?: (startLine: string, text: string, t: Talk) => { expected: string; actual: string } | null;
}

/** Statuses that say: this is no message I can read. */
const FAULTS = [400, 414, 416, 420, 500, 505, 513];

/** The first final response that came, whatever can be read of it, and no challenge that can be answered; null when none did. */
export async function firstAnswer(
  t: Talk,
  waitMs = ANSWER_MS,
): Promise<{ status: number; line: string; text: string } | null> {
  const until = performance.now() + waitMs;
  let looked = 0;
  for (;;) {
    for (; looked < t.received.length; looked++) {
      const message = t.received[looked]!;
      const { text } = message;
      const line = text.split('\r\n', 1)[0]!;
      const status = Number(/^SIP\/2\.0 ([2-6]\d\d)/.exec(line)?.[1] ?? 0);
      if (status > 0 && !t.answerChallenge(t.latest(), message)) return { status, line, text };
    }
    if (performance.now() >= until) return null;
    await t.pause(20);
  }
}

function judge(t: Talk, odd: Odd, status: number, line: string): void {
  const { right, tolerated = [] } = odd;
  const isRight = right === 'well-formed' ? status > 0 && !FAULTS.includes(status) : right.includes(status);
  const expected = right === 'well-formed' ? 'an answer that finds no fault with the form' : right.join(' or ');
  if (isRight) return;
  // It would not let us in, or knows nobody there: the message was not looked at.
  if ([401, 403, 404, 407].includes(status) && !tolerated.includes(status)) t.inconclusive(line);
  if (tolerated.includes(status)) t.nonStrict(line, expected);
  t.fail(line, expected);
}

export function oddMessage(odd: Odd): Case {
  const { id, title, req, level = 'MUST', role = 'uas', methods, needs, transports } = odd;
  return {
    id,
    title,
    req,
    level,
    role,
    methods,
    ...(needs && { needs }),
    transports: transports ?? ['udp'],
    run: async (t) => {
      t.send(t.raw(odd.message.join('\r\n')));
      const answer = await firstAnswer(t);
      judge(t, odd, answer?.status ?? 0, answer?.line ?? 'no answer');
      const more = answer === null ? null : (odd.also?.(answer.line, answer.text, t) ?? null);
      if (more !== null) t.fail(more.actual, more.expected);
    },
  };
}

/** A response that answers nothing: no reply may come, and the server lives. */
export function stray(odd: Omit<Odd, 'right' | 'tolerated' | 'also'>): Case {
  const { id, title, req, level = 'MUST', role = 'uas', methods } = odd;
  return {
    id,
    title,
    req,
    level,
    role,
    methods,
    transports: ['udp'],
    run: async (t) => {
      t.send(t.raw(odd.message.join('\r\n')));
      await t.expectNone(600, 'message');
    },
  };
}
