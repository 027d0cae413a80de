// One decoded SIP message as integers and spans into the bytes it came in; reused for every message. Holds no string and no copy.

import { HEADER_COUNT } from './names.ts';

/** Absent: no such header, no such span, no such number. */
export const NONE = -1;

/** Present, but not what the grammar wants there. */
export const BAD = -2;

/** Most header fields one message may carry; a message with more is rejected by the decoder. */
export const MAX_HEADER_FIELDS = 256;

/**
 * What `decode` fills. All spans are half-open byte offsets into `buf`; NONE where absent.
 * Header fields stand in wire order; field i has id `ids[i]`, name `[nameStart[i], nameEnd[i])` and value
 * `[valueStart[i], valueEnd[i])` (surrounding white space trimmed, folds left in place).
 * `first[id]` is the first field of that id, `next[i]` the following field of the same id; NONE ends the chain.
 */
export class Message {
  buf: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  isRequest = false;
  /** Request: its method id. Response: the method id of its CSeq. */
  method = 0;
  /** Response: 100–699. Request: 0. */
  status = 0;
  methodStart = NONE;
  methodEnd = NONE;
  uriStart = NONE;
  uriEnd = NONE;
  reasonStart = NONE;
  reasonEnd = NONE;

  count = 0;
  readonly ids = new Uint8Array(MAX_HEADER_FIELDS);
  readonly nameStart = new Int32Array(MAX_HEADER_FIELDS);
  readonly nameEnd = new Int32Array(MAX_HEADER_FIELDS);
  readonly valueStart = new Int32Array(MAX_HEADER_FIELDS);
  readonly valueEnd = new Int32Array(MAX_HEADER_FIELDS);
  readonly next = new Int16Array(MAX_HEADER_FIELDS);
  readonly first = new Int16Array(HEADER_COUNT).fill(NONE);
  readonly last = new Int16Array(HEADER_COUNT).fill(NONE);

  bodyStart = 0;
  bodyEnd = 0;
  /** Value of Content-Length, NONE when the header is absent. */
  contentLength = NONE;

  // Read eagerly: every message is matched by these.
  cseq = NONE;
  cseqMethod = 0;
  cseqMethodStart = NONE;
  cseqMethodEnd = NONE;
  callIdStart = NONE;
  callIdEnd = NONE;
  fromTagStart = NONE;
  fromTagEnd = NONE;
  toTagStart = NONE;
  toTagEnd = NONE;
  /** Top Via: branch value, host and port of sent-by (port NONE when not written), end of the first via-parm. */
  branchStart = NONE;
  branchEnd = NONE;
  viaHostStart = NONE;
  viaHostEnd = NONE;
  viaPort = NONE;
  /** End of the top via-parm inside its (perhaps comma-separated) Via field. */
  viaEnd = NONE;
  /** Position just after the text `rport` of a value-less rport parameter of the top Via; NONE when there is none. */
  viaRportEnd = NONE;
  /** The port in the rport of the top Via, BAD when its value is none; NONE without rport and without a value. */
  viaRport = NONE;
  viaReceivedStart = NONE;
  viaReceivedEnd = NONE;
}
