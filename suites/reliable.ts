// Reliable provisional responses as a case meets them (RFC 3262): the first one, and its PRACK. Judges nothing.

import type { Dialog } from '../src/conformance/dialog.ts';
import type { Outgoing, Received } from '../src/conformance/outgoing.ts';
import type { RequestParts } from '../src/conformance/peer.ts';
import type { Reading } from '../src/conformance/reading.ts';
import type { Talk } from '../src/conformance/talk.ts';

export interface EarlyCall {
  readonly invite: Outgoing;
  /** The first reliable provisional response. */
  readonly progress: Received;
  readonly dialog: Dialog;
}

export function isReliable(response: Reading): boolean {
  return response.status > 100 && response.status < 200 && response.has('RSeq');
}

/** RFC 3262 §7.2: what the RAck of its PRACK says. */
export function rackOf(response: Received): string {
  return `${response.header('RSeq')} ${response.header('CSeq')}`;
}

/** Precondition: an INVITE that requires 100rel gets a reliable provisional response, not acknowledged yet. */
export function earlyCall(t: Talk, parts: RequestParts = {}): Promise<EarlyCall> {
  return t.given('a reliable provisional response', async () => {
    const headers = { Require: '100rel', ...parts.headers };
    const invite = t.send(t.request('INVITE', { to: 'answer', ...parts, headers }));
    for (;;) {
      const progress = await t.expect(['provisional', '2xx'], { of: invite });
      if (progress.status >= 200) t.skip('it answers without a provisional response');
      if (isReliable(progress)) return { invite, progress, dialog: t.dialog(progress) };
    }
  });
}

/** Sends the PRACK. */
export function prack(t: Talk, { progress, dialog }: EarlyCall, parts: RequestParts = {}): Outgoing {
  const headers = { RAck: rackOf(progress), ...parts.headers };
  return t.send(t.request('PRACK', { dialog, ...parts, headers }));
}
