// RFC 4028 §7, §10: session timers of calls that the server makes. Cases only. A refresh is due after half of ninety seconds, the least there is.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Parts } from '../../src/conformance/draft.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const TIMED: Pick<Case, 'level' | 'role' | 'methods' | 'needs' | 'slow'> = {
  level: 'SHOULD',
  role: 'uac',
  methods: ['INVITE'],
  needs: ['originate:INVITE:timer'],
  slow: true,
};

const INTERVAL_S = 90;
const BY_US: Parts = { headers: { Require: 'timer', 'Session-Expires': `${INTERVAL_S};refresher=uac` } };

interface Timed {
  readonly invite: Received;
  readonly ack: Received;
  /** A re-INVITE or an UPDATE; it has no response yet. */
  readonly refresh: Received;
}

const isRefresh = ({ method, toTag }: Received) => (method === 'INVITE' && toTag !== '') || method === 'UPDATE';

/** A call of the server that it has to refresh, up to the first refresh. */
async function refreshed(t: Talk): Promise<Timed> {
  const invite = await t.originated('INVITE:timer', 'INVITE');
  if (!invite.headers('Supported').some((tag) => tag.toLowerCase() === 'timer')) t.skip('it has no session timer');
  t.respond(invite, 200, BY_US);
  const ack = await t.given('an ACK', () => t.expectRequest('ACK'));
  const refresh = await t.given('a refresh', () => nextRefresh(t, INTERVAL_S * 1_000));
  return { invite, ack, refresh };
}

async function nextRefresh(t: Talk, withinMs: number): Promise<Received> {
  const until = performance.now() + withinMs;
  const seen = new Set(t.received.filter(isRefresh).map(({ branch }) => branch));
  for (;;) {
    const next = t.received.find((one) => isRefresh(one) && !seen.has(one.branch));
    if (next !== undefined) return next;
    if (performance.now() > until) t.fail(`nothing within ${withinMs} ms`, 'a refresh');
    await t.pause(100);
  }
}

const supportsTimer = (request: Received) => request.headers('Supported').some((tag) => tag.toLowerCase() === 'timer');

export const CASES: readonly Entry[] = [
  {
    ...TIMED,
    id: 'rfc4028/7.2/refresh-at-half-the-interval',
    title: 'The refresher sends its refresh when half of the session interval has passed',
    req: ['TMR-009'],
    run: async (t) => {
      const { ack, refresh } = await refreshed(t);
      t.respond(refresh, 200, BY_US);
      const share = (refresh.atUs - ack.atUs) / 1e6 / INTERVAL_S;
      t.verify(share > 0.4 && share < 0.6, 'half of the interval', `${Math.round(share * 100)} % of the interval`);
    },
  },
  {
    ...TIMED,
    id: 'rfc4028/10/refresh-refused-481-ends-the-call',
    title: 'A refresh that is answered 481 is followed by a BYE',
    req: ['TMR-010'],
    methods: ['INVITE', 'BYE'],
    run: async (t) => {
      const { refresh } = await refreshed(t);
      t.respond(refresh, 481);
      t.respond(await t.expectRequest('BYE', { withinMs: 3_000 }), 481);
    },
  },
  {
    ...TIMED,
    id: 'rfc4028/10/refresh-refused-500-not-hammered',
    title: 'A refresh that is refused for a while is not tried again without end, and the call goes on meanwhile',
    req: ['TMR-011'],
    level: 'SHOULD NOT',
    run: async (t) => {
      const { refresh } = await refreshed(t);
      const before = t.received.length;
      t.respond(refresh, 500);
      for (let i = 0; i < 30; i++) {
        await t.pause(100);
        for (const again of t.received.slice(before).filter(isRefresh)) t.respond(again, 500);
      }
      const later = t.received.slice(before);
      const tries = new Set(later.filter(isRefresh).map(({ branch }) => branch)).size;
      t.verify(tries <= 3, 'at most 3 more refreshes in 3 s', `${tries} refreshes`);
      t.verify(!later.some(({ method, isRequest }) => isRequest && method === 'BYE'), 'no BYE', 'BYE');
    },
  },
  {
    ...TIMED,
    id: 'rfc4028/7.3/422-asked-again',
    title: 'An INVITE answered 422 goes again in the same call with the next CSeq, Min-SE and an interval as long',
    req: ['TMR-012'],
    slow: false,
    run: async (t) => {
      const invite = await t.originated('INVITE:timer', 'INVITE');
      if (!invite.has('Session-Expires')) t.skip('it asks for no session timer');
      t.respond(invite, 422, { headers: { 'Min-SE': 3600 } });
      const again = await t.expectRequest('INVITE', { where: ({ branch }) => branch !== invite.branch });
      t.respond(again, 486);
      const of = (one: Received) => `${one.callId} ${one.header('From')} ${one.header('To')}`;
      t.verify(of(again) === of(invite), of(invite), of(again));
      t.verify(again.cseq === invite.cseq + 1, `CSeq ${invite.cseq + 1}`, `${again.cseq}`);
      const [interval, least] = [again.number('Session-Expires'), again.number('Min-SE')];
      t.verify(interval >= 3600, 'Session-Expires of 3600 or more', `${again.header('Session-Expires')}`);
      t.verify(least >= 3600, 'Min-SE: 3600', `${again.header('Min-SE')}`);
    },
  },
  {
    ...TIMED,
    id: 'rfc4028/7.1/timer-supported-in-each-request',
    title: 'Who has session timers says so in Supported of each request but ACK',
    req: ['TMR-013'],
    level: 'MUST',
    methods: ['INVITE', 'BYE'],
    run: async (t) => {
      const { invite, refresh } = await refreshed(t);
      t.respond(refresh, 481);
      const bye = await t.given('a BYE', () => t.expectRequest('BYE', { withinMs: 3_000 }));
      t.respond(bye, 481);
      const without = [invite, refresh, bye].filter((one) => !supportsTimer(one)).map(({ method }) => method);
      t.verify(without.length === 0, 'Supported: timer in each', `none in ${without.join(', ')}`);
    },
  },
  {
    ...TIMED,
    id: 'rfc4028/7.4/refresh-without-change',
    title: 'The offer of a refresh that changes nothing has the origin of the one before',
    req: ['TMR-018'],
    level: 'MUST',
    run: async (t) => {
      const { invite, refresh } = await refreshed(t);
      t.respond(refresh, 200, BY_US);
      if (refresh.contentType !== 'application/sdp') t.skip('its refresh has no session description');
      const origin = (one: Received) => /^o=(.*?)\r?$/m.exec(one.body)?.[1] ?? '';
      const media = (one: Received) => one.body.replace(/^o=.*$/m, '');
      if (media(refresh) !== media(invite)) t.skip('its refresh changes the session');
      t.verify(origin(refresh) === origin(invite), `o=${origin(invite)}`, `o=${origin(refresh)}`);
    },
  },
  {
    ...TIMED,
    id: 'rfc4028/7.2/timer-turned-off',
    title: 'After a refresh whose 2xx has no Session-Expires there is no timer: no BYE at the old expiry, no refresh',
    req: ['TMR-020'],
    level: 'MUST',
    limitMs: 150_000,
    run: async (t) => {
      const { refresh, ack } = await refreshed(t);
      t.respond(refresh, 200, refresh.method === 'UPDATE' ? {} : { headers: { 'Session-Expires': null } });
      const leftMs = INTERVAL_S * 1_000 - (refresh.atUs - ack.atUs) / 1_000;
      const seen = t.received.length;
      await t.expectNone(leftMs + 3_000, 'request', (one) => {
        const late = t.received.indexOf(one) >= seen && one.branch !== refresh.branch;
        return late && (isRefresh(one) || one.method === 'BYE');
      });
    },
  },
];
