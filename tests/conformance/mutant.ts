// What makes a mutant of the reference server: tampering with messages on their way, in both directions. Knows no socket and no case.
import { canonical, type Reading } from '../../src/conformance/reading.ts';
import type { Frame } from '../../src/transport/raw-socket.ts';

/** A message on its way. */
export interface Passing {
  readonly text: string;
  readonly reading: Reading;
  /** Of a response: the request it answers, as it left its sender; null when it passed before us. */
  readonly request: Reading | null;
  /** How often the same start line with the same branch went this way, this one counted. */
  readonly nth: number;
  /** Kind of the WebSocket message it came in, null where it came in none. */
  readonly frame: Frame | null;
  /** Sends something the other way, where this came from. */
  readonly reply: (text: string) => void;
  /** Sends something to the case from another port than that of the server. */
  readonly stray: (text: string) => void;
}

/** What becomes of it: the text goes on; null: nothing does; a list: each after its time. */
export type Fate = string | null | readonly { readonly text: string; readonly afterMs: number }[];

/** A piece of a stream on its way to the server, as one read gave it. */
export interface Piece {
  readonly text: string;
  /** Which of the connections of the case, from 1. */
  readonly connection: number;
  /** Sends something back on the connection. */
  readonly reply: (text: string) => void;
  /** Ends the connection, both ways. */
  readonly close: () => void;
}

export interface Tamper {
  readonly toClient?: (message: Passing) => Fate;
  readonly toServer?: (message: Passing) => Fate;
  /** For streams, before anything is framed: what goes on in the place of a piece. */
  readonly pieces?: (piece: Piece) => string;
  /** Of a WebSocket: false where no subprotocol is agreed on, and the kind of every message to the case. */
  readonly webSocket?: { readonly subprotocol?: false; readonly frame?: Frame };
}

/** A server that is wrong in one way. `start` gives each case a tampering of its own, which may remember what passed. */
export interface Mutant {
  readonly name: string;
  readonly start: () => Tamper;
  /** The right server never comes to what the case judges, so that the case is skipped there: the mutant does, and is wrong in it. */
  readonly skippedOnRight?: boolean;
  /** The other way round: the server here is known to break the rule, and the tampering makes it right. */
  readonly mends?: true;
}

/** A mutant that does what the right server never does at all, and does it wrongly. */
export function conditional(mutant: Mutant): Mutant {
  return { ...mutant, skippedOnRight: true };
}

/** For a rule that no server here keeps: the case must fail on the server, and pass on what the tampering makes of it. */
export function mended(one: Mutant): Mutant {
  return { ...one, mends: true };
}

export function mutant(name: string, tamper: Tamper | (() => Tamper)): Mutant {
  return { name, start: typeof tamper === 'function' ? tamper : () => tamper };
}

export interface Which {
  readonly status?: number | ((status: number) => boolean);
  /** Of a response: that in its CSeq. */
  readonly method?: string;
}

type Edit = (text: string, message: Passing) => Fate;

function isMeant({ reading }: Passing, { status, method }: Which): boolean {
  const right =
    typeof status === 'function' ? status(reading.status) : status === undefined || status === reading.status;
  return right && (method === undefined || method === reading.method);
}

/** The server's responses of one kind are changed. */
export function inResponses(name: string, which: Which, edit: Edit): Mutant {
  return mutant(name, {
    toClient: (m) => (m.reading.isResponse && isMeant(m, which) ? edit(m.text, m) : m.text),
  });
}

/** Requests that the server sends, or forwards, are changed. */
export function inItsRequests(name: string, method: string, edit: Edit): Mutant {
  return mutant(name, {
    toClient: (m) => (m.reading.isRequest && isMeant(m, { method }) ? edit(m.text, m) : m.text),
  });
}

/** The server hears our requests of one kind otherwise than they were sent. */
export function inOurRequests(name: string, method: string, edit: Edit): Mutant {
  return mutant(name, {
    toServer: (m) => (m.reading.isRequest && isMeant(m, { method }) ? edit(m.text, m) : m.text),
  });
}

/** The server reads a stream otherwise than it came. */
export function inPieces(name: string, edit: (piece: Piece) => string): Mutant {
  return mutant(name, { pieces: edit });
}

/** `SIP/2.0 200 OK` in the place of the status line. */
export function setStatus(text: string, status: number, reason = 'Mutated'): string {
  return text.replace(/^SIP\/2\.0 \d+[^\r\n]*/, `SIP/2.0 ${status} ${reason}`);
}

/** Header lines, unfolded: [name, value, line]. */
function rows(text: string): { head: string; lines: string[]; body: string } {
  const at = text.indexOf('\r\n\r\n');
  const [head = '', ...lines] = text
    .slice(0, at)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  return { head, lines, body: text.slice(at + 4) };
}

function joined({ head, lines, body }: ReturnType<typeof rows>): string {
  return `${[head, ...lines].join('\r\n')}\r\n\r\n${body}`;
}

const nameOf = (line: string) => canonical(line.slice(0, line.indexOf(':')).trim());

/** Every field of that name goes. */
export function removeHeader(text: string, name: string): string {
  const all = rows(text);
  return joined({ ...all, lines: all.lines.filter((line) => nameOf(line) !== canonical(name)) });
}

/** One field of that name with this value, in the place of those there are. */
export function setHeader(text: string, name: string, value: string): string {
  const all = rows(text);
  const at = all.lines.findIndex((line) => nameOf(line) === canonical(name));
  const lines = all.lines.filter((line) => nameOf(line) !== canonical(name));
  lines.splice(at < 0 ? lines.length : at, 0, `${name}: ${value}`);
  return joined({ ...all, lines });
}

/** The value of each field of that name is changed. */
export function editHeader(text: string, name: string, edit: (value: string) => string): string {
  const all = rows(text);
  const lines = all.lines.map((line) => {
    if (nameOf(line) !== canonical(name)) return line;
    const colon = line.indexOf(':');
    return `${line.slice(0, colon)}: ${edit(line.slice(colon + 1).trim())}`;
  });
  return joined({ ...all, lines });
}

/** Another body, with its Content-Length. */
export function setBody(text: string, body: string): string {
  return setHeader(joined({ ...rows(text), body }), 'Content-Length', String(Buffer.byteLength(body)));
}

/** The body is changed, where there is one. */
export function editBody(text: string, edit: (body: string) => string): string {
  const { body } = rows(text);
  return body === '' ? text : setBody(text, edit(body));
}

/** The body goes, with its Content-Type. */
export function removeBody(text: string): string {
  return setBody(removeHeader(text, 'Content-Type'), '');
}

/** The To tag becomes another. */
export function otherTag(text: string, tag = 'another'): string {
  return editHeader(text, 'To', (value) => value.replace(/tag=[^;]*/, `tag=${tag}`));
}

/** A response to a request, as a careless server would write it. */
export function answerTo(request: Reading, status: number, headers: readonly string[] = []): string {
  const to = request.header('To') ?? '';
  const lines = [
    `SIP/2.0 ${status} Mutated`,
    ...request.lines('Via').map((value) => `Via: ${value}`),
    `From: ${request.header('From')}`,
    `To: ${request.toTag === '' ? `${to};tag=mutant` : to}`,
    `Call-ID: ${request.callId}`,
    `CSeq: ${request.header('CSeq')}`,
    ...headers,
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A request once more, as one of its own: another branch, this CSeq number, and this method where it is another. */
export function anew(text: string, cseq: number, method?: string): string {
  const was = /^(\S+)/.exec(text)![1]!;
  const renamed = text.replace(/^\S+/, method ?? was).replace('branch=z9hG4bK', `branch=z9hG4bKanew${cseq}`);
  const whole = setHeader(renamed, 'CSeq', `${cseq} ${method ?? was}`);
  return method === undefined || method === 'UPDATE' ? whole : removeBody(whole);
}

/** When the server has sent a request of this method for the first time, it sends these too, so many milliseconds later. */
export function itsRequestsAnd(
  name: string,
  which: { readonly method: string; readonly inDialog: boolean },
  more: readonly { readonly afterMs: number; readonly cseq: number; readonly method?: string }[],
): Mutant {
  return inItsRequests(name, which.method, (text, { nth, reading }) =>
    nth > 1 || (reading.toTag !== '') !== which.inDialog || reading.branch.includes('anew')
      ? text
      : [
          { text, afterMs: 0 },
          ...more.map(({ afterMs, cseq, method }) => ({ text: anew(text, cseq, method), afterMs })),
        ],
  );
}
