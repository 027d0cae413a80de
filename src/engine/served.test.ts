// Every built-in flow in virtual time, against the reference server and against its own other end: both content, no rule broken, nothing sent twice, nothing held. No faults here.
import { describe, expect, it } from 'vitest';
import {
  counter,
  counts,
  failures,
  held,
  NOTHING_HELD,
  Pair,
  restOfCaller,
  violations,
} from '../../tests/virtual/pair.ts';
import { findFlow, listFlows } from '../flow/find.ts';
import { needsStore } from '../flow/flow.ts';

const FLOWS = listFlows().map(({ name }) => name);
/** Those whose other end a ladder can play. */
const PLAYABLE = FLOWS.filter((name) => {
  const found = findFlow(name);
  return 'flow' in found && !needsStore(found.flow);
});

function expectWell(pair: Pair): void {
  expect(failures(pair.caller)).toEqual([]);
  expect(failures(pair.callee)).toEqual([]);
  expect(counts(pair.caller)).toEqual({ started: 5, succeeded: 5, failed: 0, dropped: 0, unexpected: 0 });
  for (const end of [pair.caller, pair.callee]) {
    expect(violations(end)).toEqual([]);
    for (const name of ['RETRANSMITTED', 'STRAY', 'MALFORMED', 'UNSENT'] as const)
      expect([name, counter(end, name)]).toEqual([name, 0]);
    expect(held(end)).toEqual(end === pair.caller ? restOfCaller(pair) : NOTHING_HELD);
  }
}

it.each(FLOWS)('%s is played to its end by the reference server', (flow) => {
  expectWell(new Pair({ flow: { caller: flow, callee: 'reference' }, calls: 5, holdUs: 1_000_000 }).run());
});

it.each(PLAYABLE)('%s is played to its end by its own ladder', (flow) => {
  const pair = new Pair({ flow, calls: 5, holdUs: 1_000_000 }).run();
  expectWell(pair);
  expect(counts(pair.callee)).toMatchObject({ started: 5, succeeded: 5, failed: 0 });
});

describe('redirect', () => {
  it('RFC 3261 §8.1.3.4: goes on with the same Call-ID, From and To, at the Contact of the 302', () => {
    const pair = new Pair({ flow: 'redirect' }).run();
    expect(pair.kinds()).toEqual([
      ...['INVITE', '302 INVITE', 'ACK', 'INVITE', '180 INVITE', '200 INVITE', 'ACK', 'BYE', '200 BYE'],
    ]);
    const [first, second] = pair.log('INVITE').map(({ text }) => text);
    const contact = /^Contact: <(sip:[^>]+)>/m.exec(pair.log('302 INVITE')[0]!.text)![1];
    expect(second).toMatch(`INVITE ${contact} SIP/2.0`);
    for (const name of ['Call-ID', 'From', 'To']) {
      const line = new RegExp(`^${name}: .*$`, 'm');
      expect(line.exec(second!)![0]).toBe(line.exec(first!)![0]);
    }
    expect([first, second].map((text) => /^CSeq: (\d+)/m.exec(text!)![1])).toEqual(['1', '2']);
    // RFC 3261 §17.1.1.3: the ACK of the 302 went where the first INVITE had gone.
    expect(pair.log('ACK')[0]!.text).toMatch(/^ACK sip:moved@/);
  });
});

it('RFC 4488 §4: a REFER that asks for no subscription gets none, and is told so', () => {
  const pair = new Pair({ flow: { caller: 'refer-norefersub', callee: 'reference' } }).run();
  expectOne(pair);
  expect(pair.log('REFER')[0]!.text).toMatch(/^Refer-Sub: false\r$/m);
  expect(pair.log('200 REFER')[0]!.text).toMatch(/^Refer-Sub: false\r$/m);
  expect(pair.kinds()).not.toContain('NOTIFY');
});

it('RFC 3261 §11: OPTIONS goes out at each interval, in one Call-ID and with CSeq counted on', () => {
  const pair = new Pair({ flow: { caller: 'options-keepalive', callee: 'reference' }, holdUs: 30_000_000 }).run();
  expectOne(pair);
  const asked = pair.log('OPTIONS');
  expect(asked.map(({ atUs }) => Math.round(atUs / 1e6))).toEqual([0, 30, 60, 90, 120]);
  expect(asked.map(({ text }) => /^CSeq: 0*(\d+)/m.exec(text)![1])).toEqual(['1', '2', '3', '4', '5']);
  expect(new Set(asked.map(({ text }) => /^Call-ID: (.*)$/m.exec(text)![1])).size).toBe(1);
});

function expectOne(pair: Pair): void {
  expect(counts(pair.caller)).toEqual({ started: 1, succeeded: 1, failed: 0, dropped: 0, unexpected: 0 });
}
