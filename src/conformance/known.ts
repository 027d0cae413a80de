// What a message that came in must agree with, told from those before it: tags, Call-ID and CSeq of its dialog, the INVITE of an ACK or CANCEL, the RSeq before. Judges nothing.

import type { RuleContext } from '../rules/rule.ts';
import type { Outgoing, Received } from './outgoing.ts';
import type { Reading } from './reading.ts';

/** Puts a text behind the message at hand: where it stands. */
export type Put = (text: string) => [start: number, end: number];

/** Methods whose CSeq number is another request's (RFC 3261 §12.2.1.1). */
const BORROWED = ['ACK', 'CANCEL'];

/** @param before what the same end has received so far, the request at hand not among it */
export function knowRequest(
  ctx: RuleContext,
  request: Received,
  sent: readonly Outgoing[],
  before: readonly Received[],
  put: Put,
): void {
  const earlier = before.filter((one) => one.isRequest && one.fault === null);
  const invite = inviteOf(request, earlier);
  if (invite !== undefined) ctx.inviteCseq = invite.cseq;
  if (request.toTag === '') return;
  // RFC 3261 §12: our tag is ours in every dialog of this end, so that Call-ID and remote tag say which one is meant.
  const ours = sent
    .map(({ reading }) => reading)
    .filter((one) => one.fault === null && (one.isResponse ? one.toTag : one.fromTag) === request.toTag);
  if (ours.length === 0) return;
  const callIds = new Set(ours.map(({ callId }) => callId));
  [ctx.dialogCallIdStart, ctx.dialogCallIdEnd] = put(theOneOf(callIds, request.callId));
  const remoteTags = tagsOf(request, ours, before);
  // RFC 6665 §4.4.1: the NOTIFY of another fork may be the first that is heard of its dialog.
  if (remoteTags.size > 0 && request.method !== 'NOTIFY')
    [ctx.remoteTagStart, ctx.remoteTagEnd] = put(theOneOf(remoteTags, request.fromTag));
  if (BORROWED.includes(request.method)) return;
  const theirs = earlier.filter(
    (one) =>
      one.callId === request.callId &&
      one.fromTag === request.fromTag &&
      one.branch !== request.branch &&
      !BORROWED.includes(one.method),
  );
  if (theirs.length > 0) ctx.remoteCseq = Math.max(...theirs.map(({ cseq }) => cseq));
}

/** RFC 3262 §3: reliable provisional responses of one INVITE and one fork are numbered on. */
export function knowResponse(ctx: RuleContext, response: Received, before: readonly Received[], put: Put): void {
  const last = before.findLast(
    (one) =>
      one.isResponse &&
      one.has('RSeq') &&
      one.callId === response.callId &&
      one.header('CSeq') === response.header('CSeq') &&
      one.toTag === response.toTag,
  );
  if (last === undefined) return;
  ctx.lastRseq = last.number('RSeq');
  [ctx.rseqTagStart, ctx.rseqTagEnd] = put(last.toTag);
}

/** RFC 3261 §9.1, §17.1.1.3: that with the branch; of the ACK for a 2xx (§13.2.2.4) one of the dialog, that with its number where there is one. */
function inviteOf(request: Received, earlier: readonly Received[]): Received | undefined {
  if (!BORROWED.includes(request.method)) return undefined;
  const invites = earlier.filter(({ method, callId }) => method === 'INVITE' && callId === request.callId);
  const same = invites.findLast(({ branch }) => branch === request.branch);
  if (same !== undefined || request.method === 'CANCEL') return same;
  const ofDialog = invites.filter(({ fromTag }) => fromTag === request.fromTag);
  return ofDialog.findLast(({ cseq }) => cseq === request.cseq) ?? ofDialog.at(-1);
}

/** Tags of the other end in dialogs of this Call-ID: from its answers to us, and from its requests that we answered. */
function tagsOf(request: Received, ours: readonly Reading[], before: readonly Received[]): Set<string> {
  const answers = before.filter((one) => one.isResponse && one.fromTag === request.toTag);
  return new Set(
    [
      ...answers.filter(({ callId }) => callId === request.callId).map(({ toTag }) => toTag),
      ...ours.filter((one) => one.isResponse && one.callId === request.callId).map(({ fromTag }) => fromTag),
    ].filter((tag) => tag !== ''),
  );
}

/** That which is said, where it is among those known; else one that is. */
function theOneOf(known: ReadonlySet<string>, said: string): string {
  return known.has(said) ? said : [...known][0]!;
}
