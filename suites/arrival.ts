// At which of several ends a request of the server arrives. Answers nothing.

import type { Received } from '../src/conformance/outgoing.ts';
import type { Peer } from '../src/conformance/peer.ts';
import type { Talk } from '../src/conformance/talk.ts';

export interface Arrival {
  readonly end: Peer;
  readonly request: Received;
}

/** The first request of the method at any of the ends; none in time is a precondition that was not reached. */
export async function firstArrival(t: Talk, ends: readonly Peer[], method: string, withinMs: number): Promise<Arrival> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    for (const end of ends) {
      const request = end.received.find((one) => one.isRequest && one.method === method && one.fault === null);
      if (request !== undefined) return { end, request };
    }
    if (waitedMs >= withinMs) t.inconclusive(`no ${method} of the server within ${withinMs} ms`);
    await t.pause(100);
  }
}
