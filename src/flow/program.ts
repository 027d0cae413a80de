// A flow as one end plays it: rows of integers for the stepper, and the messages it sends. Plain data that crosses a thread; no parsing, no state.

export const OP = {
  /** The call is over and has succeeded. */
  END: 0,
  /** Send messages[row.message]. */
  SEND: 1,
  /** Expect a request `method`. */
  RECV_REQUEST: 2,
  /** Expect a response in [statusLo, statusHi] to `method`. */
  RECV_RESPONSE: 3,
  /** Wait row.timeUs. */
  PAUSE: 4,
  /** Go on at row.next. */
  GOTO: 5,
} as const;

export const FLAG = {
  /** RECV: the message may be missing; try the following row too. */
  OPTIONAL: 1,
  /** RECV: one of several alternatives (anyOf); when it does not match, try the following row. */
  ALTERNATIVE: 2,
  /** The provisional is reliable (RFC 3262): Require: 100rel and an RSeq. */
  RELIABLE: 4,
} as const;

/** Fields of one row; `rows[i * ROW_SIZE + ROW.x]`. NONE (-1) where a field does not apply. */
export const ROW = {
  OP: 0,
  METHOD: 1,
  STATUS_LO: 2,
  STATUS_HI: 3,
  FLAGS: 4,
  /** Row that follows when this one is done. */
  NEXT: 5,
  /** Index into messages. */
  MESSAGE: 6,
  /** PAUSE: length. RECV: how long to wait, NONE for the transaction's own limit. Microseconds. */
  TIME_US: 7,
  /** RECV: row to go to when TIME_US has passed; NONE fails the call. */
  ON_TIMEOUT: 8,
  /** Index into ladder: which line of the picture this row is. */
  LADDER: 9,
  /** First of `captureCount` entries in captures. */
  CAPTURE: 10,
  CAPTURE_COUNT: 11,
  /** Which of the call's dialogs: 0 is the one without a name. */
  LEG: 12,
  /** RECV: index into conditions that the message must meet too, NONE for none. */
  WHERE: 13,
} as const;
export const ROW_SIZE = 14;

export interface Program {
  readonly flow: string;
  readonly role: 'caller' | 'callee';
  /** User part of the Request-URI where the target names none; '' for none. */
  readonly user: string;
  readonly credentials: { readonly user: string; readonly password: string } | null;
  readonly rows: Int32Array;
  readonly messages: readonly MessageSpec[];
  /** Names of captured variables; a variable is its index. */
  readonly variables: readonly string[];
  readonly captures: readonly CaptureSpec[];
  readonly conditions: readonly (readonly ConditionSpec[])[];
  readonly ladder: readonly LadderLine[];
}

/** A message as the flow file wants it, with `{{…}}` still in place. */
export interface MessageSpec {
  readonly kind: 'request' | 'response';
  /** Method of the request, or of the request this response answers (its CSeq method). */
  readonly method: number;
  /** 0 for a request. */
  readonly status: number;
  /** Reason phrase; '' for the usual one. */
  readonly reason: string;
  /** Extra headers in file order, names as written. A name the engine writes itself replaces the engine's value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: BodySpec | null;
  readonly reliable: boolean;
  readonly ladder: number;
  /** Which of the call's dialogs it belongs to; 0 where it is not said. */
  readonly leg?: number;
}

export type BodySpec =
  | { readonly kind: 'sdp-offer' | 'sdp-answer' }
  /** `text` with CRLF line ends as they go on the wire. */
  | { readonly kind: 'text'; readonly text: string };

/** Keeps the value of `header` of the received message in `variable`; with a pattern, its first group. */
export interface CaptureSpec {
  readonly variable: number;
  /** Header name as written, or `body`, or `uri` (the Request-URI). */
  readonly header: string;
  /** JavaScript regular expression source, or ''. */
  readonly pattern: string;
}

/** The value of `header` (as in CaptureSpec) of the received message must match `pattern`, in any case. */
export interface ConditionSpec {
  readonly header: string;
  readonly pattern: string;
}

export interface LadderLine {
  /** Who sends it; null for a pause, label or goto. */
  readonly from: 'caller' | 'callee' | null;
  /** `INVITE`, `180 Ringing`, `pause hold`. */
  readonly label: string;
  /** e.g. `of INVITE` */
  readonly note: string;
  readonly optional: boolean;
  /** Line in the flow file, 1-based. */
  readonly line: number;
}
