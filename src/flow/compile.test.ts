// The built-in flows and every construct as rows, written out as a person reads them.
import { describe, expect, it } from 'vitest';
import { METHOD_NAMES } from '../sip/names.ts';
import { type CompileOptions, compile } from './compile.ts';
import { findFlow } from './find.ts';
import type { Flow, Role } from './flow.ts';
import { type Loaded, loadFlow } from './load.ts';
import { formatProblem } from './problem.ts';
import { FLAG, OP, type Program, ROW, ROW_SIZE } from './program.ts';

const OPTIONS: CompileOptions = { holdUs: 2_000_000 };

function flowOf(loaded: Loaded): Flow {
  if ('flow' in loaded) return loaded.flow;
  throw new Error(loaded.problems.map(formatProblem).join('\n'));
}

/** A whole file from its steps. */
function ladder(steps: TemplateStringsArray): Flow {
  return flowOf(loadFlow(`flow: x\ntitle: t\nladder:${steps.raw[0]}`, 'f.yaml'));
}

/** `3 RECV INVITE 200..299 either optional <2000000us else 7 -> 4`; the arrow only where the next row is not the one below. */
function rowText({ rows, messages }: Program, row: number): string {
  const at = (field: number) => rows[row * ROW_SIZE + field]!;
  const op = at(ROW.OP);
  const words = [String(row), Object.keys(OP).find((_, i) => i === op)!];
  if (at(ROW.METHOD) >= 0) words.push(METHOD_NAMES[at(ROW.METHOD)]!);
  if (at(ROW.STATUS_LO) >= 0) {
    const [lo, hi] = [at(ROW.STATUS_LO), at(ROW.STATUS_HI)];
    words.push(lo === hi ? String(lo) : `${lo}..${hi}`);
  }
  if (at(ROW.FLAGS) & FLAG.ALTERNATIVE) words.push('either');
  if (at(ROW.FLAGS) & FLAG.OPTIONAL) words.push('optional');
  if (at(ROW.FLAGS) & FLAG.RELIABLE) words.push('reliable');
  if (at(ROW.TIME_US) >= 0) words.push(`${at(ROW.TIME_US)}us`);
  if (at(ROW.ON_TIMEOUT) >= 0) words.push(`else ${at(ROW.ON_TIMEOUT)}`);
  if (at(ROW.CAPTURE_COUNT) > 0) words.push(`keep ${at(ROW.CAPTURE)}+${at(ROW.CAPTURE_COUNT)}`);
  if (op !== OP.END && at(ROW.NEXT) !== row + 1) words.push(`-> ${at(ROW.NEXT)}`);
  if (op === OP.SEND) {
    const spec = messages[at(ROW.MESSAGE)]!;
    // The row and its message say the same.
    expect(spec.method).toBe(at(ROW.METHOD));
    expect(spec.status).toBe(Math.max(0, at(ROW.STATUS_LO)));
    expect(spec.ladder).toBe(at(ROW.LADDER));
    if (spec.body !== null) words.push(spec.body.kind);
  }
  return words.join(' ');
}

function rowsOf(flow: Flow, role: Role, options = OPTIONS): string[] {
  const program = compile(flow, role, options);
  return Array.from({ length: program.rows.length / ROW_SIZE }, (_, row) => rowText(program, row));
}

describe('built-in flows', () => {
  it.each<[string, string[], string[]]>([
    [
      'options',
      ['0 SEND OPTIONS', '1 RECV_RESPONSE OPTIONS 200', '2 END'],
      ['0 RECV_REQUEST OPTIONS', '1 SEND OPTIONS 200', '2 END'],
    ],
    [
      'basic',
      [
        '0 SEND INVITE sdp-offer',
        '1 RECV_RESPONSE INVITE 100 optional',
        '2 RECV_RESPONSE INVITE 180 either optional -> 4',
        '3 RECV_RESPONSE INVITE 183 optional',
        '4 RECV_RESPONSE INVITE 200',
        '5 SEND ACK',
        '6 PAUSE 2000000us',
        '7 SEND BYE',
        '8 RECV_RESPONSE BYE 200',
        '9 END',
      ],
      [
        '0 RECV_REQUEST INVITE',
        '1 SEND INVITE 180',
        '2 SEND INVITE 200 sdp-answer',
        '3 RECV_REQUEST ACK',
        '4 RECV_REQUEST BYE',
        '5 SEND BYE 200',
        '6 END',
      ],
    ],
    [
      'cancel',
      [
        '0 SEND INVITE sdp-offer',
        '1 RECV_RESPONSE INVITE 100 optional',
        '2 RECV_RESPONSE INVITE 180 either -> 4',
        '3 RECV_RESPONSE INVITE 183',
        '4 SEND CANCEL',
        '5 RECV_RESPONSE CANCEL 200',
        '6 RECV_RESPONSE INVITE 487',
        '7 END',
      ],
      [
        '0 RECV_REQUEST INVITE',
        '1 SEND INVITE 180',
        '2 RECV_REQUEST CANCEL',
        '3 SEND CANCEL 200',
        '4 SEND INVITE 487',
        '5 RECV_REQUEST ACK',
        '6 END',
      ],
    ],
    [
      'prack-info-refer',
      [
        '0 SEND INVITE sdp-offer',
        '1 RECV_RESPONSE INVITE 100 optional',
        '2 RECV_RESPONSE INVITE 183 reliable',
        '3 SEND PRACK',
        '4 RECV_RESPONSE PRACK 200',
        '5 RECV_RESPONSE INVITE 200',
        '6 SEND ACK',
        '7 PAUSE 2000000us',
        '8 SEND INFO text',
        '9 RECV_RESPONSE INFO 200',
        '10 SEND REFER',
        '11 RECV_RESPONSE REFER 200 either -> 13',
        '12 RECV_RESPONSE REFER 202',
        '13 RECV_REQUEST NOTIFY',
        '14 SEND NOTIFY 200',
        '15 SEND BYE',
        '16 RECV_RESPONSE BYE 200',
        '17 END',
      ],
      [
        '0 RECV_REQUEST INVITE',
        '1 SEND INVITE 183 reliable sdp-answer',
        '2 RECV_REQUEST PRACK',
        '3 SEND PRACK 200',
        '4 SEND INVITE 200',
        '5 RECV_REQUEST ACK',
        '6 RECV_REQUEST INFO',
        '7 SEND INFO 200',
        '8 RECV_REQUEST REFER',
        '9 SEND REFER 200',
        '10 SEND NOTIFY text',
        '11 RECV_RESPONSE NOTIFY 200',
        '12 RECV_REQUEST BYE',
        '13 SEND BYE 200',
        '14 END',
      ],
    ],
  ])('%s', (name, caller, callee) => {
    const flow = flowOf(findFlow(name));
    expect(rowsOf(flow, 'caller')).toEqual(caller);
    expect(rowsOf(flow, 'callee')).toEqual(callee);
  });

  it('gives the messages of prack-info-refer as they are written', () => {
    const { messages, ladder: lines } = compile(flowOf(findFlow('prack-info-refer')), 'callee', OPTIONS);
    expect(messages[5]).toEqual({
      kind: 'request',
      method: METHOD_NAMES.indexOf('NOTIFY'),
      status: 0,
      reason: '',
      headers: [
        ['Event', 'refer'],
        ['Subscription-State', 'terminated;reason=noresource'],
        ['Content-Type', 'message/sipfrag;version=2.0'],
      ],
      body: { kind: 'text', text: 'SIP/2.0 200 OK\r\n' },
      reliable: false,
      ladder: 12,
    });
    expect(lines[12]).toEqual({ from: 'callee', label: 'NOTIFY', note: '', optional: false, line: 34 });
    expect(lines[2]).toEqual({
      from: 'callee',
      label: '183 Session Progress',
      note: 'reliable, sdp answer',
      optional: false,
      line: 13,
    });
  });
});

describe('constructs', () => {
  it('takes any of several messages and sends the first', () => {
    const flow = ladder`
  - caller: INVITE
  - anyOf:
      - callee: 200
      - callee: [480, 486, 487]
        goto: over
      - callee: 6xx
        goto: over
    timeout: 5s
    onTimeout: late
  - caller: ACK
  - caller: BYE
  - callee: 200
  - goto: over
  - label: late
  - callee: 5xx
  - label: over
`;
    expect(rowsOf(flow, 'caller')).toEqual([
      '0 SEND INVITE',
      '1 RECV_RESPONSE INVITE 200 either 5000000us else 9 -> 5',
      '2 RECV_RESPONSE INVITE 480 either 5000000us else 9 -> 10',
      '3 RECV_RESPONSE INVITE 486..487 either 5000000us else 9 -> 10',
      '4 RECV_RESPONSE INVITE 600..699 5000000us else 9 -> 10',
      '5 SEND ACK',
      '6 SEND BYE',
      '7 RECV_RESPONSE BYE 200',
      '8 GOTO -> 10',
      '9 RECV_RESPONSE INVITE 500..599',
      '10 END',
    ]);
    expect(rowsOf(flow, 'callee')).toEqual([
      '0 RECV_REQUEST INVITE',
      '1 SEND INVITE 200',
      '2 RECV_REQUEST ACK',
      '3 RECV_REQUEST BYE',
      '4 SEND BYE 200',
      '5 GOTO -> 7',
      '6 SEND INVITE 500',
      '7 END',
    ]);
  });

  it('takes the statuses of a list and of a class, and sends the first', () => {
    const flow = ladder`
  - caller: INVITE
  - callee: 1xx
    optional: true
  - callee: [202, 200, 201, 204]
  - caller: ACK
  - callee: BYE
  - caller: 2xx
`;
    expect(rowsOf(flow, 'caller')).toEqual([
      '0 SEND INVITE',
      '1 RECV_RESPONSE INVITE 101..199 optional',
      '2 RECV_RESPONSE INVITE 200..202 either -> 4',
      '3 RECV_RESPONSE INVITE 204',
      '4 SEND ACK',
      '5 RECV_REQUEST BYE',
      '6 SEND BYE 200',
      '7 END',
    ]);
    expect(rowsOf(flow, 'callee')).toEqual([
      '0 RECV_REQUEST INVITE',
      '1 SEND INVITE 180',
      '2 SEND INVITE 202',
      '3 RECV_REQUEST ACK',
      '4 SEND BYE',
      '5 RECV_RESPONSE BYE 200..299',
      '6 END',
    ]);
  });

  it('leaves out the answer of an optional request that does not come', () => {
    const flow = ladder`
  - caller: INVITE
  - callee: 200
  - caller: ACK
  - callee: INVITE
    optional: true
    timeout: 1s
  - caller: 100
    optional: true
  - caller: 200
  - callee: ACK
  - caller: BYE
  - callee: 200
`;
    expect(rowsOf(flow, 'caller').slice(3)).toEqual([
      '3 RECV_REQUEST INVITE optional 1000000us -> 5',
      '4 GOTO -> 7',
      '5 SEND INVITE 200',
      '6 RECV_REQUEST ACK',
      '7 SEND BYE',
      '8 RECV_RESPONSE BYE 200',
      '9 END',
    ]);
    expect(rowsOf(flow, 'callee').slice(3)).toEqual([
      '3 SEND INVITE',
      '4 RECV_RESPONSE INVITE 100 optional',
      '5 RECV_RESPONSE INVITE 200',
      '6 SEND ACK',
      '7 RECV_REQUEST BYE',
      '8 SEND BYE 200',
      '9 END',
    ]);
  });

  it('lets an optional message share the limit of the next', () => {
    const flow = ladder`
  - caller: INVITE
  - callee: 100
    optional: true
  - callee: 180
    timeout: 2s
    onTimeout: over
  - callee: 486
  - label: over
`;
    expect(rowsOf(flow, 'caller')).toEqual([
      '0 SEND INVITE',
      '1 RECV_RESPONSE INVITE 100 optional 2000000us else 4',
      '2 RECV_RESPONSE INVITE 180 2000000us else 4',
      '3 RECV_RESPONSE INVITE 486',
      '4 END',
    ]);
  });

  it('unrolls a repeat into rows that share the lines of the picture and the messages', () => {
    const flow = ladder`
  - repeat: 3
    steps:
      - caller: OPTIONS
      - callee: 200
      - pause: 10ms
`;
    const program = compile(flow, 'caller', OPTIONS);
    expect(rowsOf(flow, 'caller')).toEqual([
      '0 SEND OPTIONS',
      '1 RECV_RESPONSE OPTIONS 200',
      '2 PAUSE 10000us',
      '3 SEND OPTIONS',
      '4 RECV_RESPONSE OPTIONS 200',
      '5 PAUSE 10000us',
      '6 SEND OPTIONS',
      '7 RECV_RESPONSE OPTIONS 200',
      '8 PAUSE 10000us',
      '9 END',
    ]);
    expect(program.messages).toHaveLength(1);
    expect(program.ladder.map(({ label }) => label)).toEqual([
      '3 times',
      'OPTIONS',
      '200 OK',
      'pause 10ms',
      'end of 3 times',
    ]);
  });

  it('gives a pause to the side that sends next, and the last one to both', () => {
    const flow = ladder`
  - pause: 1ms
  - caller: INVITE
  - pause: 2ms
  - callee: 200
  - pause: 3ms
  - caller: ACK
  - pause: 4ms
  - callee: BYE
  - caller: 200
  - pause: 5ms
`;
    const pauses = (role: Role) => rowsOf(flow, role).filter((row) => row.includes('PAUSE'));
    expect(pauses('caller')).toEqual(['0 PAUSE 1000us', '3 PAUSE 3000us', '7 PAUSE 5000us']);
    expect(pauses('callee')).toEqual(['1 PAUSE 2000us', '4 PAUSE 4000us', '7 PAUSE 5000us']);
  });

  it('cuts a pause that is too long for one row', () => {
    const flow = ladder`
  - pause: hold
  - caller: OPTIONS
  - callee: 200
`;
    expect(rowsOf(flow, 'caller', { holdUs: 5_000_000_000 }).slice(0, 4)).toEqual([
      '0 PAUSE 2147483647us',
      '1 PAUSE 2147483647us',
      '2 PAUSE 705032706us',
      '3 SEND OPTIONS',
    ]);
    expect(rowsOf(flow, 'caller', { holdUs: 0 })[0]).toBe('0 PAUSE 0us');
    expect(() => compile(flow, 'caller', { holdUs: -1 })).toThrow(RangeError);
    expect(() => compile(flow, 'caller', { holdUs: 0.5 })).toThrow(RangeError);
  });

  it('leaves the ACK of a 300–699 and the 100 to the transaction, and keeps their goto', () => {
    const flow = ladder`
  - caller: INVITE
  - callee: 100
    optional: true
    goto: answer
  - label: answer
  - callee: 486
  - caller: ACK
    goto: end
  - label: end
`;
    expect(rowsOf(flow, 'caller')).toEqual([
      '0 SEND INVITE',
      '1 RECV_RESPONSE INVITE 100 optional',
      '2 RECV_RESPONSE INVITE 486',
      '3 END',
    ]);
    expect(rowsOf(flow, 'callee')).toEqual([
      '0 RECV_REQUEST INVITE',
      '1 SEND INVITE 486',
      '2 RECV_REQUEST ACK',
      '3 END',
    ]);
  });

  it('loops by goto until an alternative leaves the loop', () => {
    const flow = ladder`
  - label: again
  - caller: OPTIONS
  - anyOf:
      - callee: 200
      - callee: 503
        goto: over
  - goto: again
  - label: over
`;
    expect(rowsOf(flow, 'caller')).toEqual([
      '0 SEND OPTIONS',
      '1 RECV_RESPONSE OPTIONS 200 either -> 3',
      '2 RECV_RESPONSE OPTIONS 503 -> 4',
      '3 GOTO -> 0',
      '4 END',
    ]);
  });

  it('captures at the receiver only, and numbers variables by role', () => {
    const flow = ladder`
  - caller: INVITE
    capture: { caller: { header: From, pattern: "<(.+?)>" }, id: Call-ID, where: uri }
  - callee: 200
    headers: { Subject: "{{caller}} {{ id }}", Expires: 0060, Accept: [a/b, c/d] }
    capture: { tag: { header: To, pattern: "tag=(.+)" } }
  - caller: ACK
  - callee: BYE
    capture: { why: Reason }
  - caller: 200
    headers: { X: "{{tag}} {{hold}} {{target.host}}" }
`;
    const caller = compile(flow, 'caller', { holdUs: 250_000 });
    const callee = compile(flow, 'callee', OPTIONS);
    expect(caller.variables).toEqual(['tag', 'why']);
    expect(caller.captures).toEqual([
      { variable: 0, header: 'To', pattern: 'tag=(.+)' },
      { variable: 1, header: 'Reason', pattern: '' },
    ]);
    expect(rowsOf(flow, 'caller').filter((row) => row.includes('keep'))).toEqual([
      '1 RECV_RESPONSE INVITE 200 keep 0+1',
      '3 RECV_REQUEST BYE keep 1+1',
    ]);
    expect(caller.messages.at(-1)?.headers).toEqual([['X', '{{tag}} 0.25 {{target.host}}']]);
    expect(callee.variables).toEqual(['caller', 'id', 'where']);
    expect(rowsOf(flow, 'callee')[0]).toBe('0 RECV_REQUEST INVITE keep 0+3');
    expect(callee.messages[0]?.headers).toEqual([
      ['Subject', '{{caller}} {{ id }}'],
      ['Expires', '0060'],
      ['Accept', 'a/b'],
      ['Accept', 'c/d'],
    ]);
  });

  it('writes the lines of a text body with CRLF', () => {
    const flow = ladder`
  - caller: MESSAGE
    headers: { Content-Type: text/plain }
    body: |
      one {{hold}}
      two
  - callee: 200
    reason: Fine
`;
    expect(compile(flow, 'caller', OPTIONS).messages[0]?.body).toEqual({ kind: 'text', text: 'one 2\r\ntwo\r\n' });
    expect(compile(flow, 'callee', OPTIONS).messages[0]?.reason).toBe('Fine');
  });
});
