// Faults of a single message, each at its line and column with its mend.
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

const MESSAGE: Case[] = [
  [
    'a header busyhour writes',
    ladder`
  - caller: OPTIONS
    headers:
      Subject: x
      Via: x
  - callee: 200
`,
    ['f.yaml:7:7: busyhour writes Via itself; mend: leave it out'],
  ],
  [
    'its compact form',
    ladder`
  - caller: OPTIONS
    headers: { l: 7 }
  - callee: 200
`,
    ['f.yaml:5:16: busyhour writes l (Content-Length) itself; mend: leave it out'],
  ],
  [
    'a header twice',
    ladder`
  - caller: OPTIONS
    headers: { Subject: a, s: b }
  - callee: 200
`,
    ['f.yaml:5:28: Subject is given twice; mend: give it once, with a list of values'],
  ],
  [
    'a header name with a space',
    ladder`
  - caller: OPTIONS
    headers: { My Header: a }
  - callee: 200
`,
    ['f.yaml:5:16: "My Header" is no header name; mend: use letters, digits and -.!%*_+`\'~'],
  ],
  [
    'a line end in a header',
    ladder`
  - caller: OPTIONS
    headers: { Subject: "a\r\nVia: b" }
  - callee: 200
`,
    ['f.yaml:5:25: Subject has a line end in its value; mend: write one line'],
  ],
  [
    'a line end in a list of values',
    ladder`
  - caller: OPTIONS
    headers: { Accept: [a/b, "c\n"] }
  - callee: 200
`,
    ['f.yaml:5:30: Accept has a line end in its value; mend: write one line'],
  ],
  [
    'a body without type',
    ladder`
  - caller: MESSAGE
    body: hello
  - callee: 200
`,
    ['f.yaml:5:11: the body has no Content-Type; mend: write for example headers: { Content-Type: text/plain }'],
  ],
  [
    'a mistyped sdp-offer',
    ladder`
  - caller: INVITE
    body: spd-offer
  - callee: 486
`,
    ['f.yaml:5:11: the body has no Content-Type; mend: write sdp-offer'],
  ],
  [
    'a type for SDP',
    ladder`
  - caller: INVITE
    headers: { c: text/plain }
    body: sdp-offer
  - callee: 486
`,
    [
      'f.yaml:5:16: busyhour writes the Content-Type of sdp-offer itself; mend: leave it out, or write the body as text',
    ],
  ],
  [
    'an unknown substitution',
    ladder`
  - caller: OPTIONS
    headers: { Subject: "{{target.hots}}" }
  - callee: 200
`,
    ['f.yaml:5:25: nothing gives {{target.hots}}; mend: write {{target.host}}'],
  ],
  [
    'an unknown substitution in a body',
    ladder`
  - caller: MESSAGE
    headers: { Content-Type: text/plain }
    body: "{{nothing_like_it}}"
  - callee: 200
`,
    [
      'f.yaml:6:11: nothing gives {{nothing_like_it}}; mend: known: target.host, target.port, target.user, local.host, local.port, call.number, call.id, media.address, media.port, hold',
    ],
  ],
  [
    'braces left open',
    ladder`
  - caller: OPTIONS
    headers: { Subject: "{{call.id" }
  - callee: 200
`,
    ['f.yaml:5:25: a {{ or }} belongs to no substitution; mend: write {{name}} with letters, digits, . - and _'],
  ],
  [
    'a data column without data',
    ladder`
  - caller: OPTIONS
    headers: { Subject: "{{data.user}}" }
  - callee: 200
`,
    ['f.yaml:5:25: no data file gives {{data.user}}; mend: give one with --data FILE.csv'],
  ],
  [
    'an unknown data column',
    ladder`
  - caller: OPTIONS
    headers: { Subject: "{{data.usr}}" }
  - callee: 200
`,
    ['f.yaml:5:25: no data file gives {{data.usr}}; mend: write {{data.user}}'],
    { dataColumns: ['user', 'password'] },
  ],
  [
    'no pattern',
    ladder`
  - caller: OPTIONS
  - callee: 200
    capture: { a: { header: To, pattern: "(" } }
`,
    [
      'f.yaml:6:42: not a pattern: Invalid regular expression: /(|/: Unterminated group; mend: write a JavaScript regular expression',
    ],
  ],
  [
    'a pattern without group',
    ladder`
  - caller: OPTIONS
  - callee: 200
    capture: { a: { header: To, pattern: "tag=.+" } }
`,
    ['f.yaml:6:42: the pattern has no group; mend: put the part to keep in ( )'],
  ],
  [
    'a name of busyhour',
    ladder`
  - caller: OPTIONS
  - callee: 200
    capture: { hold: To }
`,
    [
      'f.yaml:6:16: no value can be kept as hold; mend: use letters, digits, - and _; not a name of busyhour such as hold',
    ],
  ],
  [
    'a name with a dot',
    ladder`
  - caller: OPTIONS
  - callee: 200
    capture: { a.b: To }
`,
    [
      'f.yaml:6:16: no value can be kept as a.b; mend: use letters, digits, - and _; not a name of busyhour such as hold',
    ],
  ],
  [
    'the uri of a response',
    ladder`
  - caller: OPTIONS
  - callee: 200
    capture: { a: uri }
`,
    ['f.yaml:6:19: a response has no Request-URI; mend: name a header field or body'],
  ],
  [
    'a captured header that is none',
    ladder`
  - caller: OPTIONS
  - callee: 200
    capture: { a: "To:" }
`,
    ['f.yaml:6:19: "To:" is no header name; mend: write for example Contact, body or uri'],
  ],
  [
    'of in a request',
    ladder`
  - caller: OPTIONS
    of: INVITE
    reason: x
    reliable: true
  - callee: 200
`,
    [
      'f.yaml:5:5: of belongs to a response, and OPTIONS is a request; mend: leave it out',
      'f.yaml:6:5: reason belongs to a response, and OPTIONS is a request; mend: leave it out',
      'f.yaml:7:5: reliable belongs to a response, and OPTIONS is a request; mend: leave it out',
    ],
  ],
  [
    'a reason of two lines',
    ladder`
  - caller: OPTIONS
  - callee: 200
    reason: "a\nb"
`,
    ['f.yaml:6:13: a reason phrase is one line without {{…}}; mend: write plain words'],
  ],
  [
    'a list of provisional and final',
    ladder`
  - caller: INVITE
  - callee: [180, 486]
`,
    [
      'f.yaml:5:13: the statuses mean different things: provisional, 2xx and other final ones; mend: make them alternatives: anyOf',
    ],
  ],
  [
    'a 100 that is waited for',
    ladder`
  - caller: INVITE
  - callee: 100
  - callee: 486
`,
    ['f.yaml:5:13: 100 is sent only when an answer takes long, and no flow can wait for it; mend: add optional: true'],
  ],
  [
    'a 100 among others',
    ladder`
  - caller: INVITE
  - callee: [100, 180]
    optional: true
  - callee: 486
`,
    ['f.yaml:5:13: 100 stands with other statuses; mend: give 100 a step of its own with optional: true'],
  ],
  [
    'an optional final response',
    ladder`
  - caller: OPTIONS
  - callee: 200
    optional: true
`,
    [
      'f.yaml:6:5: a final response cannot be optional: its request would never end; mend: leave optional out, or use timeout and onTimeout',
    ],
  ],
  [
    'a reliable final response',
    ladder`
  - caller: INVITE
    headers: { Supported: 100rel }
  - callee: 200
    reliable: true
  - caller: ACK
`,
    ['f.yaml:7:5: only 101 to 199 can be reliable, and this is 200; mend: leave reliable out'],
  ],
  [
    'a reliable 100',
    ladder`
  - caller: INVITE
    headers: { Supported: 100rel }
  - callee: 100
    optional: true
    reliable: true
  - callee: 486
`,
    ['f.yaml:8:5: only 101 to 199 can be reliable, and this is 100; mend: leave reliable out'],
  ],
  [
    'a Require without 100rel',
    ladder`
  - caller: INVITE
    headers: { k: 100rel }
  - callee: 183
    reliable: true
    headers: { Require: timer }
  - caller: PRACK
  - callee: 200
  - callee: 486
    of: INVITE
`,
    ['f.yaml:8:25: Require replaces the 100rel of a reliable response; mend: write Require: "100rel, timer"'],
  ],
];

describe('one message', () => {
  it.each(MESSAGE)('%s', (_name, text, expected, options) => {
    expect(problemsOf(text, options)).toEqual(expected);
  });
});
