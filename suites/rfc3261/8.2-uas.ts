// RFC 3261 §8.2.1 to §8.2.4: how a user agent server looks at a request before it acts on it. Cases only.

import type { Entry } from '../../src/conformance/case.ts';
import type { Received } from '../../src/conformance/outgoing.ts';

const UNKNOWN = ['nothing-known-1', 'nothing-known-2'];

function list(response: Received, name: string): string {
  return `${name}: ${response.headers(name).join(', ') || '(none)'}`;
}

export const CASES: readonly Entry[] = [
  {
    id: 'rfc3261/8.2.1/method-not-allowed-405',
    title: 'A method that is known and not allowed is refused with 405 and an Allow that does not list it',
    req: ['UAS-001'],
    level: 'MUST',
    role: 'uas',
    methods: ['MESSAGE', 'PUBLISH', 'REFER', 'SUBSCRIBE'],
    run: async (t) => {
      let refused = 0;
      for (const method of ['MESSAGE', 'PUBLISH', 'SUBSCRIBE', 'REFER']) {
        t.send(t.request(method, { to: 'answer' }));
        const response = await t.expect('final', { strictly: true });
        if (response.status !== 405) continue;
        refused++;
        t.verify(response.has('Allow'), `Allow in the 405 to ${method}`, 'no Allow');
        t.verify(!response.headers('Allow').includes(method), `Allow without ${method}`, list(response, 'Allow'));
      }
      if (refused === 0) t.skip('it refuses none of MESSAGE, PUBLISH, SUBSCRIBE and REFER with 405');
    },
  },
  {
    id: 'rfc3261/8.2.1/unknown-method-refused',
    title: 'A method the server does not know is refused with 405 and Allow, or with 501, never accepted',
    req: ['UAS-002', 'UAS-003'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('GARGLE'));
      const refusal = await t.expect([405, 501]);
      if (refusal.status === 405) t.verify(refusal.has('Allow'), 'Allow in the 405', 'no Allow');
    },
  },
  {
    id: 'rfc3261/8.2.2/unknown-field-ignored',
    title: 'A header field the server does not know is ignored, whatever stands in it',
    req: ['SYN-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      await t.sameAnswer('OPTIONS', { headers: { 'X-Nobody-Knows': ';;,,;;,;' } });
    },
  },
  {
    id: 'rfc3261/8.2.2/malformed-field-not-needed-ignored',
    title: 'A malformed header field that is not needed to process the request is ignored',
    req: ['SYN-009'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      await t.sameAnswer('OPTIONS', { headers: { Date: 'the day after tomorrow', 'User-Agent': '"never closed' } });
    },
  },
  {
    id: 'rfc3261/8.2.2.1/unknown-scheme-416',
    title: 'A Request-URI of a scheme the server does not support is refused with 416',
    req: ['SYN-025'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { uri: 'nobodyknows:this-scheme' }));
      await t.expect(416, { strictly: true });
    },
  },
  {
    id: 'rfc3261/8.2.2.1/unknown-user-404',
    title: 'A Request-URI with a user the server takes no requests for is refused with 404',
    req: ['UAS-004'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { to: 'nobody' }));
      const response = await t.expect('final', { strictly: true });
      if (response.status < 300) t.skip('it takes requests for every user');
      t.verify(response.status === 404, '404', response.startLine);
    },
  },
  {
    id: 'rfc3261/8.2.2.2/merged-request-482',
    title: 'A request that arrives a second time by another way while the first is pending is refused with 482',
    req: ['UAS-005'],
    level: 'SHOULD',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      await t.given('ringing', () => t.expect([180, 183]));
      const merged = t.request('INVITE', {
        to: 'ring',
        headers: {
          'Call-ID': invite.callId,
          CSeq: `${invite.cseq} INVITE`,
          Via: (via) => via.replace(/branch=/, 'branch=z9hG4bKother'),
        },
        edit: (text) => text.replace('branch=z9hG4bKotherz9hG4bK', 'branch=z9hG4bKother'),
      });
      t.send(t.admit(merged));
      const refusal = await t.expect('final', { of: merged, strictly: true, withinMs: 1_000 });
      t.verify(refusal.status === 482, '482 to the second', refusal.startLine);
      t.ack(refusal);
    },
  },
  {
    id: 'rfc3261/8.2.2.3/require-unknown-420',
    title: 'An option tag in Require that is not known is answered 420 with that tag in Unsupported',
    req: ['UAS-006'],
    level: 'MUST',
    role: 'uas',
    methods: ['OPTIONS'],
    run: async (t) => {
      t.send(t.request('OPTIONS', { headers: { Require: 'nothing-known' } }));
      const refusal = await t.expect(420);
      t.verify(
        refusal.headers('Unsupported').includes('nothing-known'),
        'Unsupported: nothing-known',
        list(refusal, 'Unsupported'),
      );
    },
  },
  {
    id: 'rfc3261/8.2.2.3/unsupported-lists-what-is-not-known',
    title: 'Unsupported in a 420 lists the option tags that are not known, and no other',
    req: ['UAS-007'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE', 'OPTIONS'],
    needs: ['answer'],
    run: async (t) => {
      // Whether it knows 100rel it says itself: in Supported of its answer to OPTIONS (RFC 3261 §11.2).
      t.send(t.request('OPTIONS', { to: 'answer' }));
      const options = await t.given('an answer to OPTIONS', () => t.expect('2xx'));
      const knows = options.headers('Supported').includes('100rel');
      t.send(t.request('INVITE', { to: 'answer', headers: { Require: `${UNKNOWN[0]}, 100rel, ${UNKNOWN[1]}` } }));
      const refusal = await t.expect(420);
      t.ack(refusal);
      const wanted = knows ? UNKNOWN : [...UNKNOWN, '100rel'];
      const listed = refusal.headers('Unsupported').toSorted().join(', ');
      t.verify(
        listed === wanted.toSorted().join(', '),
        `Unsupported: ${wanted.join(', ')}`,
        list(refusal, 'Unsupported'),
      );
    },
  },
  {
    id: 'rfc3261/8.2.2.3/require-in-cancel-ignored',
    title: 'Require in a CANCEL is ignored: the CANCEL is answered 200 and the INVITE 487',
    req: ['UAS-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['CANCEL', 'INVITE'],
    needs: ['ring'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'ring' }));
      await t.given('ringing', () => t.expect([180, 183]));
      const cancel = t.cancel(invite, { headers: { Require: 'nothing-known' } });
      await t.expect(200, { of: cancel, strictly: true });
      t.ack(await t.expect(487, { of: invite, strictly: true }));
    },
  },
  {
    id: 'rfc3261/8.2.2.3/require-in-ack-ignored',
    title: 'Require in the ACK of a refusal is ignored: the refusal is not sent again',
    req: ['UAS-008'],
    level: 'MUST',
    role: 'uas',
    methods: ['ACK', 'INVITE'],
    needs: ['busy'],
    transports: ['udp'],
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'busy' }));
      const refusal = await t.given('a refusal', () => t.expect('refusal', { strictly: true }));
      t.ack(refusal, { headers: { Require: 'nothing-known' } });
      await t.expectNone(1_500, 'response');
    },
  },
  {
    id: 'rfc3261/8.2.3/unknown-body-415',
    title: 'A body of a type the server does not understand, without handling=optional, is refused with 415 and Accept',
    req: ['UAS-009', 'UAS-010'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer', type: 'application/nobody-knows', body: '<audio>\r\n' }));
      const refusal = await t.expect(415);
      t.ack(refusal);
      t.verify(refusal.has('Accept'), 'Accept in the 415', 'no Accept');
    },
  },
  {
    id: 'rfc3261/8.2.3/unknown-encoding-415',
    title: 'A body in an encoding the server does not understand is refused with 415 and Accept-Encoding',
    req: ['UAS-011'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      t.send(t.request('INVITE', { to: 'answer', headers: { 'Content-Encoding': 'x-nobody-knows' } }));
      const refusal = await t.expect(415);
      t.ack(refusal);
      t.verify(refusal.has('Accept-Encoding'), 'Accept-Encoding in the 415', 'no Accept-Encoding');
    },
  },
  {
    id: 'rfc3261/8.2.3/optional-part-ignored',
    title: 'A part of a body that is not understood and marked handling=optional is ignored',
    req: ['UAS-012'],
    level: 'MUST',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const session = t.request('INVITE').reading.body;
      const part = (head: string, text: string) => `--part\r\n${head}\r\n\r\n${text}\r\n`;
      const call = async (parts: string) => {
        const body = `${parts}--part--\r\n`;
        t.send(t.request('INVITE', { to: 'answer', type: 'multipart/mixed;boundary=part', body }));
        const response = await t.expect('final', { strictly: true });
        t.ack(response);
        return response;
      };
      const known = part('Content-Type: application/sdp', session);
      const plain = await call(known);
      if (plain.status >= 300) t.unsupported(`it takes no multipart bodies: ${plain.startLine}`);
      const bye = t.send(t.request('BYE', { dialog: t.dialog(plain) }));
      await t.given('the end of the first call', () => t.expect('2xx', { of: bye }));
      const response = await call(
        known + part('Content-Type: application/nobody-knows\r\nContent-Disposition: x-nothing;handling=optional', 'x'),
      );
      t.verify(response.status < 300, '2xx, as without the part', response.startLine);
    },
  },
  {
    id: 'rfc3261/8.2.3/unknown-message-body-415',
    title: 'A MESSAGE of a type the server does not understand is refused with 415 and Accept',
    req: ['IM-009'],
    level: 'MUST',
    role: 'uas',
    methods: ['MESSAGE'],
    run: async (t) => {
      t.send(t.request('MESSAGE', { type: 'application/nobody-knows', body: 'x' }));
      const refusal = await t.expect(415);
      t.verify(refusal.has('Accept'), 'Accept in the 415', 'no Accept');
    },
  },
  {
    id: 'rfc3261/8.2.4/no-extension-without-supported',
    title: 'Responses to a request without Supported apply no extension: no Require, no RSeq',
    req: ['HDR-010'],
    level: 'MUST NOT',
    role: 'uas',
    methods: ['INVITE'],
    needs: ['answer'],
    run: async (t) => {
      const invite = t.send(t.request('INVITE', { to: 'answer', headers: { Supported: null } }));
      const answer = await t.given('an answer', () => t.expect('2xx'));
      t.ack(answer);
      for (const response of t.responsesTo(invite)) {
        t.verify(!response.has('Require'), `no Require in ${response.startLine}`, list(response, 'Require'));
        t.verify(!response.has('RSeq'), `no RSeq in ${response.startLine}`, list(response, 'RSeq'));
      }
    },
  },
];
