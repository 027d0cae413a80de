// What the engine keeps for a transaction slot beyond the machine's own columns. Columns only.

/** Bits of Transactions.flags. */
export const TXN = {
  /** Node 1 runs the linger timer (D, I, J, K, L, M), not B, F or H. */
  LINGERING: 1,
  /** The request has left for the first time. */
  SENT: 2,
  /** First request of a call: its lag behind the schedule is recorded. */
  LAUNCH: 4,
  /** Session request delay was recorded. */
  SRD: 8,
  /** INVITE server: a response has been sent, so 100 is not needed. */
  ANSWERED: 16,
  /** A CANCEL was sent for this INVITE. */
  CANCELLED: 32,
  /** First INVITE of a dialog: srd and setup are measured on it. */
  INITIAL: 64,
  /** The transport loses nothing: RFC 3261 §17 has nothing repeated and nobody linger. */
  RELIABLE: 128,
} as const;

/** Same index as Transactions; zero means nothing unless said otherwise. */
export class TransactionLinks {
  /** Serial number in our branch (client). */
  readonly serial: Int32Array;
  /** Serial number of the call in Transactions.call; of the tag where there is no call. */
  readonly owner: Int32Array;
  /** Server: what responses copy from the request, kept while it has no final response: chunk offset + 1, 0 for none. */
  readonly echo: Int32Array;
  readonly echoLength: Int32Array;
  /** INVITE client: slot + 1 of the CANCEL that shares its branch, 0 for none. CANCEL client: slot + 1 of its INVITE. */
  readonly cancel: Int32Array;
  /** Template of the request (client) or of the last response (server): program << 16 | message + 1; 0 for a standard one. */
  readonly wire: Int32Array;
  /** Client: row of the data file that the request was made from. */
  readonly user: Int32Array;
  /** INVITE client: hash of the To tag of the last 2xx that was confirmed or released, 0 for none. */
  readonly answeredBy: Int32Array;
  /** INVITE client outside a dialog: its Request-URI where that is not the target: chunk + 1 and length. */
  readonly uri: Int32Array;
  readonly uriLength: Int32Array;
  private last = 0;

  constructor(capacity: number) {
    this.serial = new Int32Array(capacity);
    this.owner = new Int32Array(capacity);
    this.echo = new Int32Array(capacity);
    this.echoLength = new Int32Array(capacity);
    this.cancel = new Int32Array(capacity);
    this.wire = new Int32Array(capacity);
    this.answeredBy = new Int32Array(capacity);
    this.user = new Int32Array(capacity);
    this.uri = new Int32Array(capacity);
    this.uriLength = new Int32Array(capacity);
  }

  nextSerial(): number {
    this.last = (this.last + 1) | 0;
    return this.last;
  }
}
