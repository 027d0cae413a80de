// Why bytes are not a SIP message. Constants and their texts only.

/** A stream holds no whole message yet (frame.ts): not a fault. */
export const ERR_NEED_MORE = -1;
/** Only CR and LF: a keepalive (RFC 5626 §3.5.1), not a message. */
export const ERR_KEEPALIVE = -2;
export const ERR_START_LINE = -3;
/** SIP-Version is not SIP/2.0: 505. */
export const ERR_VERSION = -4;
export const ERR_STATUS = -5;
export const ERR_HEADER_LINE = -6;
export const ERR_NO_END = -7;
export const ERR_TOO_MANY_FIELDS = -8;
export const ERR_DUPLICATE = -9;
export const ERR_VIA = -10;
export const ERR_ADDRESS = -11;
export const ERR_CSEQ = -12;
export const ERR_CONTENT_LENGTH = -13;
export const ERR_MISSING = -14;
export const ERR_BODY_SHORT = -15;
/** From here on: why a stream cannot be cut into messages any further (frame.ts). */
export const ERR_NO_CONTENT_LENGTH = -16;
export const ERR_HEADER_TOO_LONG = -17;
export const ERR_MESSAGE_TOO_LONG = -18;
export const ERR_LOST_FRAME = -19;

/** A sentence for each code, by its absolute value. */
const ERROR_TEXTS: readonly string[] = [
  '',
  'the message is not whole yet',
  'only line ends: a keepalive',
  'the start line is neither a request line nor a status line (RFC 3261 §7.1, §7.2)',
  'the SIP version is not 2.0 (RFC 3261 §7.1)',
  'the status code is not a number from 100 to 699 (RFC 3261 §7.2)',
  'a header line has no name, no colon, or a character that may not stand there (RFC 3261 §7.3.1)',
  'the empty line after the header fields is missing (RFC 3261 §7)',
  'more header fields than a message may have here',
  'a header field that may stand once stands more than once (RFC 3261 §7.3.1)',
  'the top Via cannot be read (RFC 3261 §20.42)',
  'From or To cannot be read (RFC 3261 §20.10)',
  'CSeq is not a number below 2^31 and a method (RFC 3261 §8.1.1.5)',
  'Content-Length is not one decimal number (RFC 3261 §20.14)',
  'Via, From, To, Call-ID or CSeq is missing (RFC 3261 §8.1.1)',
  'the body is shorter than Content-Length says (RFC 3261 §18.3)',
  'a message on a stream has no Content-Length (RFC 3261 §18.3)',
  'the header fields of a message on a stream are longer than is taken here',
  'a message on a stream is longer than is taken here',
  'what follows a message on a stream is no SIP message: a Content-Length before it was too small, or this is another protocol',
];

/** @throws RangeError for a code that is none of these */
export function errorText(code: number): string {
  const text = ERROR_TEXTS[-code];
  if (text === undefined) throw new RangeError(`no error has the code ${code}`);
  return text;
}
