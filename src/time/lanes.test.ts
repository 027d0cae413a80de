// Lanes against a plain model of timers, in virtual time.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lanes } from './lanes.ts';

const NONE = -1;

test('a node is due its lane duration after its start, not before', () => {
  const now = new Float64Array(1);
  const lanes = new Lanes(4, now);
  lanes.start(2, lanes.lane(500));
  now[0] = 499.999;
  expect(lanes.expire()).toBe(NONE);
  expect(lanes.running(2)).toBe(true);
  now[0] = 500;
  expect(lanes.expire()).toBe(2);
  expect(lanes.expiredDueUs[0]).toBe(500);
  expect(lanes.running(2)).toBe(false);
  expect(lanes.expire()).toBe(NONE);
});

test('nodes of several lanes expire in the order of their due instants, however late expire is called', () => {
  const now = new Float64Array(1);
  const lanes = new Lanes(8, now);
  const slow = lanes.lane(1000);
  const fast = lanes.lane(300);
  lanes.start(0, slow); // 1000
  lanes.start(1, fast); // 300
  now[0] = 400;
  lanes.start(2, fast); // 700
  now[0] = 800;
  lanes.start(3, fast); // 1100
  now[0] = 5000;
  expect([lanes.expire(), lanes.expire(), lanes.expire(), lanes.expire(), lanes.expire()]).toEqual([1, 2, 0, 3, NONE]);
});

test('start again moves a node to the end of its lane, or to another lane', () => {
  const now = new Float64Array(1);
  const lanes = new Lanes(3, now);
  const lane = lanes.lane(100);
  lanes.start(0, lane);
  lanes.start(1, lane);
  now[0] = 50;
  lanes.start(0, lane); // 150
  lanes.start(1, lanes.lane(10)); // 60
  now[0] = 149;
  expect(lanes.expire()).toBe(1);
  expect(lanes.expire()).toBe(NONE);
  now[0] = 150;
  expect(lanes.expire()).toBe(0);
});

test('stop of a node that does not run is nothing; a stopped node never expires', () => {
  const now = new Float64Array(1);
  const lanes = new Lanes(3, now);
  lanes.stop(1);
  const lane = lanes.lane(0);
  for (let node = 0; node < 3; node++) lanes.start(node, lane);
  lanes.stop(1);
  lanes.stop(1);
  expect([lanes.expire(), lanes.expire(), lanes.expire()]).toEqual([0, 2, NONE]);
});

test('refreshNext tells the earliest due instant, also after stops', () => {
  const now = new Float64Array(1);
  const lanes = new Lanes(2, now);
  lanes.refreshNext();
  expect(lanes.nextDue[0]).toBe(Number.POSITIVE_INFINITY);
  lanes.start(0, lanes.lane(10));
  lanes.start(1, lanes.lane(20));
  lanes.refreshNext();
  expect(lanes.nextDue[0]).toBe(10);
  lanes.stop(0);
  lanes.refreshNext();
  expect(lanes.nextDue[0]).toBe(20);
});

test('lanes are shared by duration and at most 255', () => {
  const lanes = new Lanes(1, new Float64Array(1));
  const first = lanes.lane(7);
  expect(lanes.lane(7)).toBe(first);
  expect(lanes.durationUs(first)).toBe(7);
  for (let i = 1; i < 255; i++) lanes.lane(1000 + i);
  expect(lanes.lane(1254)).toBe(254);
  expect(() => lanes.lane(99_999)).toThrow(/255/);
  expect(() => lanes.lane(-1)).toThrow(TypeError);
  expect(() => lanes.lane(Number.NaN)).toThrow(TypeError);
  expect(() => lanes.lane(Number.POSITIVE_INFINITY)).toThrow(TypeError);
});

/** What lanes promise, written the plain way. */
class Model {
  readonly due = new Map<number, { due: number; lane: number; order: number }>();
  private order = 0;

  start(node: number, due: number, lane: number): void {
    this.due.set(node, { due, lane, order: this.order++ });
  }

  expire(now: number): number {
    const ready = [...this.due].filter(([, timer]) => timer.due <= now);
    ready.sort(([, a], [, b]) => a.due - b.due || a.lane - b.lane || a.order - b.order);
    const first = ready[0];
    if (first === undefined) return NONE;
    this.due.delete(first[0]);
    return first[0];
  }
}

test('any sequence of start, stop, expire and passing time behaves as the model does', () => {
  const durations = [0, 1, 5, 40, 200];
  const step = fc.oneof(
    fc.record({ op: fc.constant('start'), node: fc.nat(9), value: fc.nat(durations.length - 1) }),
    fc.record({ op: fc.constant('stop'), node: fc.nat(9), value: fc.constant(0) }),
    fc.record({ op: fc.constant('expire'), node: fc.constant(0), value: fc.constant(0) }),
    fc.record({ op: fc.constant('pass'), node: fc.constant(0), value: fc.nat(60) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const now = new Float64Array(1);
      const lanes = new Lanes(10, now);
      const ids = durations.map((us) => lanes.lane(us));
      const model = new Model();
      for (const { op, node, value } of steps) {
        if (op === 'start') {
          lanes.start(node, ids[value]!);
          model.start(node, now[0]! + durations[value]!, value);
        } else if (op === 'stop') {
          lanes.stop(node);
          model.due.delete(node);
        } else if (op === 'pass') now[0]! += value;
        else expect(lanes.expire()).toBe(model.expire(now[0]!));
        lanes.refreshNext();
        expect(lanes.nextDue[0]).toBe(Math.min(Number.POSITIVE_INFINITY, ...[...model.due.values()].map((t) => t.due)));
        for (let i = 0; i < 10; i++) expect(lanes.running(i)).toBe(model.due.has(i));
      }
      now[0] = 1e9;
      for (let left = model.due.size; left >= 0; left--) expect(lanes.expire()).toBe(model.expire(now[0]!));
    }),
  );
});
