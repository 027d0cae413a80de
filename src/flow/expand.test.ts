// Faults of labels, repeats and other steps, each at its line and column with its mend.
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

const LABELS: Case[] = [
  [
    'goto without label',
    ladder`
  - caller: OPTIONS
  - callee: 200
  - goto: agian
  - label: again
`,
    [
      'f.yaml:6:11: no label is called agian; mend: write again',
      'f.yaml:7:12: warning: nothing goes to the label again; mend: remove it',
    ],
  ],
  [
    'a message that goes nowhere',
    ladder`
  - caller: OPTIONS
  - callee: 200
    goto: done
`,
    ['f.yaml:6:11: no label is called done; mend: add the step - label: done'],
  ],
  [
    'onTimeout without label',
    ladder`
  - caller: OPTIONS
  - callee: 200
    timeout: 1s
    onTimeout: late
`,
    ['f.yaml:7:16: no label is called late; mend: add the step - label: late'],
  ],
  [
    'onTimeout without timeout',
    ladder`
  - caller: OPTIONS
  - callee: 200
    onTimeout: late
  - label: late
`,
    ['f.yaml:6:5: onTimeout has no timeout; mend: add for example timeout: 2s'],
  ],
  [
    'a timeout of nothing',
    ladder`
  - caller: OPTIONS
  - callee: 200
    timeout: 0s
`,
    ['f.yaml:6:14: 0s is no time to wait; mend: write more than 0 and at most 30m'],
  ],
  [
    'a timeout for ever',
    ladder`
  - caller: OPTIONS
  - callee: 200
    timeout: 1h
`,
    ['f.yaml:6:14: 1h is no time to wait; mend: write more than 0 and at most 30m'],
  ],
  [
    'a timeout of the first message',
    ladder`
  - caller: OPTIONS
    timeout: 1s
  - callee: 200
`,
    ['f.yaml:5:5: nobody waits for the first message; mend: leave timeout out'],
  ],
  [
    'a pause for ever',
    ladder`
  - pause: 25h
  - caller: OPTIONS
  - callee: 200
`,
    ['f.yaml:4:12: 25h is too long; mend: write at most 24h'],
  ],
  [
    'an unused label',
    ladder`
  - label: start
  - caller: OPTIONS
  - callee: 200
`,
    ['f.yaml:4:12: warning: nothing goes to the label start; mend: remove it'],
  ],
  [
    'a label twice',
    ladder`
  - label: a
  - caller: OPTIONS
  - callee: 200
    label: a
    goto: a
`,
    ['f.yaml:7:12: the label a stands twice; mend: give one of them another name'],
  ],
  [
    'a label inside repeat',
    ladder`
  - repeat: 2
    steps:
      - label: a
      - caller: OPTIONS
      - callee: 200
`,
    [
      'f.yaml:6:16: a label cannot stand inside repeat: it would be there several times; mend: put it before or behind the repeat',
    ],
  ],
  [
    'too many steps',
    ladder`
  - caller: OPTIONS
  - callee: 200
  - repeat: 500
    steps:
      - repeat: 500
        steps:
          - caller: OPTIONS
          - callee: 200
`,
    ['f.yaml:6:5: the ladder has more than 2000 steps when its repeats are unrolled; mend: repeat less'],
  ],
  [
    'no message',
    ladder`
  - pause: 1s
`,
    ['f.yaml:4:3: the ladder has no message; mend: add for example - caller: INVITE'],
  ],
  [
    'unreachable steps',
    ladder`
  - caller: OPTIONS
  - callee: 200
  - goto: end
  - caller: OPTIONS
  - callee: 200
  - label: end
`,
    ['f.yaml:7:5: warning: nothing leads to this step; mend: remove it, or put a label before it and go there'],
  ],
  [
    'a ladder without end',
    ladder`
  - label: again
  - caller: OPTIONS
  - callee: 200
  - goto: again
`,
    ['f.yaml:3:1: the ladder never ends; mend: leave its loop with a goto in anyOf, or with onTimeout'],
  ],
  [
    'an anyOf with two senders',
    ladder`
  - caller: OPTIONS
  - anyOf:
      - callee: 200
      - caller: 404
`,
    ['f.yaml:7:9: the messages of anyOf have different senders; mend: write callee:'],
  ],
  [
    'a timeout inside anyOf',
    ladder`
  - caller: OPTIONS
  - anyOf:
      - callee: 200
        timeout: 1s
      - callee: 404
        optional: true
`,
    [
      'f.yaml:7:9: timeout cannot stand in a message of anyOf; mend: put it beside anyOf',
      'f.yaml:9:9: optional cannot stand in a message of anyOf; mend: leave it out',
      'f.yaml:9:9: a final response cannot be optional: its request would never end; mend: leave optional out, or use timeout and onTimeout',
    ],
  ],
  [
    'an optional first message',
    ladder`
  - caller: OPTIONS
    optional: true
  - callee: 200
`,
    ['f.yaml:5:5: the first message cannot be optional; mend: leave optional out'],
  ],
];

describe('labels and steps', () => {
  it.each(LABELS)('%s', (_name, text, expected, options) => {
    expect(problemsOf(text, options)).toEqual(expected);
  });
});
