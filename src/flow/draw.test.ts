// Ladders as text, written out.
import { expect, it } from 'vitest';
import { draw } from './draw.ts';
import { findFlow } from './find.ts';
import { loadFlow } from './load.ts';

function drawn(loaded: ReturnType<typeof loadFlow>): string {
  if ('flow' in loaded) return draw(loaded.flow);
  throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
}

it('draws basic', () => {
  expect(drawn(findFlow('basic'))).toBe(BASIC);
});

it('draws the flagship', () => {
  expect(drawn(findFlow('prack-info-refer'))).toBe(FLAGSHIP);
});

it('draws every construct', () => {
  const text = `
flow: everything
title: Labels, blocks and limits
ladder:
  - label: again
  - repeat: 2
    steps:
      - caller: MESSAGE
        headers: { Content-Type: text/plain }
        body: hello
      - callee: [200, 202]
      - pause: 250ms
  - caller: INVITE
  - callee: 100
    optional: true
  - anyOf:
      - callee: 200
      - callee: 486
        goto: refused
      - callee: 503
        reason: Please wait for a very long time before you call again
        goto: again
    timeout: 20s
    onTimeout: late
  - caller: ACK
  - caller: BYE
  - callee: 2xx
    timeout: 2s
    onTimeout: late
  - goto: late
  - label: refused
  - caller: ACK
  - label: late
`;
  expect(drawn(loadFlow(text, 'everything.yaml'))).toBe(EVERYTHING);
});

const BASIC = `\
basic: A call that is answered, held and ended by the caller

 caller                               callee
   │                                    │
   │───────────── INVITE ──────────────▶│  sdp offer
   │◀╌╌╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌╌╌╌╌│  optional
   │◀╌╌╌╌╌╌╌╌╌╌╌ 180 or 183 ╌╌╌╌╌╌╌╌╌╌╌╌│  optional
   │◀───────────── 200 OK ──────────────│  sdp answer
   │─────────────── ACK ───────────────▶│
   ┆             pause hold             ┆
   │─────────────── BYE ───────────────▶│
   │◀───────────── 200 OK ──────────────│
   │                                    │
`;

const FLAGSHIP = `\
prack-info-refer: A reliable provisional, mid-call INFO, and a transfer request

 caller                               callee
   │                                    │
   │───────────── INVITE ──────────────▶│  sdp offer
   │◀╌╌╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌╌╌╌╌│  optional
   │◀────── 183 Session Progress ───────│  reliable, sdp answer
   │────────────── PRACK ──────────────▶│
   │◀───────────── 200 OK ──────────────│
   │◀───────────── 200 OK ──────────────│  of INVITE
   │─────────────── ACK ───────────────▶│
   ┆             pause hold             ┆
   │────────────── INFO ───────────────▶│
   │◀───────────── 200 OK ──────────────│
   │────────────── REFER ──────────────▶│
   │◀─────────── 200 or 202 ────────────│
   │◀───────────── NOTIFY ──────────────│
   │───────────── 200 OK ──────────────▶│
   │─────────────── BYE ───────────────▶│
   │◀───────────── 200 OK ──────────────│
   │                                    │
`;

const EVERYTHING = `\
everything: Labels, blocks and limits

 caller                                                             callee
   │                                                                  │
   │                              again:                              │
   ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 2 times ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤
   │──────────────────────────── MESSAGE ────────────────────────────▶│
   │◀────────────────────────── 200 or 202 ───────────────────────────│
   ┆                           pause 250ms                            ┆
   ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ end of 2 times ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤
   │──────────────────────────── INVITE ─────────────────────────────▶│
   │◀╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 100 Trying ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│  optional
   ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ any of these ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤  within 20s, else goto late
   │◀──────────────────────────── 200 OK ─────────────────────────────│
   │◀───────────────────────── 486 Busy Here ─────────────────────────│  goto refused
   │◀── 503 Please wait for a very long time before you call again ───│  goto again
   ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ end of these ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤
   │────────────────────────────── ACK ──────────────────────────────▶│
   │────────────────────────────── BYE ──────────────────────────────▶│
   │◀────────────────────────────── 2xx ──────────────────────────────│  within 2s, else goto late
   │                            goto late                             │
   │                             refused:                             │
   │────────────────────────────── ACK ──────────────────────────────▶│
   │                              late:                               │
   │                                                                  │
`;
