// A raw message as if it came from us to this server: sent-by, host of the Request-URI and address-of-record rewritten, and a Call-ID of its own. Every other byte stays. Pure.

export interface Home {
  /** `address:port` of the end it leaves from. */
  readonly sentBy: string;
  readonly transport: string;
  /** Host, or host and port, of the server's URIs. */
  readonly domain: string;
}

export interface TopVia {
  readonly transport: string;
  readonly sentBy: string;
  readonly port: number | null;
}

/** Field name, folds and white space as they come; bytes are characters here, so that none changes. */
const VIA =
  /^((?:via|v)[ \t]*:(?:[ \t]|\r\n[ \t])*SIP[ \t\r\n]*\/[ \t\r\n]*[\d.]+[ \t\r\n]*\/[ \t\r\n]*)([A-Za-z0-9]+)([ \t\r\n]+)(\[[^\]\r\n]*\](?:[ \t]*:[ \t]*\d+)?|[^\s;,]+)/im;

/** A host that is not the point of the message: a name or an IPv4 address, with its port. Anything else stays. */
const PLAIN_HOST = '[A-Za-z0-9](?:[A-Za-z0-9-]*\\.)*[A-Za-z0-9-]+(?::\\d+)?';
const REQUEST_URI = new RegExp(`^(\\S+\\s+<?sips?:(?:[^@\\s]*@)?)${PLAIN_HOST}(?=[;?>\\s])`, 'i');
const ADDRESS_OF_RECORD = new RegExp(
  `^((?:to|t)[ \\t]*:[^\\r\\n]*?sips?:(?:[^@\\r\\n<>;]*@)?)${PLAIN_HOST}(?=[;?>\\s])`,
  'im',
);

export function topVia(bytes: Uint8Array): TopVia | null {
  const via = VIA.exec(headOf(bytes));
  if (via === null) return null;
  const port = /\]?:(\d+)$/.exec(via[4]!.replace(/^\[[^\]]*\]/, ''));
  return { transport: via[2]!.toUpperCase(), sentBy: via[4]!, port: port === null ? null : Number(port[1]) };
}

function headOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  return end < 0 ? text : text.slice(0, end + 2);
}

export function rehomed(bytes: Uint8Array, home: Home): Uint8Array {
  const head = headOf(bytes);
  const rest = Buffer.from(bytes).subarray(head.length);
  const firstEnd = head.search(/\r?\n/);
  const start = firstEnd < 0 ? head : head.slice(0, firstEnd);
  let fields = firstEnd < 0 ? '' : head.slice(firstEnd);
  fields = fields.replace(
    VIA,
    (_, before: string, _transport: string, gap: string) => `${before}${home.transport}${gap}${home.sentBy}`,
  );
  // Verbatim and re-homed are one request to a server that merges by From tag, Call-ID and CSeq (RFC 3261 §8.2.2.2).
  fields = fields.replace(
    /^((?:call-id|i)[ \t]*:(?:[ \t]|\r\n[ \t])*\S+)/im,
    `$1-${home.sentBy.replace(/[^\w.-]/g, '-')}`,
  );
  // RFC 3261 §10.3: the address-of-record of a REGISTER stands in To.
  if (/^REGISTER /.test(start)) fields = fields.replace(ADDRESS_OF_RECORD, `$1${home.domain}`);
  return Buffer.concat([Buffer.from(startLine(start, home.domain) + fields, 'latin1'), rest]);
}

function startLine(start: string, domain: string): string {
  if (start.startsWith('SIP/')) return start;
  return start.replace(REQUEST_URI, `$1${domain}`);
}
