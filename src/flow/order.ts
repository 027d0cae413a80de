// The order of messages as SIP wants it: which request a response answers, what may be sent when. Judges one message in one situation; walk.ts finds the situations.

import { METHOD, METHOD_NAMES } from '../sip/names.ts';
import type { Path, Problems } from './document.ts';
import { other, type Role } from './flow.ts';
import { canonicalName, hasToken } from './headers.ts';
import { type DraftChoice, outcomeOf } from './message.ts';

const NONE = -1;

/** A request without a final response. */
interface Pending {
  readonly from: Role;
  readonly method: number;
  /** A provisional response has surely come. */
  readonly provisional: boolean;
  /** INVITE: offers reliable provisionals (RFC 3262). */
  readonly offers100rel: boolean;
}

/** What both ends know at one point of the ladder. */
export interface Situation {
  readonly begun: boolean;
  /** A wait of the flow has run out on the way here. */
  readonly late: boolean;
  readonly pending: readonly Pending[];
  readonly dialog: 'none' | 'early' | 'confirmed' | 'over';
  /** A SUBSCRIBE or REFER has made the callee know the caller. */
  readonly subscribed: boolean;
  /** The final response to INVITE waits for its ACK from this side. */
  readonly ack: { readonly from: Role; readonly success: boolean } | null;
  /** A reliable provisional waits for its PRACK from this side. */
  readonly prack: { readonly from: Role; readonly sdp: boolean } | null;
  readonly offered: boolean;
}

export const START: Situation = {
  begun: false,
  late: false,
  pending: [],
  dialog: 'none',
  subscribed: false,
  ack: null,
  prack: null,
  offered: false,
};

/** Requests that live inside a dialog made by INVITE. */
const IN_DIALOG: readonly number[] = [METHOD.BYE, METHOD.PRACK, METHOD.UPDATE, METHOD.INFO];
/** Requests that let the callee send NOTIFY. */
const SUBSCRIBING: readonly number[] = [METHOD.SUBSCRIBE, METHOD.REFER];

export class Order {
  private readonly problems: Problems;
  private readonly resolved = new Map<DraftChoice, string>();

  constructor(problems: Problems) {
    this.problems = problems;
  }

  private tell(choice: DraftChoice, message: string, mend: string): void {
    this.problems.add([...choice.path, choice.from], 'value', message, mend);
  }

  /** The situation after a request; what SIP forbids is told. */
  request(choice: DraftChoice, now: Situation): Situation {
    const { from, method } = choice;
    const name = METHOD_NAMES[method]!;
    if (!now.begun && from === 'callee')
      this.tell(
        choice,
        'the ladder begins with the callee',
        'begin with a request of the caller: it is the one who calls',
      );
    if (method === METHOD.ACK) return this.acknowledge(choice, now);
    this.checkPlace(choice, now);
    const mine = now.pending.filter((p) => p.from === from);
    const invite = mine.find((p) => p.method === METHOD.INVITE);
    let { prack } = now;
    if (method === METHOD.CANCEL) {
      // RFC 3261 §9.1: only a pending INVITE is cancelled, and not before a provisional response has come.
      if (invite === undefined)
        this.tell(choice, 'CANCEL, but no INVITE is pending', 'put it between the INVITE and its final response');
      else if (!invite.provisional)
        this.tell(
          choice,
          'CANCEL before a provisional response has surely come',
          `put - ${other(from)}: 180 before it, without optional`,
        );
    } else if (method === METHOD.PRACK) {
      if (prack === null || prack.from !== from)
        this.tell(
          choice,
          'PRACK without a reliable provisional before it',
          `put for example - ${other(from)}: 183 with reliable: true before it`,
        );
      prack = null;
    }
    const busy = mine.find((p) => (p.method === METHOD.INVITE) === (method === METHOD.INVITE));
    // RFC 3261 §14.1 for INVITE; for the others the limit is ours: one at a time from each side.
    if (busy !== undefined)
      this.tell(
        choice,
        `the ${from}'s ${METHOD_NAMES[busy.method]} has no final response yet`,
        `answer it before the ${name}`,
      );
    // RFC 3261 §13.2.2.4: a 2xx is acknowledged before the next INVITE.
    if (method === METHOD.INVITE && now.ack?.success)
      this.tell(choice, `the 2xx to INVITE has no ACK yet`, `put - ${now.ack.from}: ACK before it`);
    const offers100rel = choice.headers.some(
      ([header, value]) => ['Supported', 'Require'].includes(canonicalName(header)) && hasToken(value, '100rel'),
    );
    const pending = { from, method, provisional: false, offers100rel };
    const offered = now.offered || choice.body?.kind === 'sdp-offer';
    if (choice.body?.kind === 'sdp-answer' && !now.offered) this.noOffer(choice);
    return { ...now, begun: true, pending: [...now.pending.filter((p) => p !== busy), pending], prack, offered };
  }

  /** Whether the two ends know each other well enough for this request. */
  private checkPlace(choice: DraftChoice, now: Situation): void {
    const { from, method } = choice;
    const name = METHOD_NAMES[method]!;
    const up = now.dialog === 'early' || now.dialog === 'confirmed';
    if (now.dialog === 'over' && (method === METHOD.INVITE || IN_DIALOG.includes(method))) {
      this.tell(choice, `${name} after the dialog has ended`, 'leave it out: one ladder is one call');
    } else if (IN_DIALOG.includes(method) && !up) {
      this.tell(choice, `${name} before a dialog`, 'put it behind an INVITE and a provisional or 2xx response to it');
    } else if (method === METHOD.BYE && from === 'callee' && now.dialog !== 'confirmed') {
      // RFC 3261 §15: the callee ends a call only when it is confirmed and acknowledged; before that it answers.
      this.tell(choice, 'BYE of the callee before the call is answered', 'answer the INVITE with 486 or 603 instead');
    } else if (method === METHOD.BYE && now.ack?.success && now.ack.from !== from) {
      this.tell(choice, 'BYE before the ACK', `put - ${now.ack.from}: ACK before it`);
    } else if (from === 'callee' && !up && !now.subscribed && now.begun) {
      const asked = now.pending.some((p) => p.from === 'caller' && SUBSCRIBING.includes(p.method));
      if (!asked || method !== METHOD.NOTIFY)
        this.tell(
          choice,
          `${name} of the callee before a dialog`,
          'put it behind a response that makes one: to INVITE, SUBSCRIBE or REFER',
        );
    }
  }

  private acknowledge(choice: DraftChoice, now: Situation): Situation {
    if (now.ack === null || now.ack.from !== choice.from) {
      this.tell(choice, 'ACK without a final response to INVITE', 'put it behind the final response to the INVITE');
      return now;
    }
    // RFC 3261 §17.1.1.3: the ACK of a 300–699 is sent by the client transaction; that of a 2xx by the user.
    choice.byTransaction = !now.ack.success;
    this.agree(
      choice,
      now.ack.success ? 'a 2xx' : 'a 300–699',
      'acknowledges',
      'give each of the two its own ACK: anyOf with goto',
    );
    if (choice.body?.kind === 'sdp-answer' && !now.offered) this.noOffer(choice);
    return { ...now, ack: null };
  }

  private noOffer(choice: DraftChoice): void {
    this.problems.add(
      [...choice.path, 'body'],
      'value',
      'sdp-answer without an sdp-offer before it',
      'write sdp-offer',
    );
  }

  /** One step means one thing on all paths. */
  private agree(choice: DraftChoice, what: string, verb: string, mend: string): void {
    const before = this.resolved.get(choice);
    if (before === undefined) this.resolved.set(choice, what);
    else if (before !== what) this.tell(choice, `this ${verb} ${before} on one path and ${what} on another`, mend);
  }

  /** The situation after a response; fills in the method it answers. */
  response(choice: DraftChoice, now: Situation): Situation {
    const theirs = now.pending.filter((p) => p.from !== choice.from);
    const request = choice.of === NONE ? theirs.at(-1) : theirs.findLast((p) => p.method === choice.of);
    if (request === undefined) {
      this.unasked(choice, theirs);
      return now;
    }
    const name = METHOD_NAMES[request.method]!;
    choice.method = request.method;
    this.agree(choice, name, 'answers', `add of: ${name}, or make two steps of it`);
    if (choice.body?.kind === 'sdp-answer' && !now.offered) this.noOffer(choice);
    const offered = now.offered || choice.body?.kind === 'sdp-offer';
    const outcome = outcomeOf(choice.status);
    if (outcome === 'provisional') return { ...this.provisional(choice, request, now), offered };
    const pending = now.pending.filter((p) => p !== request);
    if (request.method !== METHOD.INVITE) {
      const subscribed = now.subscribed || (SUBSCRIBING.includes(request.method) && outcome === 'success');
      return { ...now, pending, subscribed, offered, dialog: request.method === METHOD.BYE ? 'over' : now.dialog };
    }
    let { prack, dialog } = now;
    if (outcome === 'success') {
      // RFC 3262 §3: no 2xx while a reliable provisional with a session description waits for its PRACK.
      if (prack?.sdp)
        this.tell(
          choice,
          'a 2xx before the reliable provisional with SDP has its PRACK',
          `put - ${prack.from}: PRACK and its 200 before it`,
        );
      dialog = 'confirmed';
    } else {
      prack = null;
      if (dialog === 'early') dialog = 'none';
    }
    return { ...now, pending, prack, dialog, offered, ack: { from: request.from, success: outcome === 'success' } };
  }

  private provisional(choice: DraftChoice, request: Pending, now: Situation): Situation {
    const { status } = choice;
    const name = METHOD_NAMES[request.method]!;
    // RFC 4320 §4.1: a non-INVITE request gets no provisional response but 100.
    if (request.method !== METHOD.INVITE && status !== 100)
      this.tell(choice, `${status} to ${name}`, 'only INVITE has provisional responses: leave it out');
    let { prack, dialog } = now;
    if (choice.reliable) {
      const at: Path = [...choice.path, 'reliable'];
      // RFC 3262 §3: only when the INVITE offers 100rel, and one after the other.
      if (!request.offers100rel)
        this.problems.add(
          at,
          'key',
          `reliable, but the ${name} does not offer 100rel`,
          'add headers: { Supported: 100rel } to it',
        );
      if (prack !== null)
        this.problems.add(
          at,
          'key',
          'the reliable provisional before this one has no PRACK yet',
          `put - ${prack.from}: PRACK and its 200 between`,
        );
      prack = { from: request.from, sdp: choice.body !== null && choice.body.kind !== 'text' };
    }
    if (status > 100 && dialog === 'none') dialog = 'early';
    const pending = now.pending.map((p) => (p === request ? { ...p, provisional: true } : p));
    return { ...now, pending, prack, dialog };
  }

  private unasked(choice: DraftChoice, theirs: readonly Pending[]): void {
    if (choice.of === NONE) {
      this.tell(
        choice,
        `a response without a request: nothing of the ${other(choice.from)} waits for an answer`,
        'put the request before it',
      );
      return;
    }
    const open = theirs.map((p) => METHOD_NAMES[p.method]).join(', ');
    const mend = open === '' ? 'put the request before it' : `waiting here: ${open}`;
    this.problems.add(
      [...choice.path, 'of'],
      'value',
      `no ${METHOD_NAMES[choice.of]} of the ${other(choice.from)} waits for an answer`,
      mend,
    );
  }

  /** Nothing may be open when the ladder ends; `path` is its last step. What a timeout cut short may be left so. */
  end(now: Situation, path: Path): void {
    const [open] = now.pending;
    const way = now.late ? 'after a timeout the ladder ends' : 'the ladder ends';
    const severity = now.late ? 'warning' : 'error';
    const tell = (what: string, mend: string, how: 'error' | 'warning') =>
      this.problems.add(path, 'value', `${way} ${what}`, mend, how);
    if (open !== undefined) {
      const mend = `add - ${other(open.from)}: 200`;
      tell(`before ${METHOD_NAMES[open.method]} has a final response`, mend, severity);
    } else if (now.ack?.success) tell('before the ACK', `add - ${now.ack.from}: ACK`, severity);
    else if (now.prack !== null)
      tell('before the PRACK', `add - ${now.prack.from}: PRACK behind the reliable provisional`, severity);
    else if (now.dialog === 'confirmed')
      tell('and the call is still up', 'add - caller: BYE and - callee: 200', 'warning');
  }
}
