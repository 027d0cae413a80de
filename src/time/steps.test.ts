// Deadlines neared by steps: never missed by more than the finest step, whatever their length.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Lanes } from './lanes.ts';
import { Steps } from './steps.ts';

it('notices a deadline when it is there, and at most the finest step later', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 7_200e6, noNaN: true }), (waitUs) => {
      const now = new Float64Array(1);
      const lanes = new Lanes(1, now);
      const steps = new Steps(lanes, 62_500, 18);
      const rest = new Float64Array([waitUs]);
      let fired = 0;
      do {
        rest[0] = waitUs - now[0]!;
        steps.start(0, rest);
        lanes.refreshNext();
        now[0] = lanes.nextDue[0]!;
        expect(lanes.expire()).toBe(0);
        fired++;
      } while (now[0]! < waitUs);
      expect(now[0]! - waitUs).toBeLessThanOrEqual(62_500);
      expect(fired).toBeLessThan(20);
    }),
  );
});
