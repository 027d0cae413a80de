// The verbs over a TCP connection: bytes leave as they are written, messages are cut out of what comes, and the end is seen.
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Case } from './case.ts';
import { profileOf } from './profile.ts';
import type { Result } from './result.ts';
import { Runner } from './runner.ts';
import type { Talk } from './talk.ts';

let server: Server | null = null;
afterEach(() => server?.close());

/** A server that hands every piece of a stream to `on`, and answers control probes by itself. */
async function resultOf(on: (text: string, socket: Socket) => void, run: (t: Talk) => Promise<void>): Promise<Result> {
  server = createServer((socket) => {
    socket.setNoDelay(true).on('error', () => {});
    socket.on('data', (data) => {
      const text = data.toString('latin1');
      if (text.includes('Call-ID: probe-')) socket.write(answer(text));
      else on(text, socket);
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const one: Case = {
    id: 'rfc3261/18.3/x',
    title: 'A title that says what is required',
    req: [],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    transports: ['tcp'],
    run,
  };
  const profile = profileOf({ transports: ['tcp'], wait: '300ms' }, 'example.com');
  const target = { address: '127.0.0.1', port };
  const runner = new Runner({ target, kind: 'tcp', profile, jobs: 1, slow: false, addressOf: () => '127.0.0.1' });
  return (await runner.run([one])).results[0]!;
}

function answer(request: string): string {
  const echoed = request.split('\r\n').filter((line) => /^(Via|From|Call-ID|CSeq):/.test(line));
  return `SIP/2.0 200 OK\r\n${echoed.join('\r\n')}\r\nTo: <sip:x>;tag=t\r\nContent-Length: 0\r\n\r\n`;
}

it('a message may leave in pieces, and answers may come in pieces and together', async () => {
  let heard = '';
  const pieces: number[] = [];
  const result = await resultOf(
    (text, socket) => {
      heard += text;
      pieces.push(text.length);
      if (!heard.endsWith('\r\n\r\n')) return;
      const both = answer(heard).replace('200', '100') + answer(heard);
      socket.write(both.slice(0, 30));
      setTimeout(() => socket.write(both.slice(30)), 20);
    },
    async (t) => {
      const request = t.request('OPTIONS');
      t.verify(request.text.includes('SIP/2.0/TCP 127.0.0.1:'), 'TCP in Via', request.text);
      await t.sendInPieces(request, [40]);
      await t.expect(200);
      t.verify(t.received.length === 2, 'the 100 too', String(t.received.length));
    },
  );
  expect(result).toMatchObject({ verdict: 'pass' });
  expect(pieces[0]).toBe(40);
});

it('a second connection is an end of its own, and the server may close it', async () => {
  const result = await resultOf(
    (text, socket) => (text.startsWith('garbage') ? socket.end() : socket.write(answer(text))),
    async (t) => {
      const other = await t.stream();
      other.write('garbage\r\n\r\n');
      await other.expectClosed();
      t.send(t.request('OPTIONS'));
      await t.expect(200);
    },
  );
  expect(result).toMatchObject({ verdict: 'pass' });
});

it('a connection that stays open is told', async () => {
  const result = await resultOf(
    () => {},
    (t) => t.expectClosed({ withinMs: 20 }),
  );
  expect(result).toMatchObject({
    verdict: 'fail',
    expected: 'the connection closed',
    actual: 'it is open after 20 ms',
  });
});

it.each([
  ['\r\n', true],
  ['\r\nSIP/2.0', true],
  ['', false],
])('a keepalive is answered by %j, or is not', async (reply, expected) => {
  let pings = '';
  const result = await resultOf(
    (text, socket) => {
      pings += text;
      socket.write(reply);
    },
    async (t) => {
      t.write('\r\n\r\n');
      const came = [await t.hasPong({ withinMs: 100 }), await t.hasPong({ withinMs: 50 })];
      t.verify(came[0] === expected && !came[1], `${expected} and false`, came.join(' and '));
    },
  );
  expect(result).toMatchObject({ verdict: 'pass' });
  expect(pings).toBe('\r\n\r\n');
});

it('a message without a length is seen by its head, and nothing behind it', async () => {
  const result = await resultOf(
    (text, socket) => {
      const response = answer(text).replace('Content-Length: 0\r\n', '');
      socket.write(`${response}body${answer(text)}`);
    },
    async (t) => {
      t.send(t.request('OPTIONS'));
      const response = await t.expect(200);
      await t.pause(50);
      t.verify(t.received.length === 1 && response.body === '', 'the head alone', String(t.received.length));
      t.verify(response.has('Content-Length'), 'a Content-Length', 'none');
    },
  );
  expect(result).toMatchObject({ verdict: 'fail', expected: 'a Content-Length', actual: 'none' });
});
