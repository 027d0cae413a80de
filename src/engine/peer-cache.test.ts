// Whom a URI means: address, port, transport and family, remembered or not. Sends nothing.
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../sip/bytes.ts';
import { NONE } from '../sip/message.ts';
import { Peers } from '../transport/peers.ts';
import { familyOf } from '../transport/sockaddr.ts';
import { atPlace, type Place, type Protocol, placeOf, type Transport } from '../transport/transport.ts';
import { PeerCache } from './peer-cache.ts';

/** A transport of which only the peers are there, one place for each protocol and address. */
function transportOf(...at: readonly (readonly [Protocol, string])[]) {
  const tables = at.map(([, address]) => new Peers(familyOf(address), 64));
  const places = at.map(([protocol, address]) => ({ protocol, address }) as Place);
  let asked = 0;
  const transport = {
    places,
    peer: (address: string, port: number, place = 0) => {
      asked++;
      return atPlace(place, tables[place]!.find(address, port));
    },
  } as unknown as Transport;
  const text = (peer: number) => {
    const { protocol } = places[placeOf(peer)]!;
    const table = tables[placeOf(peer)]!;
    const own = peer & 0xffff;
    return `${protocol} ${table.address(own)} ${table.port(own)}`;
  };
  return { transport, text, asked: () => asked };
}

function resolver(...at: readonly (readonly [Protocol, string])[]) {
  const { transport, text, asked } = transportOf(...at);
  const cache = new PeerCache(transport);
  const peerOf = (uri: string, near = 0) => cache.ofUri(bytesOf(uri), 0, uri.length, near);
  return {
    peerOf,
    asked,
    shown: (uri: string, near = 0) => {
      const peer = peerOf(uri, near);
      return peer === NONE ? null : text(peer);
    },
  };
}

describe('one place', () => {
  it.each([
    ['sip:bob@127.0.0.1:5070', 'udp 127.0.0.1 5070'],
    ['sip:127.0.0.1', 'udp 127.0.0.1 5060'],
    ['sip:a:b@127.0.0.1;lr', 'udp 127.0.0.1 5060'],
    ['sips:x@y@127.0.0.1:7?Subject=x', 'udp 127.0.0.1 7'],
    ['sip:bob@example.com', null],
    ['sip:bob@127.0.0.1:0', null],
    ['sip:bob@127.0.0.1:70000', null],
    ['sip:bob@127.0.0', null],
    ['sip:bob@[::1]:5070', null],
  ])('of IPv4: %s', (uri, expected) => {
    expect(resolver(['udp', '127.0.0.1']).shown(uri)).toBe(expected);
  });

  it.each([
    ['sip:bob@[::1]:5070', 'udp ::1 5070'],
    ['sip:[2001:DB8:0:0::1]', 'udp 2001:db8::1 5060'],
    ['sip:bob@[::1];transport=udp', 'udp ::1 5060'],
    ['sip:bob@[::1', null],
    ['sip:bob@[]', null],
    ['sip:bob@::1', null],
    ['sip:bob@[fe80::1%25lo]', null],
    ['sip:bob@127.0.0.1', null],
  ])('of IPv6: %s', (uri, expected) => {
    expect(resolver(['udp', '::1']).shown(uri)).toBe(expected);
  });
});

describe('several places', () => {
  const all = resolver(['udp', '127.0.0.1'], ['tcp', '127.0.0.1'], ['tcp', '::1'], ['udp', '::1']);

  it.each([
    ['sip:127.0.0.2', 'udp 127.0.0.2 5060'],
    ['sip:127.0.0.2;transport=TCP', 'tcp 127.0.0.2 5060'],
    ['sip:[::2]:5070', 'udp ::2 5070'],
    ['sip:[::2];transport=tcp', 'tcp ::2 5060'],
    ['sip:127.0.0.2;transport=sctp', 'udp 127.0.0.2 5060'],
  ])('%s is reached by its transport and its family', (uri, expected) => {
    expect(all.shown(uri)).toBe(expected);
  });

  it('the place in use serves where the transport has none of the family', () => {
    const { shown } = resolver(['udp', '127.0.0.1'], ['tcp', '127.0.0.1']);
    expect(shown('sip:[::1]')).toBeNull();
  });
});

it('asks the transport once for the same words, and again for others', () => {
  const { peerOf, asked } = resolver(['udp', '::1']);
  const first = peerOf('sip:a@[::1]:5070');
  expect(peerOf('sip:other@[::1]:5070;lr')).toBe(first);
  expect(asked()).toBe(1);
  expect(peerOf('sip:a@[::1]:5071')).not.toBe(first);
  expect(asked()).toBe(2);
});
