// RFC 4028: session timers at the server. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import type { Override } from '../../src/conformance/draft.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { Call, Talk } from '../../src/conformance/talk.ts';

const LEAST_S = 90;

/** A call for which we ask for a session interval. */
function timedCall(t: Talk, interval: string, headers: Readonly<Record<string, Override>> = {}): Promise<Call> {
  return t.call({ headers: { Supported: 'timer', 'Session-Expires': interval, ...headers } });
}

function refresherOf(response: Received): string {
  return response.param('Session-Expires', 'refresher')?.toLowerCase() ?? '(none)';
}

/** Without Session-Expires in the 2xx there is no session timer: it need not have one. */
function needTimer(t: Talk, { response }: Call): void {
  if (!response.has('Session-Expires')) t.unsupported('it uses no session timer: no Session-Expires in its 2xx');
}

function hasTimerTag(response: Received): boolean {
  return response.headers('Require').some((tag) => tag.toLowerCase() === 'timer');
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc4028/4/compact-form',
    title: 'x is Session-Expires',
    req: ['TMR-019'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      needTimer(t, await timedCall(t, '1800'));
      const { response } = await t.call({ headers: { Supported: 'timer', x: '1800' } });
      const interval = response.number('Session-Expires');
      t.verify(interval <= 1800, 'Session-Expires of at most 1800', response.header('Session-Expires') ?? '(none)');
    },
  },
  {
    id: 'rfc4028/5/min-se-in-422-only',
    title: 'No response but 422 has Min-SE',
    req: ['TMR-007'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE', 'UPDATE'],
    needs: ['answer'],
    run: async (t) => {
      const { dialog } = await timedCall(t, '1800', { 'Min-SE': '120' });
      const headers = { Supported: 'timer', 'Session-Expires': '1800', 'Min-SE': '120' };
      t.send(t.request('UPDATE', { dialog, headers }));
      await t.given('a response to UPDATE', () => t.expect('final', { strictly: true }));
      const wrong = t.received.find((one) => one.isResponse && one.status !== 422 && one.has('Min-SE'));
      t.verify(wrong === undefined, 'no Min-SE but in a 422', `Min-SE in ${wrong?.startLine}`);
    },
  },
  {
    id: 'rfc4028/9/interval-not-raised',
    title: 'The interval of the 2xx is that of the request or shorter, and not below 90 s',
    req: ['TMR-001'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await timedCall(t, '1800');
      needTimer(t, call);
      const interval = call.response.number('Session-Expires');
      t.verify(interval >= LEAST_S && interval <= 1800, '90 to 1800', `${call.response.header('Session-Expires')}`);
    },
  },
  {
    id: 'rfc4028/9/interval-not-below-min-se',
    title: 'The interval of the 2xx is not below the Min-SE of the request',
    req: ['TMR-001'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await timedCall(t, '900', { 'Min-SE': '900' });
      needTimer(t, call);
      const interval = call.response.number('Session-Expires');
      t.verify(interval === 900, 'Session-Expires: 900', `${call.response.header('Session-Expires')}`);
    },
  },
  {
    id: 'rfc4028/9/refresher-named',
    title: 'Session-Expires of the 2xx names the refresher',
    req: ['TMR-002'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await timedCall(t, '1800');
      needTimer(t, call);
      const refresher = refresherOf(call.response);
      t.verify(/^ua[cs]$/.test(refresher), 'refresher=uac or refresher=uas', refresher);
    },
  },
  {
    id: 'rfc4028/9/refresher-uac-kept',
    title: 'refresher=uac comes back so, with Require: timer',
    req: ['TMR-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await timedCall(t, '1800;refresher=uac');
      needTimer(t, call);
      t.verify(refresherOf(call.response) === 'uac', 'refresher=uac', refresherOf(call.response));
      t.verify(hasTimerTag(call.response), 'Require: timer', call.response.header('Require') ?? '(none)');
    },
  },
  {
    id: 'rfc4028/9/refresher-uas-kept',
    title: 'refresher=uas comes back so',
    req: ['TMR-004'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const call = await timedCall(t, '1800;refresher=uas');
      needTimer(t, call);
      t.verify(refresherOf(call.response) === 'uas', 'refresher=uas', refresherOf(call.response));
      t.prefer(hasTimerTag(call.response), 'Require: timer', call.response.header('Require') ?? '(none)');
    },
  },
  {
    id: 'rfc4028/9/caller-without-timer',
    title: 'For a caller who does not know the timer the server refreshes, or there is none',
    req: ['TMR-005'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const { response } = await t.call({ headers: { Supported: null, 'Session-Expires': '1800' } });
      if (!response.has('Session-Expires')) return;
      t.verify(refresherOf(response) === 'uas', 'refresher=uas', refresherOf(response));
      t.verify(!hasTimerTag(response), 'no Require: timer', 'Require: timer');
    },
  },
  {
    id: 'rfc4028/9/too-small-422',
    title: 'An interval below 90 s may be refused with 422, which has Min-SE of 90 or more',
    req: ['TMR-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const headers = { Supported: 'timer', 'Session-Expires': '60' };
      t.send(t.request('INVITE', { to: 'answer', headers }));
      const response = await t.expect([422, '2xx']);
      t.ack(response);
      if (response.status < 300) {
        const interval = response.header('Session-Expires');
        if (interval === null) t.unsupported('it uses no session timer: no Session-Expires in its 2xx');
        t.nonStrict(`${response.startLine} with Session-Expires: ${interval}`, '422');
      }
      const least = response.header('Min-SE') ?? '(none)';
      t.verify(response.number('Min-SE') >= LEAST_S, 'Min-SE of 90 or more', least);
    },
  },
  {
    id: 'rfc4028/10/bye-before-expiry',
    title: 'A session that its refresher does not refresh is ended with BYE some time before it expires',
    req: ['TMR-008'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['BYE', 'INVITE'],
    needs: ['answer'],
    slow: true,
    run: async (t) => {
      const call = await timedCall(t, `${LEAST_S};refresher=uac`);
      needTimer(t, call);
      const bye = await t.expectRequest('BYE', { withinMs: LEAST_S * 1_000 + 5_000 });
      t.respond(bye, 200);
      const afterS = Math.round((bye.atUs - call.response.atUs) / 1e6);
      t.remember(`BYE ${afterS} s after the 2xx`);
      // RFC 4028 §10 recommends 30 s here, a third of the interval.
      t.verify(afterS > 30 && afterS < LEAST_S, 'BYE before 90 s have passed', `BYE after ${afterS} s`);
    },
  },
];
