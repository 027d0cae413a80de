// REFER as cases send it, in a call, and what is told of it by NOTIFY (RFC 3515 §2.4). Judges nothing.

import type { Dialog } from '../src/conformance/dialog.ts';
import type { Override } from '../src/conformance/draft.ts';
import type { Outgoing, Received } from '../src/conformance/outgoing.ts';
import type { Peer } from '../src/conformance/peer.ts';
import type { Reading } from '../src/conformance/reading.ts';
import type { Talk } from '../src/conformance/talk.ts';

export type Headers = Readonly<Record<string, Override>>;

/** A REFER that was accepted. */
export interface Reference {
  readonly dialog: Dialog;
  readonly refer: Outgoing;
  readonly response: Received;
}

/** One that made the server call an end of ours. */
export interface Transfer extends Reference {
  readonly target: Peer;
  readonly invite: Received;
}

/** A REFER in a dialog; sends nothing. */
export function referTo(t: Talk, dialog: Dialog, uri: string, headers: Headers = {}): Outgoing {
  return t.request('REFER', { dialog, headers: { 'Refer-To': `<${uri}>`, ...headers } });
}

/** Precondition: a REFER in the dialog is accepted. */
export function accepted(t: Talk, dialog: Dialog, uri: string, headers: Headers = {}): Promise<Reference> {
  return t.given('an accepted REFER', async () => {
    const refer = t.send(referTo(t, dialog, uri, headers));
    return { dialog, refer, response: await t.expect('2xx', { of: refer }) };
  });
}

/** Precondition: a call to the user who calls whom a REFER names, a REFER in it, and the INVITE that comes of it. `tail` goes behind the URI of the target. */
export async function transferred(t: Talk, tail = '', headers: Headers = {}): Promise<Transfer> {
  const target = await t.peer({ name: 'target' });
  const { dialog } = await t.call({ to: 'transfer' });
  const reference = await accepted(t, dialog, target.contact + tail, headers);
  const invite = await t.given('an INVITE at the target', () => target.expectRequest('INVITE'));
  return { ...reference, target, invite };
}

/** The next NOTIFY; it is answered 200. */
export async function told(t: Talk, withinMs?: number): Promise<Received> {
  const notify = await t.expectRequest('NOTIFY', withinMs === undefined ? {} : { withinMs });
  t.respond(notify, 200);
  return notify;
}

/** Every NOTIFY up to the one that ends the subscription; each is answered 200. RFC 3515 §3.10: each may have to wait for a second. */
export async function toldToTheEnd(t: Talk, withinMs = 8_000): Promise<Received[]> {
  const all: Received[] = [];
  do all.push(await told(t, withinMs));
  while (!isLast(all.at(-1)!));
  return all;
}

export function isLast(notify: Reading): boolean {
  return /^terminated\b/i.test(notify.header('Subscription-State') ?? '');
}

/** The status line in the body of a NOTIFY; NaN where there is none. */
export function statusTold(notify: Reading): number {
  return Number(/^SIP\/2\.0 ([1-6]\d\d)(?: |\r?\n|$)/.exec(notify.body)?.[1] ?? Number.NaN);
}
