// Targets and own addresses as people type them: every form, every mistake, and a name that does not resolve. Asks no name server.
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { complaint } from '../../tests/complaint.ts';
import { parseLocal, parseTarget, resolveTarget, sourceAddress } from './target.ts';
import { UsageError } from './usage-error.ts';

const lookup = vi.hoisted(() => vi.fn());
vi.mock('node:dns/promises', () => ({ lookup }));

describe('parseTarget', () => {
  it.each([
    ['udp:127.0.0.1:5070', '', '127.0.0.1', 5070],
    ['udp:127.0.0.1', '', '127.0.0.1', 5060],
    ['udp:alice@127.0.0.1:5070', 'alice', '127.0.0.1', 5070],
    ['udp:alice@proxy.example.com', 'alice', 'proxy.example.com', 5060],
    ['UDP:Proxy.Example.com:5062', '', 'Proxy.Example.com', 5062],
    ['sip:alice@example.com', 'alice', 'example.com', 5060],
    ['sip:alice@example.com:5080', 'alice', 'example.com', 5080],
    ['sip:alice@example.com;transport=udp', 'alice', 'example.com', 5060],
    ['sip:alice@example.com;transport=UDP', 'alice', 'example.com', 5060],
    ['sip:example.com', '', 'example.com', 5060],
    ['sip:+15551234;phone-context=example.com@10.0.0.1', '+15551234;phone-context=example.com', '10.0.0.1', 5060],
    ['sip:a:b@10.0.0.1', 'a:b', '10.0.0.1', 5060],
    ['127.0.0.1:5070', '', '127.0.0.1', 5070],
    ['127.0.0.1', '', '127.0.0.1', 5060],
    ['example.com', '', 'example.com', 5060],
    ['example.com.:5070', '', 'example.com.', 5070],
    ['alice@example.com:5070', 'alice', 'example.com', 5070],
    // A single label and a port are no scheme.
    ['localhost:5070', '', 'localhost', 5070],
    ['proxy:5060', '', 'proxy', 5060],
    ['proxy:5060;transport=udp', '', 'proxy', 5060],
    ['sip-proxy_1:5060', '', 'sip-proxy_1', 5060],
    ['localhost', '', 'localhost', 5060],
    ['udp:localhost:5070', '', 'localhost', 5070],
    ['udp:h:1', '', 'h', 1],
    ['udp:h:65535', '', 'h', 65_535],
  ])('%s', (text, user, host, port) => {
    expect(parseTarget(text)).toEqual({ text, protocol: 'udp', user, host, port });
  });

  it.each([
    ['tcp:127.0.0.1:5070', '', '127.0.0.1', 5070],
    ['TCP:alice@h', 'alice', 'h', 5060],
    ['sip:a@h:5070;transport=tcp', 'a', 'h', 5070],
    ['sip:a@h;Transport=TCP', 'a', 'h', 5060],
    ['tcp:h:5070;transport=tcp', '', 'h', 5070],
    ['h:5070;transport=tcp', '', 'h', 5070],
  ])('%s is a stream', (text, user, host, port) => {
    expect(parseTarget(text)).toEqual({ text, protocol: 'tcp', user, host, port });
  });

  it.each([
    ['ws:127.0.0.1:8088', '', '127.0.0.1', 8088, '/'],
    ['ws:h', '', 'h', 80, '/'],
    ['ws:alice@h:8088/ws', 'alice', 'h', 8088, '/ws'],
    ['WS:h/asterisk/ws', '', 'h', 80, '/asterisk/ws'],
    ['ws://h:8088/ws?room=1', '', 'h', 8088, '/ws?room=1'],
    ['ws://h', '', 'h', 80, '/'],
    ['sip:a@h:8088;transport=ws', 'a', 'h', 8088, '/'],
  ])('%s is a WebSocket', (text, user, host, port, path) => {
    expect(parseTarget(text)).toEqual({ text, protocol: 'ws', user, host, port, path });
  });

  it.each([
    ['tcp:h;transport=udp', 'names both tcp and udp; leave out one of them'],
    ['udp:h;transport=tcp', 'names both udp and tcp; leave out one of them'],
  ])('%s: %s', (text, expected) => {
    expect(complaint(() => parseTarget(text))).toContain(expected);
  });

  it.each([
    '',
    'udp:',
    'udp::5060',
    'udp:@h',
    'udp:h:',
    'udp:h:50x',
    'two words',
    'udp:two words:5060',
    'udp:h:5060:1',
  ])('complains of %j and says the forms', (text) => {
    expect(complaint(() => parseTarget(text))).toMatch(
      /is not udp:HOST:PORT, tcp:HOST:PORT, ws:HOST:PORT\/PATH, udp:USER@HOST:PORT, sip:USER@HOST or HOST:PORT$/,
    );
  });

  it.each([
    ['sctp:h:5060', 'begins with "sctp:"'],
    ['http://h', 'begins with "http:"'],
    ['tel:+15551234', 'begins with "tel:"'],
    ['udp:h:0', 'port 0 is not from 1 to 65535'],
    ['udp:h:65536', 'port 65536 is not from 1 to 65535'],
    ['h:99999999999999999999', 'is not from 1 to 65535'],
    ['udp:5060', '"5060" is neither an IP address nor a host name'],
    ['udp:256.0.0.1:5060', '"256.0.0.1" is neither'],
    ['udp:10.1:5060', '"10.1" is neither'],
    ['udp:h/x', '"h/x" is neither'],
    ['ws:/x', 'is not udp:HOST:PORT'],
    ['ws:h:0/x', 'port 0 is not from 1 to 65535'],
    ['ws:h x', 'is not udp:HOST:PORT'],
    ['sip:h?Subject=x', '"h?Subject=x" is neither'],
    ['sip:alice@h;lr', 'leave out ";lr"'],
    ['sip:alice@h;transport=udp;user=phone', 'leave out ";transport=udp;user=phone"'],
  ])('%s: %s', (text, expected) => {
    expect(complaint(() => parseTarget(text))).toContain(expected);
  });

  it.each([
    'tls:h:5070',
    'wss:h:5070',
    'TLS:h:5070',
    'sips:a@h:5070',
    'sip:a@h:5070;lr;transport=TLS',
    'sip:a@h:5070;transport=udpx',
  ])('%s: only UDP, TCP and WebSocket, and what to write', (text) => {
    expect(complaint(() => parseTarget(text))).toBe(
      `target "${text}": only UDP, TCP and WebSocket without TLS work in this version; write udp:h:5070, tcp:h:5070 or ws:h:5070`,
    );
  });

  it.each([
    ['udp:[::1]:5070', 'udp', '', '[::1]', 5070],
    ['[::1]', 'udp', '', '[::1]', 5060],
    ['[::1]:5070', 'udp', '', '[::1]', 5070],
    ['tcp:[2001:db8::1]', 'tcp', '', '[2001:db8::1]', 5060],
    ['sip:a@[2001:db8::1]:5070;transport=tcp', 'tcp', 'a', '[2001:db8::1]', 5070],
    ['udp:a@[::ffff:192.0.2.1]:5070', 'udp', 'a', '[::ffff:192.0.2.1]', 5070],
  ])('%s has an IPv6 address', (text, protocol, user, host, port) => {
    expect(parseTarget(text)).toEqual({ text, protocol, user, host, port });
  });

  it('ws://[::1]:8088/ws has an IPv6 address, a port and a path', () => {
    expect(parseTarget('ws://[::1]:8088/ws')).toMatchObject({ protocol: 'ws', host: '[::1]', port: 8088, path: '/ws' });
  });

  it.each([
    ['::1', 'udp:[::1]:PORT'],
    ['udp:::1', 'udp:[::1]:PORT'],
    ['tcp:fe80::1', 'tcp:[fe80::1]:PORT'],
  ])('%s: brackets are missing', (text, mend) => {
    expect(complaint(() => parseTarget(text))).toBe(
      `target "${text}": an IPv6 address stands in brackets; write ${mend}`,
    );
  });

  it.each(['udp:[::1', 'udp:[]:5060', 'udp:[fe80::1%eth0]:5060', 'udp:[127.0.0.1]:5060', 'udp:[::1]x'])(
    '%s has none that can be read',
    (text) => {
      expect(complaint(() => parseTarget(text))).toMatch(/^target "/);
    },
  );

  it('takes every port and every address, and never throws anything but a usage error', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (address, port) => {
        expect(parseTarget(`udp:${address}:${port}`)).toMatchObject({ host: address, port });
        expect(parseTarget(`${address}:${port}`)).toMatchObject({ host: address, port });
      }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((s) => `udp:${s}`),
        ),
        (text) => {
          try {
            const { host, port } = parseTarget(text);
            expect(host).not.toBe('');
            expect(port >= 1 && port <= 65_535).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
          }
        },
      ),
    );
  });
});

describe('resolveTarget', () => {
  beforeEach(() => {
    lookup.mockReset();
  });

  it('takes an address as it is', async () => {
    expect(await resolveTarget('udp:a@127.0.0.1:5070')).toEqual({
      text: 'udp:a@127.0.0.1:5070',
      protocol: 'udp',
      user: 'a',
      host: '127.0.0.1',
      port: 5070,
      address: '127.0.0.1',
    });
    expect(lookup).not.toHaveBeenCalled();
  });

  it('asks for the IPv4 address of a name and keeps the name', async () => {
    lookup.mockResolvedValue({ address: '192.0.2.7', family: 4 });
    const target = await resolveTarget('sip:a@proxy.example.com');
    expect(target).toMatchObject({ host: 'proxy.example.com', address: '192.0.2.7', port: 5060 });
    expect(lookup).toHaveBeenCalledWith('proxy.example.com', 4);
  });

  it('asks for the IPv6 address of a name that has no other, or where --local is one', async () => {
    lookup.mockImplementation(async (_, family) => {
      if (family === 6) return { address: '2001:db8::7', family };
      throw Object.assign(new Error('ENODATA'), { code: 'ENODATA' });
    });
    const target = await resolveTarget('sip:a@six.example.com');
    expect(target).toMatchObject({ host: 'six.example.com', address: '2001:db8::7' });
    lookup.mockClear();
    await resolveTarget('sip:a@six.example.com', '::1');
    expect(lookup.mock.calls).toEqual([['six.example.com', 6]]);
  });

  it('takes the brackets off an IPv6 address, and refuses one of the other family than --local', async () => {
    expect(await resolveTarget('udp:[::1]:5070')).toMatchObject({ host: '[::1]', address: '::1', port: 5070 });
    await expect(resolveTarget('udp:[::1]:5070', '127.0.0.1')).rejects.toThrow(
      'target "udp:[::1]:5070" has an IPv6 address, --local 127.0.0.1 IPv4: give both of one kind',
    );
    expect(lookup).not.toHaveBeenCalled();
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN'])('a host that does not resolve (%s) ends with 5', async (code) => {
    lookup.mockRejectedValue(Object.assign(new Error(code), { code }));
    const error = await resolveTarget('udp:nosuch.invalid:5060').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).exitCode).toBe(5);
    expect((error as UsageError).message).toBe(
      `target "udp:nosuch.invalid:5060": the host nosuch.invalid does not resolve (${code}); check the name or give an address`,
    );
  });

  it('a target that is none is never looked up', async () => {
    await expect(resolveTarget('udp:h:0')).rejects.toMatchObject({ exitCode: 2 });
    expect(lookup).not.toHaveBeenCalled();
  });
});

describe('sourceAddress', () => {
  it('is loopback for loopback', async () => {
    expect(await sourceAddress('127.0.0.9')).toMatch(/^127\./);
    expect(await sourceAddress('::1')).toBe('::1');
  });

  it('what has no route ends with 5', async () => {
    const error = await sourceAddress('255.255.255.255').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).exitCode).toBe(5);
    expect((error as UsageError).message).toMatch(
      /^no route to 255\.255\.255\.255: .*; check the address or give --local$/,
    );
  });
});

describe('parseLocal', () => {
  it.each([
    ['127.0.0.1:5070', '127.0.0.1', 5070],
    ['udp:127.0.0.1:5070', '127.0.0.1', 5070],
    ['127.0.0.1', '127.0.0.1', 0],
    ['udp:0.0.0.0', '0.0.0.0', 0],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['127.0.0.1:65535', '127.0.0.1', 65_535],
    ['[::1]:5070', '::1', 5070],
    ['udp:[::]', '::', 0],
  ])('%s', (text, address, port) => {
    expect(parseLocal(text, '--local')).toEqual({ protocol: 'udp', address, port });
  });

  it('tcp is named, or the usual one where nothing is', () => {
    expect(parseLocal('tcp:127.0.0.1:5070', '--listen')).toEqual({ protocol: 'tcp', address: '127.0.0.1', port: 5070 });
    expect(parseLocal('ws:127.0.0.1:8080', '--listen')).toEqual({ protocol: 'ws', address: '127.0.0.1', port: 8080 });
    expect(parseLocal('127.0.0.1:5070', '--local', 'tcp').protocol).toBe('tcp');
    expect(parseLocal('udp:127.0.0.1:5070', '--local', 'tcp').protocol).toBe('udp');
  });

  it.each([
    '',
    'localhost',
    'localhost:5070',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:x',
    '127.0.0:5',
    '256.0.0.1',
    '[::1',
    '[::1%lo]:5070',
    'sip:127.0.0.1',
    '5070',
    ' 127.0.0.1',
  ])('complains of %j, naming the option and a good one', (text) => {
    expect(complaint(() => parseLocal(text, '--listen'))).toBe(
      `--listen "${text}" is not ADDRESS:PORT with an IP address, such as udp:127.0.0.1:5070, tcp:[::1]:5070 or ws:127.0.0.1:8080`,
    );
  });

  it('an IPv6 address without brackets is told so', () => {
    expect(complaint(() => parseLocal('tcp:::1', '--listen'))).toBe(
      '--listen "tcp:::1": an IPv6 address stands in brackets; write tcp:[::1]:PORT',
    );
  });

  it.each(['tls', 'wss'])('%s: not yet', (scheme) => {
    expect(complaint(() => parseLocal(`${scheme}:127.0.0.1:5070`, '--local'))).toBe(
      `--local "${scheme}:127.0.0.1:5070": only UDP, TCP and WebSocket without TLS work in this version; write udp:ADDRESS:PORT, tcp:ADDRESS:PORT or ws:ADDRESS:PORT`,
    );
  });
});
