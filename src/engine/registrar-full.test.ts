// A registrar that has no room left, in virtual time: who comes beyond is refused for now, who is in stays in.
import { describe, expect, it } from 'vitest';
import { counter, counts, failures, held, NOTHING_HELD, Pair } from '../../tests/virtual/pair.ts';
import { REFERENCE_PROGRAM } from '../flow/reference-program.ts';

describe('the registrar of the reference server', () => {
  it('RFC 3261 §21.5.4: refuses a binding beyond its bound with 503 and Retry-After', () => {
    const pair = new Pair({
      flow: 'register',
      calls: 6,
      rateCps: 10,
      holdUs: 2_000_000,
      // Each call registers a user of its own.
      caller: { target: { address: '127.0.0.1', port: 5_060, host: '127.0.0.1', users: [''] } },
      callee: { server: true, programs: [REFERENCE_PROGRAM], maxBindings: 4 },
    }).run();
    expect(counts(pair.caller)).toMatchObject({ started: 6, succeeded: 4, failed: 2 });
    expect(failures(pair.caller)).toEqual(['2 unexpected: 503 Service Unavailable to REGISTER, expected 200 OK']);
    for (const { text } of pair.log('503 REGISTER')) expect(text).toMatch(/^Retry-After: \d+\r$/m);
    // Those who were in refreshed and left; nothing stays.
    expect(pair.callee!.e.reference!.registrar.bindings.inUse).toBe(0);
    expect(counter(pair.callee, 'REFUSED')).toBe(2);
    expect(held(pair.callee)).toEqual(NOTHING_HELD);
  });
});
