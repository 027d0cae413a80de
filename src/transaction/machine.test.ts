// What must hold for every machine, proven on the tables themselves: nothing forgotten, nothing unreachable, no timer without its row.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EFFECT, EVENT, EVENT_COUNT, EVENT_NAMES, MACHINE, STATE, STATE_NAMES } from './constants.ts';
import { begin, effects, MACHINES, nextState, step } from './machine.ts';
import { ROW_KIND } from './rows.ts';

const NONE = -1;
const CLIENT_EVENTS: number[] = [EVENT.RECV_1XX, EVENT.RECV_2XX, EVENT.RECV_300_699, EVENT.TRANSPORT_ERROR];
const SERVER_EVENTS: number[] = [
  EVENT.REQUEST,
  EVENT.SEND_1XX,
  EVENT.SEND_2XX,
  EVENT.SEND_300_699,
  EVENT.TRANSPORT_ERROR,
];
/** What can come to each machine from outside, at any time. */
const OUTSIDE: readonly (readonly number[])[] = [
  CLIENT_EVENTS,
  CLIENT_EVENTS,
  [...SERVER_EVENTS, EVENT.ACK],
  SERVER_EVENTS,
];

const TIMER = {
  [EVENT.TIMER_RETRANSMIT]: 1,
  [EVENT.TIMER_TIMEOUT]: 2,
  [EVENT.TIMER_LINGER]: 4,
  [EVENT.TIMER_TRYING]: 8,
} as const;
const TIMER_EVENTS = Object.keys(TIMER).map(Number) as (keyof typeof TIMER)[];

/** Timers that run after `todo`, of those in `running` before. */
function timersAfter(running: number, todo: number): number {
  let timers = running;
  if ((todo & EFFECT.STOP_RETRANSMIT) !== 0) timers &= ~1;
  if ((todo & (EFFECT.START_RETRANSMIT | EFFECT.AGAIN_RETRANSMIT)) !== 0) timers |= 1;
  if ((todo & EFFECT.START_TIMEOUT) !== 0) timers |= 2;
  if ((todo & EFFECT.START_LINGER) !== 0) timers = (timers & ~2) | 4;
  if ((todo & EFFECT.STOP_TRYING) !== 0) timers &= ~8;
  if ((todo & EFFECT.START_TRYING) !== 0) timers |= 8;
  return (todo & EFFECT.TERMINATE) !== 0 ? 0 : timers;
}

/** Every pair of a state and a set of running timers that can come about, as strings `state/timers`. */
function reachable(machine: number): Set<string> {
  const first = begin(machine);
  const todo: [number, number][] = [[nextState(first), timersAfter(0, effects(first))]];
  const seen = new Set<string>();
  for (let pair = todo.pop(); pair !== undefined; pair = todo.pop()) {
    const [state, timers] = pair;
    if (seen.has(`${state}/${timers}`)) continue;
    seen.add(`${state}/${timers}`);
    const fired = TIMER_EVENTS.filter((event) => (timers & TIMER[event]) !== 0);
    for (const event of [...OUTSIDE[machine]!, ...fired]) {
      const packed = step(machine, state, event);
      if (packed === NONE) continue;
      const left = event in TIMER ? timers & ~TIMER[event as keyof typeof TIMER] : timers;
      todo.push([nextState(packed), timersAfter(left, effects(packed))]);
    }
  }
  return seen;
}

describe.each(Object.entries(MACHINE))('%s', (_, machine) => {
  const rows = MACHINES[machine]!;
  const seen = reachable(machine);
  const states = new Set([...seen].map((pair) => Number(pair.split('/')[0])));
  const timersIn = (state: number) =>
    [...seen].filter((pair) => pair.startsWith(`${state}/`)).reduce((all, pair) => all | Number(pair.split('/')[1]), 0);

  test('what can come from outside is listed in every state, and nothing else is', () => {
    for (const state of states) {
      for (const event of [...CLIENT_EVENTS, ...SERVER_EVENTS, EVENT.ACK]) {
        const expected = state !== STATE.TERMINATED && OUTSIDE[machine]!.includes(event);
        const listed = rows.kind(state, event) !== ROW_KIND.ABSENT;
        expect([STATE_NAMES[state], EVENT_NAMES[event], listed]).toEqual([
          STATE_NAMES[state],
          EVENT_NAMES[event],
          expected,
        ]);
      }
    }
  });

  test('a timer that may run in a state has its row there, and one that cannot has none', () => {
    for (const state of states) {
      for (const event of TIMER_EVENTS) {
        const expected = (timersIn(state) & TIMER[event]) !== 0;
        const listed = rows.kind(state, event) !== ROW_KIND.ABSENT;
        expect([STATE_NAMES[state], EVENT_NAMES[event], listed]).toEqual([
          STATE_NAMES[state],
          EVENT_NAMES[event],
          expected,
        ]);
      }
    }
  });

  test('every state that has a row is reached, and Terminated too', () => {
    for (let state = 0; state < STATE_NAMES.length; state++) {
      let listed = false;
      for (let event = 0; event < EVENT_COUNT; event++) listed ||= rows.kind(state, event) !== ROW_KIND.ABSENT;
      expect([STATE_NAMES[state], states.has(state)]).toEqual([
        STATE_NAMES[state],
        listed || state === STATE.TERMINATED,
      ]);
    }
  });

  test('Terminated has no way out; every way in says TERMINATE, and no other row does', () => {
    for (let event = 0; event < EVENT_COUNT; event++) {
      expect(step(machine, STATE.TERMINATED, event)).toBe(NONE);
      for (let state = 0; state < STATE_NAMES.length; state++) {
        const packed = step(machine, state, event);
        if (packed === NONE) continue;
        expect((effects(packed) & EFFECT.TERMINATE) !== 0).toBe(nextState(packed) === STATE.TERMINATED);
      }
    }
  });

  test('who waits has an end to it: Timer B, F or H, a linger, or a TU that must answer (an INVITE may ring for ever)', () => {
    for (const pair of seen) {
      const [state, timers] = pair.split('/').map(Number) as [number, number];
      if (state === STATE.TERMINATED || (timers & 6) !== 0) continue;
      const waitsForTu = step(machine, state, EVENT.SEND_2XX) !== NONE;
      expect([STATE_NAMES[state], timers, waitsForTu || machine === MACHINE.INVITE_CLIENT]).toEqual([
        STATE_NAMES[state],
        timers,
        true,
      ]);
    }
  });

  test('an ignored or refused pair has no effect', () => {
    for (let state = 0; state < STATE_NAMES.length; state++) {
      for (let event = 0; event < EVENT_COUNT; event++) {
        const kind = rows.kind(state, event);
        const packed = step(machine, state, event);
        if (kind === ROW_KIND.IGNORE) expect([nextState(packed), effects(packed)]).toEqual([state, 0]);
        else if (kind !== ROW_KIND.ON) expect(packed).toBe(NONE);
        else expect(packed === state).toBe(false);
      }
    }
  });

  test('random events never leave the states, and effects keep their promises', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(EVENT_COUNT - 1), { maxLength: 60 }), (events) => {
        let state = nextState(begin(machine));
        let finals = 0;
        for (const event of events) {
          const packed = step(machine, state, event);
          if (packed === NONE) continue;
          expect(states.has(nextState(packed))).toBe(true);
          expect(effects(packed)).toBeLessThan(1 << 14);
          const final = event === EVENT.RECV_2XX || event === EVENT.RECV_300_699;
          if (final && (effects(packed) & EFFECT.TU_MESSAGE) !== 0 && state !== STATE.ACCEPTED) finals++;
          state = nextState(packed);
        }
        expect(finals).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test('names of states, events and effects fit the packing', () => {
  expect(STATE_NAMES.length).toBeLessThanOrEqual(16);
  expect(EVENT_NAMES.length).toBe(EVENT_COUNT);
  expect(EVENT_COUNT).toBeLessThanOrEqual(16);
  const bits = Object.values(EFFECT).reduce((sum: number, bit) => sum + bit, 0);
  expect(bits).toBe(2 ** Object.keys(EFFECT).length - 1);
});
