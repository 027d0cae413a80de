// RFC 4320 §4: provisional responses, and none at all, to requests other than INVITE. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import { elapsed } from '../../src/conformance/elapsed.ts';
import type { Outgoing } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

/** RFC 3261 §17.1.2.2: 0.5, 1 and 2 s pass until Timer E is T2. */
const TIMER_E_AT_T2_MS = 3_500;
const METHODS = ['OPTIONS', 'MESSAGE', 'SUBSCRIBE', 'REFER', 'PUBLISH', 'INFO'] as const;

/** Provisional responses to a request of each of the methods, with the time they took. What a server is deaf to says nothing here. */
async function provisionals(t: Talk): Promise<{ startLine: string; status: number; afterMs: number }[]> {
  const requests = METHODS.map((method) => t.send(t.request(method, { to: 'answer' })));
  const isOver = (request: Outgoing) => t.responsesTo(request).some(({ status }) => status >= 200);
  for (let waitedMs = 0; waitedMs < t.profile.waitMs && !requests.every(isOver); waitedMs += 100) await t.pause(100);
  if (!requests.some(isOver)) t.inconclusive(`no final response to any of ${METHODS.join(', ')}`);
  return requests.flatMap((request) =>
    t
      .responsesTo(request)
      .filter(({ status }) => status < 200)
      .map(({ startLine, status, atUs }) => ({
        startLine: `${startLine} to ${request.method}`,
        status,
        afterMs: Math.round((atUs - request.sentAtUs[0]!) / 1_000),
      })),
  );
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc4320/4.1/no-provisional-but-100',
    title: 'A request other than INVITE gets no provisional response but 100',
    req: ['TXS-017'],
    level: 'MUST NOT',
    role: 'uas',
    methods: [...METHODS],
    needs: ['answer'],
    run: async (t) => {
      const other = (await provisionals(t)).find(({ status }) => status > 100);
      t.verify(other === undefined, 'no provisional response but 100', `${other?.startLine}`);
    },
  },
  {
    id: 'rfc4320/4.1/no-early-100-over-udp',
    title: 'Over UDP a request other than INVITE gets no 100 before Timer E has grown to T2',
    req: ['TXS-018'],
    level: 'MUST NOT',
    role: 'uas',
    methods: [...METHODS],
    transports: ['udp'],
    needs: ['answer'],
    run: async (t) => {
      const early = (await provisionals(t)).find(({ afterMs }) => afterMs < TIMER_E_AT_T2_MS);
      t.verify(early === undefined, 'no 100 within 3.5 s', `${early?.startLine} after ${early?.afterMs} ms`);
    },
  },
  {
    id: 'rfc4320/4.1/late-100',
    title: 'A request other than INVITE that has no response after 3.5 s gets a 100',
    req: ['TXS-019'],
    level: 'MUST',
    role: 'proxy',
    methods: ['OPTIONS'],
    needs: ['far'],
    timing: true,
    run: async (t) => {
      const far = await t.far();
      const options = t.send(t.request('OPTIONS', { to: far.uri }));
      const forwarded = await t.given('a forwarded request', () => far.peer.expectRequest('OPTIONS'));
      const trying = await t.expect([100, 'final'], { of: options, withinMs: 6_000, strictly: true });
      far.peer.respond(forwarded, 200);
      const time = elapsed(options, trying);
      const fits = trying.status === 100 && t.within(time, { leastMs: 3_400 });
      t.verify(fits, '100 after 3.5 s', `${trying.startLine} after ${Math.round(time.ms)} ms`);
    },
  },
  {
    id: 'rfc4320/4.2/no-408',
    title: 'A request other than INVITE whose next hop is silent is never answered 408',
    req: ['TXS-020'],
    level: 'MUST NOT',
    role: 'proxy',
    methods: ['OPTIONS'],
    needs: ['far'],
    slow: true,
    run: async (t) => {
      const far = await t.far();
      t.send(t.request('OPTIONS', { to: far.uri }));
      await t.given('a forwarded request', () => far.peer.expectRequest('OPTIONS'));
      // Timer F is 32 s.
      await t.expectNone(34_000, 'response', ({ status }) => status === 408);
    },
  },
];
