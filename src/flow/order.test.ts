// Faults of the order of messages, each at its line and column with its mend.
import { describe, expect, it } from 'vitest';
import { type LoadOptions, loadFlow } from './load.ts';
import { formatProblem } from './problem.ts';

function problemsOf(text: string, options?: LoadOptions): string[] {
  const loaded = loadFlow(text, 'f.yaml', options);
  return ('flow' in loaded ? loaded.warnings : loaded.problems).map(formatProblem);
}

/** A whole file from its steps: the first of them stands on line 4. */
function ladder(steps: TemplateStringsArray): string {
  return `flow: x\ntitle: t\nladder:${steps.raw[0]}`;
}

type Case = [name: string, text: string, problems: string[], options?: LoadOptions];

const ORDER: Case[] = [
  [
    'a response first',
    ladder`
  - callee: 200
`,
    [
      'f.yaml:4:13: a response without a request: nothing of the caller waits for an answer; mend: put the request before it',
    ],
  ],
  [
    'a callee that begins',
    ladder`
  - callee: OPTIONS
  - caller: 200
`,
    [
      'f.yaml:4:13: the ladder begins with the callee; mend: begin with a request of the caller: it is the one who calls',
    ],
  ],
  [
    'a response to a request that is over',
    ladder`
  - caller: OPTIONS
  - callee: 200
  - callee: 200
`,
    [
      'f.yaml:6:13: a response without a request: nothing of the caller waits for an answer; mend: put the request before it',
    ],
  ],
  [
    'of a request that does not wait',
    ladder`
  - caller: OPTIONS
  - callee: 200
    of: INVITE
`,
    ['f.yaml:6:9: no INVITE of the caller waits for an answer; mend: waiting here: OPTIONS'],
  ],
  [
    'a response of the wrong side',
    ladder`
  - caller: OPTIONS
  - caller: 200
`,
    [
      'f.yaml:5:13: a response without a request: nothing of the callee waits for an answer; mend: put the request before it',
    ],
  ],
  [
    'a request without its answer',
    ladder`
  - caller: OPTIONS
`,
    ['f.yaml:4:5: the ladder ends before OPTIONS has a final response; mend: add - callee: 200'],
  ],
  [
    'two of one side at once',
    ladder`
  - caller: OPTIONS
  - caller: MESSAGE
  - callee: 200
`,
    ["f.yaml:5:13: the caller's OPTIONS has no final response yet; mend: answer it before the MESSAGE"],
  ],
  [
    'a missing ACK',
    ladder`
  - caller: INVITE
  - callee: 200
`,
    ['f.yaml:5:5: the ladder ends before the ACK; mend: add - caller: ACK'],
  ],
  [
    'an ACK too many',
    ladder`
  - caller: OPTIONS
  - callee: 200
  - caller: ACK
`,
    ['f.yaml:6:13: ACK without a final response to INVITE; mend: put it behind the final response to the INVITE'],
  ],
  [
    'an ACK of the wrong side',
    ladder`
  - caller: INVITE
  - callee: 200
  - callee: ACK
`,
    ['f.yaml:6:13: ACK without a final response to INVITE; mend: put it behind the final response to the INVITE'],
  ],
  [
    'an ACK of two meanings',
    ladder`
  - caller: INVITE
  - anyOf:
      - callee: 200
      - callee: 486
  - caller: ACK
`,
    [
      'f.yaml:8:13: this acknowledges a 300–699 on one path and a 2xx on another; mend: give each of the two its own ACK: anyOf with goto',
    ],
  ],
  [
    'a response of two meanings',
    ladder`
  - caller: INVITE
  - callee: 180
  - anyOf:
      - caller: UPDATE
      - caller: MESSAGE
  - callee: 200
  - callee: 486
`,
    [
      'f.yaml:9:13: this answers MESSAGE on one path and UPDATE on another; mend: add of: UPDATE, or make two steps of it',
    ],
  ],
  [
    'BYE before a dialog',
    ladder`
  - caller: BYE
  - callee: 200
`,
    ['f.yaml:4:13: BYE before a dialog; mend: put it behind an INVITE and a provisional or 2xx response to it'],
  ],
  [
    'BYE of the callee in an early dialog',
    ladder`
  - caller: INVITE
  - callee: 180
  - callee: BYE
  - caller: 200
  - callee: 487
`,
    ['f.yaml:6:13: BYE of the callee before the call is answered; mend: answer the INVITE with 486 or 603 instead'],
  ],
  [
    'BYE of the callee before the ACK',
    ladder`
  - caller: INVITE
  - callee: 200
  - callee: BYE
  - caller: 200
  - caller: ACK
`,
    ['f.yaml:6:13: BYE before the ACK; mend: put - caller: ACK before it'],
  ],
  [
    'a request after BYE',
    ladder`
  - caller: INVITE
  - callee: 200
  - caller: ACK
  - caller: BYE
  - callee: 200
  - caller: INFO
  - callee: 200
`,
    ['f.yaml:9:13: INFO after the dialog has ended; mend: leave it out: one ladder is one call'],
  ],
  [
    'a request of a callee nobody knows',
    ladder`
  - caller: MESSAGE
  - callee: 200
  - callee: MESSAGE
  - caller: 200
`,
    [
      'f.yaml:6:13: MESSAGE of the callee before a dialog; mend: put it behind a response that makes one: to INVITE, SUBSCRIBE or REFER',
    ],
  ],
  [
    'a call left up',
    ladder`
  - caller: INVITE
  - callee: 200
  - caller: ACK
`,
    ['f.yaml:6:5: warning: the ladder ends and the call is still up; mend: add - caller: BYE and - callee: 200'],
  ],
  [
    'CANCEL of nothing',
    ladder`
  - caller: CANCEL
  - callee: 200
`,
    ['f.yaml:4:13: CANCEL, but no INVITE is pending; mend: put it between the INVITE and its final response'],
  ],
  [
    'CANCEL too early',
    ladder`
  - caller: INVITE
  - callee: 180
    optional: true
    timeout: 1s
  - caller: CANCEL
  - callee: 200
  - callee: 487
`,
    [
      'f.yaml:8:13: CANCEL before a provisional response has surely come; mend: put - callee: 180 before it, without optional',
    ],
  ],
  [
    'PRACK of nothing',
    ladder`
  - caller: INVITE
  - callee: 183
  - caller: PRACK
  - callee: 200
  - callee: 486
`,
    [
      'f.yaml:6:13: PRACK without a reliable provisional before it; mend: put for example - callee: 183 with reliable: true before it',
    ],
  ],
  [
    'reliable without 100rel',
    ladder`
  - caller: INVITE
  - callee: 183
    reliable: true
  - caller: PRACK
  - callee: 200
  - callee: 486
`,
    ['f.yaml:6:5: reliable, but the INVITE does not offer 100rel; mend: add headers: { Supported: 100rel } to it'],
  ],
  [
    'two reliable at once',
    ladder`
  - caller: INVITE
    headers: { Require: 100rel }
  - callee: 183
    reliable: true
  - callee: 180
    reliable: true
  - caller: PRACK
  - callee: 200
  - callee: 486
`,
    [
      'f.yaml:9:5: the reliable provisional before this one has no PRACK yet; mend: put - caller: PRACK and its 200 between',
    ],
  ],
  [
    'a 2xx before the PRACK',
    ladder`
  - caller: INVITE
    headers: { Supported: [timer, 100rel] }
    body: sdp-offer
  - callee: 183
    reliable: true
    body: sdp-answer
  - callee: 200
  - caller: ACK
  - caller: PRACK
  - callee: 200
`,
    [
      'f.yaml:10:13: a 2xx before the reliable provisional with SDP has its PRACK; mend: put - caller: PRACK and its 200 before it',
    ],
  ],
  [
    'no PRACK',
    ladder`
  - caller: INVITE
    headers: { Supported: 100rel }
  - callee: 183
    reliable: true
  - callee: 200
  - caller: ACK
`,
    ['f.yaml:9:5: the ladder ends before the PRACK; mend: add - caller: PRACK behind the reliable provisional'],
  ],
  [
    'a provisional to MESSAGE',
    ladder`
  - caller: MESSAGE
  - callee: 180
  - callee: 200
`,
    ['f.yaml:5:13: 180 to MESSAGE; mend: only INVITE has provisional responses: leave it out'],
  ],
  [
    'an answer without offer',
    ladder`
  - caller: INVITE
  - callee: 200
    body: sdp-answer
  - caller: ACK
`,
    ['f.yaml:6:11: sdp-answer without an sdp-offer before it; mend: write sdp-offer'],
  ],
  [
    'a second INVITE before the ACK',
    ladder`
  - caller: INVITE
  - callee: 200
  - caller: INVITE
  - callee: 200
  - caller: ACK
`,
    ['f.yaml:6:13: the 2xx to INVITE has no ACK yet; mend: put - caller: ACK before it'],
  ],
  [
    'an optional request without its answer',
    ladder`
  - caller: INVITE
  - callee: 180
  - callee: UPDATE
    optional: true
    timeout: 1s
  - callee: 486
  - caller: 200
`,
    [
      'f.yaml:7:5: the optional UPDATE is not followed by its answer; mend: put its final response, by the other side, directly below',
    ],
  ],
  [
    'an optional message nobody waits for',
    ladder`
  - caller: INVITE
  - callee: 200
  - caller: ACK
  - callee: INFO
    optional: true
  - caller: 200
  - caller: BYE
  - callee: 200
`,
    [
      'f.yaml:8:5: the caller does not wait for this optional message: what follows is its own act; mend: add for example timeout: 1s',
    ],
  ],
  [
    'a variable before its capture',
    ladder`
  - caller: OPTIONS
    headers: { Subject: "{{tag}}" }
  - callee: 200
    capture: { tag: To }
`,
    [
      'f.yaml:5:25: {{tag}} is used before it is surely captured; mend: capture it in an earlier message that is not optional',
    ],
  ],
  [
    'a variable of the other side',
    ladder`
  - caller: OPTIONS
    capture: { id: Call-ID }
  - callee: 200
  - caller: OPTIONS
    headers: { Subject: "{{id}}" }
  - callee: 200
`,
    [
      'f.yaml:8:25: {{id}} is captured by the callee, and the caller sends this; mend: capture it in a message of the callee',
    ],
  ],
  [
    'a variable of an optional message',
    ladder`
  - caller: INVITE
  - callee: 180
    optional: true
    capture: { tag: To }
  - callee: 200
  - caller: ACK
    headers: { Subject: "{{tag}}" }
  - caller: BYE
  - callee: 200
`,
    [
      'f.yaml:10:25: {{tag}} is used before it is surely captured; mend: capture it in an earlier message that is not optional',
    ],
  ],
  [
    'an optional message that swallows the next',
    ladder`
  - caller: INVITE
  - callee: 1xx
    optional: true
  - callee: 180
    optional: true
  - callee: [183, 184]
  - callee: 486
`,
    [
      'f.yaml:6:5: warning: when one message comes, it is taken for this optional one and not for line 9; mend: leave this step out, or give the two different statuses',
    ],
  ],
  [
    'a call that a timeout leaves up',
    ladder`
  - caller: INVITE
  - callee: 180
    timeout: 1s
    onTimeout: over
  - callee: 200
  - caller: ACK
  - label: over
`,
    [
      'f.yaml:9:5: warning: the ladder ends and the call is still up; mend: add - caller: BYE and - callee: 200',
      'f.yaml:9:5: warning: after a timeout the ladder ends before INVITE has a final response; mend: add - callee: 200',
    ],
  ],
];

describe('order of messages', () => {
  it.each(ORDER)('%s', (_name, text, expected, options) => {
    expect(problemsOf(text, options)).toEqual(expected);
  });
});
