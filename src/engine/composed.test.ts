// What a watcher of presence is told when several devices of one user publish. In virtual time, against the reference server.
import { expect, it } from 'vitest';
import { CALLER_PORT, Pair } from '../../tests/virtual/pair.ts';
import { field, Phone, respond, tagOf } from '../../tests/virtual/phone.ts';

const ROOT = '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:alice@127.0.0.1">';
const pidf = (...ids: string[]) =>
  `${ROOT}${ids.map((id) => `<tuple id="${id}"><status><basic>open</basic></status></tuple>`).join('')}</presence>`;

it('RFC 3903 §3: each NOTIFY has the tuples of all publications that are alive', () => {
  const pair = new Pair({ flow: { caller: 'basic', callee: 'reference' }, ends: ['callee'] });
  const phone = new Phone(pair, CALLER_PORT);
  phone.answer = (request) => respond(request, '200 OK');
  const watcher = phone.side('alice');
  const accepted = phone.ask(watcher, 'SUBSCRIBE', { headers: { Event: 'presence', Expires: '600' } });
  watcher.toTag = tagOf(accepted[0]!, 'To');
  const publish = (body: string, headers: Record<string, string>) => {
    const type: Record<string, string> = body === '' ? {} : { 'Content-Type': 'application/pidf+xml' };
    const got = phone.ask(phone.side('alice'), 'PUBLISH', {
      headers: { Event: 'presence', ...type, ...headers },
      body,
    });
    const told = got.find((text) => text.startsWith('NOTIFY'))!;
    return { etag: field(got.find((text) => text.startsWith('SIP/2.0 200'))!, 'SIP-ETag')!, told };
  };
  const idsIn = (text: string) => [...text.matchAll(/<tuple id="(\w+)"/g)].map(([, id]) => id);
  const desk = publish(pidf('desk'), { Expires: '600' });
  expect(idsIn(desk.told)).toEqual(['desk']);
  const mobile = publish(pidf('mobile'), { Expires: '600' });
  expect(idsIn(mobile.told)).toEqual(['desk', 'mobile']);
  expect(mobile.told.split('\r\n\r\n')[1]).toBe(pidf('desk', 'mobile'));
  const gone = publish('', { Expires: '0', 'SIP-If-Match': desk.etag });
  expect(idsIn(gone.told)).toEqual(['mobile']);
});
