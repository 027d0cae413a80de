// A folder of raw messages with a manifest, as cases: each fired verbatim from where its top Via says, and re-homed. The bytes are given; nothing is read from a disk.

import { z } from 'zod';
import type { Case } from './case.ts';
import type { Received } from './outgoing.ts';
import type { Peer } from './peer.ts';
import { Reading } from './reading.ts';
import { rehomed, topVia } from './rehome.ts';
import type { Talk } from './talk.ts';
import { isEmpty, type Outcome, type Outcomes, outcomesOf, says } from './torture-expectation.ts';

const entrySchema = z.looseObject({
  name: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'small letters, digits and dashes'),
  file: z.string().min(1),
  /** The same with line ends and Content-Length as on the wire, where the archive has them otherwise. */
  wire: z.string().min(1).optional(),
  section: z.string().regex(/^\d+(\.\d+)*$/, 'a section such as 3.1.2.14'),
  title: z.string().min(1),
  klass: z.string().min(1),
  expect: z.string().min(1),
  tolerated: z.string().optional(),
  must_not: z.string().optional(),
});

export const entriesSchema = z.array(entrySchema);

export type TortureEntry = z.output<typeof entrySchema>;

export interface TortureMessage {
  /** `rfc4475` */
  readonly document: string;
  readonly entry: TortureEntry;
  readonly bytes: Uint8Array;
}

/** RFC 4475 and 5118 are informational: the clause of RFC 3261 that a wrong answer breaks. */
const CLAUSES: Readonly<Record<string, string>> = {
  invalid: 'RFC 3261 §21.4.1, §25.1',
  'invalid-response': 'RFC 3261 §18.1.2, §25.1',
  'valid-response': 'RFC 3261 §18.1.2',
  transaction: 'RFC 3261 §8.1.1.7, §17.2.3',
  app: 'RFC 3261 §8.2',
  'app-response': 'RFC 3261 §18.1.2',
  compat: 'RFC 3261 §8.2, §17.2.3',
};

const SILENCE_MS = 600;
/** A second answer, where one is forbidden, is waited for so long. */
const AGAIN_MS = 300;
const USUAL_PORT = 5060;

/** Two cases for each message: `…/NAME-verbatim` and `…/NAME-re-homed`. */
export function tortureCases(messages: readonly TortureMessage[]): Case[] {
  const shared = sharedBranches(messages);
  return messages.flatMap((message, i) => [verbatim(message, i, shared.get(message) ?? null), moved(message)]);
}

function headOf({ document, entry, bytes }: TortureMessage, form: string) {
  const { name, section, title, klass, expect, tolerated = '', must_not: never = '' } = entry;
  const start = startOf(bytes);
  const method = /^([A-Z]+) /.exec(start)?.[1];
  const also = `${tolerated === '' ? '' : `; tolerated: ${tolerated}`}${never === '' ? '' : `; never: ${never}`}`;
  return {
    id: `${document}/${section}/${name}-${form}`,
    title: `${title} (${CLAUSES[klass] ?? 'RFC 3261 §7, §25.1'}): ${expect}${also}`,
    req: [],
    level: 'MUST',
    role: 'all',
    methods: method === undefined || start.startsWith('SIP/') ? [] : [method],
  } as const;
}

function startOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').split(/\r?\n/, 1)[0]!;
}

/** RFC 3261 §17.2.3: what has branch, sent-by and method of another request is its retransmission to a server, whatever else it says. */
function sharedBranches(messages: readonly TortureMessage[]): Map<TortureMessage, string> {
  const first = new Map<string, TortureMessage>();
  const shared = new Map<TortureMessage, string>();
  for (const message of messages) {
    const reading = new Reading(message.bytes);
    if (reading.isResponse || reading.branch === '') continue;
    const key = `${reading.branch} ${topVia(message.bytes)?.sentBy.toLowerCase()} ${reading.method}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, message);
    else shared.set(message, earlier.entry.name);
  }
  return shared;
}

function verbatim(message: TortureMessage, index: number, shares: string | null): Case {
  const via = topVia(message.bytes);
  const stream = via !== null && /^(TCP|TLS)$/i.test(via.transport);
  return {
    ...headOf(message, 'verbatim'),
    transports: [stream ? 'tcp' : 'udp'],
    run: async (t) => {
      if (shares !== null)
        t.skip(
          `branch, sent-by and method are those of ${shares}: to a server it is a retransmission (RFC 3261 §17.2.3)`,
        );
      const end = stream ? t : await homeOf(t, index, via?.port ?? USUAL_PORT);
      await fire(t, end, message, message.bytes);
    },
  };
}

/** Where the answer goes that has no rport to go by: the port of sent-by, on a loopback address that is the message's own, also in the next run. */
async function homeOf(t: Talk, index: number, port: number): Promise<Peer> {
  if (!t.local.address.startsWith('127.'))
    t.skip(`answers go to port ${port}, which is taken only on loopback; see the re-homed form`);
  const address = `127.99.${100 + Math.floor(index / 150)}.${100 + (index % 150)}`;
  try {
    return await t.peer({ address, port, name: 'home' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return t.skip(`${address}:${port} cannot be bound (${code}); see the re-homed form`);
  }
}

function moved(message: TortureMessage): Case {
  return {
    ...headOf(message, 're-homed'),
    // What is about datagrams means something else in a stream.
    ...(/\bUDP\b/.test(message.entry.title) && { transports: ['udp'] }),
    run: async (t) => {
      const bytes = rehomed(message.bytes, {
        sentBy: t.hostPort,
        transport: t.kind.toUpperCase(),
        domain: t.profile.domain,
      });
      await fire(t, t, message, bytes);
    },
  };
}

/** Sends it, and judges what comes back. */
async function fire(t: Talk, end: Peer, { entry }: TortureMessage, bytes: Uint8Array): Promise<void> {
  end.send(end.raw(bytes));
  if (startOf(bytes).startsWith('SIP/')) {
    // RFC 3261 §18.1.2: a response to no request of the server goes nowhere.
    await end.expectNone(SILENCE_MS, 'message');
    return;
  }
  const answer = await answerTo(t, end, entry);
  if (answer !== null) {
    await t.pause(AGAIN_MS);
    oneAnswer(t, end, entry);
  }
  judge(t, end, entry, answer);
}

/** The first final response, whatever it matches: what is answered is broken. Null: none. */
async function answerTo(t: Talk, end: Peer, { expect, tolerated = '' }: TortureEntry): Promise<Received | null> {
  const mayBeSilent = outcomesOf(expect).silence || outcomesOf(tolerated).silence;
  const until = performance.now() + (mayBeSilent ? SILENCE_MS * 2 : t.profile.waitMs);
  for (;;) {
    const answer = end.received.find(({ isResponse, status }) => isResponse && status >= 200);
    if (answer !== undefined) return answer;
    if (performance.now() >= until) break;
    await t.pause(20);
  }
  await end.expectNone(0, 'response');
  return null;
}

function oneAnswer(t: Talk, end: Peer, { must_not: never = '' }: TortureEntry): void {
  const finals = end.received.filter(({ isResponse, status }) => isResponse && status >= 200);
  const kinds = [...new Set(finals.map((one) => `${one.startLine} to ${one.header('CSeq')}`))];
  if (kinds.length < 2) return;
  t.verify(!/two replies|embedded/.test(never), 'one answer', kinds.join(', then '));
  t.remember(`more than one answer: ${kinds.join(', ')}`);
}

function judge(t: Talk, end: Peer, entry: TortureEntry, answer: Received | null): void {
  const { expect, tolerated = '', must_not: never = '', klass } = entry;
  const outcome: Outcome = answer === null ? 'silence' : answer.status;
  const actual = answer === null ? 'no answer' : answer.startLine;
  const wanted = expectedOf(expect, klass);
  const again = end !== t && end.sent[0]!.method === 'INVITE';
  if (isForbidden(never, answer)) t.fail(actual, `${expect}; never: ${never}`);
  if (says(wanted, outcome)) return;
  if (end.kind === 'tcp' && answer === null && /close/.test(expect)) return;
  if (says(outcomesOf(tolerated), outcome)) t.nonStrict(actual, expect);
  // Before the tested rule: who may call, and whom there is.
  if (answer !== null && [401, 403, 404, 407].includes(answer.status))
    t.inconclusive(`${actual} came before ${expect}`);
  if (answer !== null) t.nonStrict(`${actual}, which is neither expected nor tolerated nor forbidden`, expect);
  // RFC 6026 §7.1: an INVITE that was answered 2xx less than 32 s ago is absorbed when it comes again, and ours is always the same.
  if (again)
    t.inconclusive(
      `${actual}; where it was fired less than 32 s ago it is taken for a retransmission: see the re-homed form`,
    );
  t.fail(actual, expect);
}

/** Words that name no outcome (`port 5070`) are about a message that is right, or wrong. */
function expectedOf(expect: string, klass: string): Outcomes {
  const read = outcomesOf(expect);
  return isEmpty(read) ? outcomesOf(klass === 'invalid' ? '400' : 'accepted') : read;
}

function isForbidden(never: string, answer: Received | null): boolean {
  if (answer === null) return false;
  const { statuses, classes } = outcomesOf(never);
  const named = statuses.includes(answer.status) || classes.includes(Math.floor(answer.status / 100));
  return named && (!/with SDP/.test(never) || /sdp/i.test(answer.contentType));
}
