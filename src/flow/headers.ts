// Which header fields a flow may write, and what their values may hold. Names and texts only.

import { HEADERS, headerId, METHOD } from '../sip/names.ts';
import type { Path, Problems } from './document.ts';
import type { Event } from './message.ts';
import { nearest } from './nearest.ts';
import type { MessageFile } from './schema.ts';

/** Header fields that carry the state of a transaction or dialog: busyhour writes them, a flow never does. */
export const RESERVED_HEADERS: readonly string[] = [
  'Via',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Contact',
  'Route',
  'Record-Route',
  'Content-Length',
  'RSeq',
  'RAck',
];

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

/** The canonical name of a header field, compact forms and letter case resolved. */
export function canonicalName(name: string): string {
  return HEADERS[headerId(name)]![0] || name;
}

export type HeaderLines = (readonly [name: string, value: string])[];

/** The header lines of a message in file order; what may not be written is told and left out. */
export function readHeaders(event: Event, message: MessageFile, path: Path, problems: Problems): HeaderLines {
  const lines: HeaderLines = [];
  const seen = new Set<string>();
  for (const [name, given] of Object.entries(message.headers ?? {})) {
    const at = [...path, 'headers', name];
    const canonical = canonicalName(name);
    if (!TOKEN.test(name)) {
      problems.add(at, 'key', `"${name}" is no header name`, "use letters, digits and -.!%*_+`'~");
    } else if (RESERVED_HEADERS.includes(canonical) && !(canonical === 'Contact' && ownsContact(event))) {
      const also = canonical === name ? '' : ` (${canonical})`;
      problems.add(at, 'key', `busyhour writes ${name}${also} itself`, 'leave it out');
    } else if (seen.has(canonical.toLowerCase())) {
      problems.add(at, 'key', `${canonical} is given twice`, 'give it once, with a list of values');
    } else {
      seen.add(canonical.toLowerCase());
      const values = Array.isArray(given) ? (given as (string | number)[]) : [given as string | number];
      values.forEach((value, i) => {
        if (/[\r\n\0]/.test(String(value)))
          problems.add(
            Array.isArray(given) ? [...at, i] : at,
            'value',
            `${name} has a line end in its value`,
            'write one line',
          );
        lines.push([name, String(value)]);
      });
    }
  }
  checkTogether(message, lines, path, problems);
  return lines;
}

/** RFC 3261 §10.2, §8.3: the Contact of a REGISTER and of a 3xx is what the message is about, and no address of the sender. */
function ownsContact({ method, status }: Event): boolean {
  return method === METHOD.REGISTER || (status >= 300 && status < 400);
}

function checkTogether(message: MessageFile, lines: HeaderLines, path: Path, problems: Problems): void {
  const lineOf = (canonical: string) => lines.find(([name]) => canonicalName(name) === canonical);
  const type = lineOf('Content-Type');
  const sdp = message.body === 'sdp-offer' || message.body === 'sdp-answer';
  if (sdp && type !== undefined) {
    problems.add(
      [...path, 'headers', type[0]],
      'key',
      `busyhour writes the Content-Type of ${message.body} itself`,
      'leave it out, or write the body as text',
    );
  }
  // RFC 3261 §20.15: a message with a body names its media type.
  if (message.body !== undefined && message.body !== '' && !sdp && type === undefined) {
    const [meant] = nearest(message.body, ['sdp-offer', 'sdp-answer']);
    const mend = meant === undefined ? 'write for example headers: { Content-Type: text/plain }' : `write ${meant}`;
    problems.add([...path, 'body'], 'value', 'the body has no Content-Type', mend);
  }
  const require = lineOf('Require');
  // RFC 3262 §3: a reliable provisional requires 100rel.
  if (message.reliable === true && require !== undefined && !hasToken(require[1], '100rel')) {
    problems.add(
      [...path, 'headers', require[0]],
      'value',
      'Require replaces the 100rel of a reliable response',
      `write Require: "100rel, ${require[1]}"`,
    );
  }
}

/** Whether a comma-separated value holds an option tag. */
export function hasToken(value: string, token: string): boolean {
  return value.split(',').some((part) => part.trim().toLowerCase() === token);
}
