// Faults of YAML and of shape, each at its line and column with its mend.
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

const YAML: Case[] = [
  ['an empty file', '', ['f.yaml:1:1: the file holds no flow; mend: start with flow:, title: and ladder:']],
  [
    'a text instead of a flow',
    'hello',
    ['f.yaml:1:1: the file holds no flow; mend: start with flow:, title: and ladder:'],
  ],
  [
    'an unclosed quote',
    'flow: "x\ntitle: t\n',
    ['f.yaml:1:7: not YAML: Missing closing "quote; mend: close the quote or bracket'],
  ],
  [
    'a line that stands under nothing',
    ladder`
  - caller: OPTIONS
   headers: {}
`,
    ['f.yaml:5:1: not YAML: Sequence item without - indicator; mend: line it up with its neighbours, with spaces'],
  ],
  [
    'a list without a comma',
    'flow: ["x" "y"]\n',
    ['f.yaml:1:12: not YAML: Missing , or : between flow sequence items; mend: put a comma between the two'],
  ],
  [
    'a key without a colon',
    'flow: x\ntitle\nladder:\n',
    ['f.yaml:2:1: not YAML: Implicit keys need to be on a single line; mend: put a colon and a space after the key'],
  ],
  [
    'a duplicate key',
    'flow: x\ntitle: t\ntitle: u\nladder:\n  - caller: OPTIONS\n  - callee: 200\n',
    ['f.yaml:3:1: title is given twice; mend: keep one of the two'],
  ],
  [
    'a duplicate key in a step',
    ladder`
  - caller: INVITE
    body: sdp-offer
    body: text
`,
    ['f.yaml:6:5: body is given twice; mend: keep one of the two'],
  ],
  [
    'a tab',
    ladder`
	- caller: OPTIONS
`,
    ['f.yaml:4:1: not YAML: Tabs are not allowed as indentation; mend: indent with spaces'],
  ],
  [
    'two documents',
    'flow: x\n---\nflow: y\n',
    ['f.yaml:2:1: a second document begins here; mend: one file is one ladder: remove the line ---'],
  ],
  [
    'an alias without anchor',
    ladder`
  - *nothing
`,
    [
      'f.yaml:4:5: not YAML: Unresolved alias (the anchor must be set before the alias): nothing; mend: write the steps out instead of using * aliases',
    ],
  ],
  [
    'too many aliases',
    'flow: x\ntitle: t\na: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nladder: [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n',
    [
      'f.yaml:5:54: not YAML: Excessive alias count indicates a resource exhaustion attack; mend: write the steps out instead of using * aliases',
    ],
  ],
];

const SHAPE: Case[] = [
  [
    'missing keys',
    'flow: x\n',
    [
      'f.yaml:1:1: title is missing; mend: write for example title: A call with early media',
      'f.yaml:1:1: ladder is missing; mend: write a line such as - caller: INVITE under ladder:',
    ],
  ],
  [
    'an empty ladder',
    'flow: x\ntitle: t\nladder: []\n',
    ['f.yaml:3:9: ladder is a list of at least one step; mend: write a line such as - caller: INVITE under ladder:'],
  ],
  [
    'a ladder without value',
    ladder`
`,
    ['f.yaml:3:1: ladder is a list of at least one step; mend: write a line such as - caller: INVITE under ladder:'],
  ],
  [
    'a bad name',
    'flow: My Flow\ntitle: t\nladder:\n  - caller: OPTIONS\n  - callee: 200\n',
    ['f.yaml:1:7: flow is a name of small letters, digits and hyphens; mend: write for example flow: my-flow'],
  ],
  [
    'an unknown key of the file',
    'flow: x\ntitel: t\nladder:\n  - caller: OPTIONS\n  - callee: 200\n',
    [
      'f.yaml:1:1: title is missing; mend: write for example title: A call with early media',
      'f.yaml:2:1: unknown key titel; mend: write title',
    ],
  ],
  [
    'an unknown key of a step',
    ladder`
  - caller: INVITE
    heders: { Subject: x }
  - callee: 200
`,
    ['f.yaml:5:5: unknown key heders; mend: write headers'],
  ],
  [
    'a key that nothing resembles',
    ladder`
  - caller: OPTIONS
    qqqqqq: 1
`,
    [
      'f.yaml:5:5: unknown key qqqqqq; mend: known here: caller, headers, body, of, reason, optional, reliable, capture, where, leg, timeout, onTimeout, label, goto',
    ],
  ],
  [
    'an unknown step',
    ladder`
  - caler: INVITE
`,
    ['f.yaml:4:5: no step is called caler; mend: write caller'],
  ],
  [
    'a step that is a word',
    ladder`
  - INVITE
`,
    ['f.yaml:4:5: a step is a key and its value; mend: write for example - caller: INVITE'],
  ],
  [
    'an empty step',
    ladder`
  - {}
`,
    ['f.yaml:4:5: a step says nothing; mend: a step begins with caller, callee, pause, repeat, anyOf, goto or label'],
  ],
  [
    'both senders in one step',
    ladder`
  - caller: OPTIONS
    callee: 200
`,
    ['f.yaml:5:5: one step has both a caller and a callee; mend: make two steps: one message has one sender'],
  ],
  [
    'an unknown method',
    ladder`
  - caller: INVTE
`,
    ['f.yaml:4:13: unknown method INVTE; mend: write INVITE'],
  ],
  [
    'a method in small letters',
    ladder`
  - caller: invite
`,
    ['f.yaml:4:13: unknown method invite; mend: write INVITE'],
  ],
  [
    'an unknown status',
    ladder`
  - caller: OPTIONS
  - callee: 700
`,
    ['f.yaml:5:13: unknown status 700; mend: write whole numbers from 100 to 699'],
  ],
  [
    'a status as text',
    ladder`
  - caller: OPTIONS
  - callee: "200"
`,
    ['f.yaml:5:13: the status "200" is a text; mend: write 200 without quotes'],
  ],
  [
    'an unknown class',
    ladder`
  - caller: OPTIONS
  - callee: 7xx
`,
    ['f.yaml:5:13: unknown class 7xx; mend: write 1xx, 2xx, 3xx, 4xx, 5xx or 6xx'],
  ],
  [
    'a list with a method',
    ladder`
  - caller: OPTIONS
  - callee: [200, OK]
`,
    ['f.yaml:5:13: unknown status [200,"OK"]; mend: write whole numbers from 100 to 699'],
  ],
  [
    'a message without value',
    ladder`
  - caller:
`,
    ['f.yaml:4:5: a message is a method or a status; mend: write for example caller: INVITE or callee: 200'],
  ],
  [
    'an unknown of',
    ladder`
  - caller: OPTIONS
  - callee: 200
    of: OPTION
`,
    ['f.yaml:6:9: unknown method OPTION; mend: write OPTIONS'],
  ],
  [
    'a header without value',
    ladder`
  - caller: OPTIONS
    headers:
      Subject:
`,
    [
      'f.yaml:6:7: headers.Subject: headers takes texts and numbers by header name; mend: put the value in quotes, for example headers: { Subject: "test" }',
    ],
  ],
  [
    'a header that is true',
    ladder`
  - caller: OPTIONS
    headers: { X: true }
`,
    [
      'f.yaml:5:19: headers.X: headers takes texts and numbers by header name; mend: put the value in quotes, for example headers: { Subject: "test" }',
    ],
  ],
  [
    'a pause without unit',
    ladder`
  - caller: OPTIONS
  - pause: 250
`,
    [
      'f.yaml:5:12: pause is hold or a duration; mend: write pause: hold, or a number with us, ms, s, m or h, for example 250ms',
    ],
  ],
  [
    'an optional that is a text',
    ladder`
  - caller: OPTIONS
    optional: "yes"
`,
    ['f.yaml:5:15: optional is true or false; mend: write optional: true, or leave the key out'],
  ],
  [
    'a repeat without steps',
    ladder`
  - repeat: 3
`,
    ['f.yaml:4:5: steps is missing; mend: write a line such as - caller: INFO under steps:'],
  ],
  [
    'a repeat of nothing',
    ladder`
  - repeat: 0
    steps:
      - caller: OPTIONS
`,
    ['f.yaml:4:13: repeat is a whole number from 1 to 2000; mend: write for example repeat: 3'],
  ],
  [
    'a fault inside repeat',
    ladder`
  - repeat: 2
    steps:
      - caller: OPTIONS
      - callee: 20
`,
    ['f.yaml:7:17: unknown status 20; mend: write whole numbers from 100 to 699'],
  ],
  [
    'an anyOf of one',
    ladder`
  - caller: OPTIONS
  - anyOf:
      - callee: 200
`,
    ['f.yaml:6:7: anyOf is a list of at least two messages; mend: write a line such as - callee: 200 under anyOf:'],
  ],
  [
    'a pause in anyOf',
    ladder`
  - caller: OPTIONS
  - anyOf:
      - callee: 200
      - pause: 1s
`,
    ['f.yaml:7:9: anyOf takes messages, not pause; mend: write caller: or callee:'],
  ],
  [
    'a capture without pattern',
    ladder`
  - caller: OPTIONS
    capture: { a: { header: To } }
`,
    [
      'f.yaml:5:19: capture.a: capture takes a header name, or header and pattern, by variable; mend: write for example capture: { tag: { header: To, pattern: "tag=(.+)" } }',
    ],
  ],
  [
    'an unknown key of a capture',
    ladder`
  - caller: OPTIONS
    capture: { a: { header: To, patern: x, pattern: (x) } }
`,
    ['f.yaml:5:33: unknown key patern; mend: write pattern'],
  ],
];

describe('YAML faults', () => {
  it.each(YAML)('%s', (_name, text, expected, options) => {
    expect(problemsOf(text, options)).toEqual(expected);
  });
});

describe('keys and values', () => {
  it.each(SHAPE)('%s', (_name, text, expected, options) => {
    expect(problemsOf(text, options)).toEqual(expected);
  });
});
