// The flows between our own ends over a transport. Starts nothing until a test file asks for it.
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

interface Where {
  /** Behind the target, where it has one. */
  readonly path?: string;
  /** 127.0.0.1 where absent. */
  readonly address?: string;
  readonly flows?: readonly string[];
}

export function playEveryFlow(protocol: 'udp' | 'tcp' | 'ws', where: Where = {}): void {
  const { path = '', address = '127.0.0.1', flows = FLOWS } = where;
  const host = address.includes(':') ? `[${address}]` : address;
  const inLane = lanes(3);

  describe(`flows over ${protocol} at ${host}`, () => {
    let callee: Answerer;
    beforeAll(async () => {
      callee = await startAnswerer([], { lifetimeMs: 60_000, protocol, address });
    });

    it.concurrent.each(flows)('%s plays at 200 calls a second, breaking no rule', async (flow) => {
      const args = ['load', flow, `${protocol}:${host}:${callee.port}${path}`, '--rate', '200', '--calls', '80'];
      const caller = await inLane(() => busyhour(args));
      expectSpotless(caller, 80);
      if (protocol === 'udp') return;
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
