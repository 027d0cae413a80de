// The flows between our own ends over a transport of connections. Starts nothing until a test file asks for it.
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSpotless } from './clean.ts';
import { type Answerer, busyhour, startAnswerer } from './peers/busyhour.ts';
import { lanes } from './peers/lanes.ts';

/** Flows that run against `answer` without a flow over any transport. */
const FLOWS = [
  'basic',
  'cancel',
  'info-dtmf',
  'invite-auth',
  'late-offer',
  'message',
  'options',
  'prack-info-refer',
  'publish',
  'redirect',
  'refer-attended',
  'refer-blind',
  'register',
  'reinvite-hold',
  'session-timer',
  'subscribe',
  'update',
];

/** @param path behind the target, where it has one */
export function playEveryFlow(protocol: 'tcp' | 'ws', path = ''): void {
  const inLane = lanes(3);

  describe('every flow', () => {
    let callee: Answerer;
    beforeAll(async () => {
      callee = await startAnswerer([], { lifetimeMs: 60_000, protocol });
    });

    it.concurrent.each(FLOWS)('%s plays at 200 calls a second over one connection, breaking no rule', async (flow) => {
      const args = ['load', flow, `${protocol}:127.0.0.1:${callee.port}${path}`, '--rate', '200', '--calls', '80'];
      const caller = await inLane(() => busyhour(args));
      expectSpotless(caller, 80);
      expect(caller.summary!.generator).toMatchObject({ io: protocol, connections: { opened: 1 } });
    });

    it('has failed no call at the answering end, broken no rule, sent nothing twice', async () => {
      const answered = await callee.stop();
      expect(answered.summary!.calls.failed).toBe(0);
      expect(answered.summary!.rules.violations).toEqual([]);
      expect(answered.summary!.messages.retransmitted).toBe(0);
    });
  });
}
