// RFC 3264 §5, §8: offers of the server. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import { sdp } from '../../src/conformance/compose.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import { changed } from '../changes.ts';
import { readDescription } from '../description.ts';

const OFFERS: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uac',
  methods: ['INVITE'],
  needs: ['originate:INVITE:hold'],
};

/** Fields of the o= line. */
const origin = (message: Received) => (/^o=(.*?)\r?$/m.exec(message.body)?.[1] ?? '').split(' ');

/** An answer that takes every stream with a port. */
function answered(address: string, offer: Received): string {
  const media = readDescription(offer)!.streams.map(
    ({ type, port, protocol, formats }) => `m=${type} ${port === 0 ? 0 : 40_000} ${protocol} ${formats.join(' ')}\r\n`,
  );
  return sdp(address, 2, media.join(''));
}

export const CASES: readonly Entry[] = [
  {
    ...OFFERS,
    id: 'rfc3264/5/one-description',
    title: 'An offer is one session description, with numbers below 2**63 in o=',
    req: ['SDP-019'],
    run: async (t) => {
      const invite = await t.originated('INVITE:hold', 'INVITE');
      t.respond(invite, 486);
      t.verify(invite.body.match(/^v=/gm)?.length === 1, 'one v= line', invite.body);
      const [, id = '', version = ''] = origin(invite);
      const right = [id, version].every((one) => /^\d+$/.test(one) && BigInt(one) < 2n ** 63n);
      t.verify(right, 'numbers below 2**63', `${id} ${version}`);
    },
  },
  {
    ...OFFERS,
    id: 'rfc3264/8/version-counts-up',
    title: 'o= of a changed offer is that of the one before, with the version one higher',
    req: ['SDP-011'],
    run: async (t) => {
      const invite = await t.originated('INVITE:hold', 'INVITE');
      t.respond(invite, 200);
      const again = await t.given('a re-INVITE', () =>
        t.expectRequest('INVITE', { withinMs: 5_000, where: ({ toTag }) => toTag !== '' }),
      );
      t.respond(again, 200);
      if (again.body === invite.body) t.skip('it changes nothing');
      const [user, id, version, ...rest] = origin(invite);
      const wanted = [user, id, String(BigInt(version ?? 0) + 1n), ...rest].join(' ');
      t.verify(origin(again).join(' ') === wanted, `o=${wanted}`, `o=${origin(again).join(' ')}`);
    },
  },
  {
    ...OFFERS,
    id: 'rfc3264/8/ended-stream-keeps-its-line',
    title: 'A stream that a new offer ends keeps its m= line, with port 0',
    req: ['SDP-013'],
    level: 'MUST NOT',
    needs: ['originate:INVITE:fewer-streams'],
    run: async (t) => {
      const { invite, request } = await changed(t, 'INVITE:fewer-streams', 'INVITE');
      t.respond(request, 200, { body: answered(t.local.address, request) });
      const before = readDescription(invite)?.streams ?? [];
      const after = readDescription(request)?.streams ?? [];
      const open = (streams: typeof after) => streams.filter(({ port }) => port > 0).length;
      if (open(after) >= open(before)) t.skip('it ends no stream');
      const kinds = (streams: typeof after) => streams.map(({ type }) => type).join(', ');
      t.verify(kinds(after).startsWith(kinds(before)), kinds(before), kinds(after));
    },
  },
  {
    ...OFFERS,
    id: 'rfc3264/8.3.2/payload-type-keeps-its-codec',
    title: 'A dynamic payload type stands for the same codec in every offer of a session',
    req: ['SDP-017'],
    level: 'MUST NOT',
    run: async (t) => {
      const { invite, request } = await changed(t, 'INVITE:hold', 'INVITE');
      t.respond(request, 200);
      const next = await t.given('one more re-INVITE', () =>
        t.expectRequest('INVITE', { withinMs: 5_000, where: ({ cseq }) => cseq > request.cseq }),
      );
      t.respond(next, 200);
      const codecs = new Map<string, string>();
      for (const offer of [invite, request, next]) {
        readDescription(offer)?.streams.forEach(({ maps }, stream) => {
          for (const [type, codec] of maps) {
            const was = codecs.get(`${stream} ${type}`) ?? codec;
            t.verify(was === codec, `${type} is ${was}`, `${type} is ${codec} in CSeq ${offer.cseq}`);
            codecs.set(`${stream} ${type}`, codec);
          }
        });
      }
      if (codecs.size === 0) t.skip('it maps no payload type');
    },
  },
  {
    ...OFFERS,
    id: 'rfc3264/4/no-offer-while-one-is-open',
    title: 'While an offer of its own has no answer yet the server makes no other one',
    req: ['SDP-020'],
    level: 'MUST NOT',
    methods: ['INVITE', 'UPDATE'],
    run: async (t) => {
      const invite = await t.originated('INVITE:hold', 'INVITE');
      t.respond(invite, 180);
      const offers = (one: Received) => one.branch !== invite.branch && one.contentType === 'application/sdp';
      await t.expectNone(1_500, 'request', offers);
      t.respond(invite, 486);
    },
  },
];
