// sipsak against the reference server: OPTIONS, REGISTER with and without digest, MESSAGE, its flood and its traceroute. Never judged by its words alone: by what we counted too.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectLawful, expectMessages } from './clean.ts';
import { type Result, startAnswerer } from './peers/busyhour.ts';
import { freePort } from './peers/free-port.ts';
import { have } from './peers/have.ts';
import { runSipsak, sipsakOptions } from './peers/sipsak.ts';
import { tempDir } from './peers/temp-dir.ts';

const MD5 = ['--auth', '--auth-algorithms', 'MD5', '--user', 'alice', '--password', 'secret'];

interface Said {
  readonly code: number | null;
  readonly output: string;
  readonly answered: Result;
}

/** What sipsak said, and what a reference server of its own counted. */
async function ask(answer: readonly string[], args: (server: string) => readonly string[]): Promise<Said> {
  const answerer = await startAnswerer(answer, { port: await freePort(4), lifetimeMs: 20_000 });
  const said = await runSipsak(args(`127.0.0.1:${answerer.port}`));
  return { ...said, answered: await answerer.stop() };
}

describe.skipIf(!have('sipsak'))('sipsak', () => {
  it('registers', async () => {
    const usrloc = (server: string) => [
      '-U',
      '-C',
      'sip:alice@127.0.0.1:5999',
      '-x',
      '60',
      '-v',
      '-s',
      `sip:alice@${server}`,
    ];
    const { code, output, answered } = await ask([], usrloc);
    expect(output).toContain('All usrloc tests completed successful.');
    expect(code).toBe(0);
    expectLawful(answered);
    expectMessages(answered, { REGISTER: [0, 1] }, { 200: [1, 0] });
  });

  it('registers with digest', async () => {
    const { code, output, answered } = await ask(MD5, (server) => [
      ...['-U', '-C', 'sip:alice@127.0.0.1:5999', '-x', '60', '-u', 'alice', '-a', 'secret', '-v'],
      ...['-s', `sip:alice@${server}`],
    ]);
    expect(output).toContain('All usrloc tests completed successful.');
    expect(code).toBe(0);
    expectLawful(answered);
    expectMessages(answered, { REGISTER: [0, 2] }, { 200: [1, 0], 401: [1, 0] });
  });

  it('is not let in with another password', async () => {
    const { code, output, answered } = await ask(MD5, (server) => [
      ...['-U', '-C', 'sip:alice@127.0.0.1:5999', '-x', '60', '-u', 'alice', '-a', 'guess', '-v'],
      ...['-s', `sip:alice@${server}`],
    ]);
    expect(output).toContain('error: authorization failed');
    expect(code).toBe(2);
    expectLawful(answered);
    expectMessages(answered, { REGISTER: [0, 2] }, { 401: [2, 0] });
  });

  it('hears that fifteen seconds are too brief', async () => {
    const usrloc = (server: string) => ['-U', '-C', 'sip:alice@127.0.0.1:5999', '-v', '-s', `sip:alice@${server}`];
    const { code, output, answered } = await ask([], usrloc);
    expect(output).toMatch(/^SIP\/2\.0 423 Interval Too Brief\r?$/m);
    expect(output).toMatch(/^Min-Expires: 60\r?$/m);
    expect(code).toBe(1);
    expectLawful(answered);
    expectMessages(answered, { REGISTER: [0, 1] }, { 423: [1, 0] });
  });

  it('removes all bindings', async () => {
    const usrloc = (server: string) => ['-U', '-C', '*', '-x', '0', '-v', '-s', `sip:alice@${server}`];
    const { code, output, answered } = await ask([], usrloc);
    expect(output).toContain('All usrloc tests completed successful.');
    expect(code).toBe(0);
    expectLawful(answered);
    expectMessages(answered, { REGISTER: [0, 1] }, { 200: [1, 0] });
  });

  it('writes a MESSAGE', async () => {
    // From a file: its own message mode (-M) falls over its own feet in 0.9.8.1 (SIGSEGV before it sends).
    const { code, output, answered } = await ask([], (server) => {
      const file = join(tempDir(), 'message.txt');
      const lines = [
        `MESSAGE sip:bob@${server} SIP/2.0`,
        'Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK1;rport',
        'Max-Forwards: 70',
        'From: <sip:sipsak@127.0.0.1:5999>;tag=1',
        `To: <sip:bob@${server}>`,
        'Call-ID: 1@127.0.0.1',
        'CSeq: 1 MESSAGE',
        'Content-Type: text/plain',
        'Content-Length: 5',
        '',
        'hello',
      ];
      writeFileSync(file, lines.join('\n'));
      return ['-f', file, '-i', '-vv', '-s', `sip:bob@${server}`];
    });
    expect(output).toMatch(/^SIP\/2\.0 200 OK\r?$/m);
    expect(code).toBe(0);
    expectLawful(answered);
    expectMessages(answered, { MESSAGE: [0, 1] }, { 200: [1, 0] });
  });

  it('floods with fifty OPTIONS, and none is lost', async () => {
    const answerer = await startAnswerer([], { port: await freePort(4), lifetimeMs: 20_000 });
    const server = `sip:127.0.0.1:${answerer.port}`;
    expect(await runSipsak(['-F', '-e', '50', '-s', server])).toMatchObject({ code: 0 });
    // The flood waits for no answer. This one comes after all of them.
    expect(await sipsakOptions(server)).toMatchObject({ code: 0, status: 200 });
    const answered = await answerer.stop();
    expectLawful(answered);
    expectMessages(answered, { OPTIONS: [0, 51] }, { 200: [51, 0] });
  });

  it('finds us at the first hop', async () => {
    const { code, output, answered } = await ask([], (server) => ['-T', '-v', '-s', `sip:bob@${server}`]);
    expect(output).toMatch(/^0: .* SIP\/2\.0 200 OK/m);
    expect(code).toBe(0);
    expectLawful(answered);
    expectMessages(answered, { OPTIONS: [0, 1] }, { 200: [1, 0] });
  });
});
