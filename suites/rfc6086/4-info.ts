// RFC 6086 §4.2, §4.3, §7.2: INFO at the server, of packages and of the old kind. Cases only.

import type { Case, Entry } from '../../src/conformance/case.ts';
import type { Dialog } from '../../src/conformance/dialog.ts';
import type { Received } from '../../src/conformance/outgoing.ts';
import type { RequestParts } from '../../src/conformance/peer.ts';
import type { Talk } from '../../src/conformance/talk.ts';

const INFO: Pick<Case, 'level' | 'role' | 'methods' | 'needs'> = {
  level: 'MUST',
  role: 'uas',
  methods: ['INFO'],
  needs: ['answer'],
};

const DTMF = { type: 'application/dtmf-relay', body: 'Signal=5\r\nDuration=160\r\n' };

/** A call whose 2xx says which packages the server takes. */
async function packagedCall(t: Talk): Promise<{ dialog: Dialog; packages: string[] }> {
  const { dialog, response } = await t.call({ headers: { 'Recv-Info': '' } });
  if (!response.has('Recv-Info')) t.unsupported('its 2xx has no Recv-Info: it knows no Info Packages');
  return { dialog, packages: response.headers('Recv-Info').filter((name) => name !== '') };
}

const nameIn = (value: string) => value.split(';')[0]!.trim();

/** A call, and a package that the server takes in it, without parameters. */
async function withPackage(t: Talk): Promise<{ dialog: Dialog; name: string }> {
  const { dialog, packages } = await packagedCall(t);
  const [first] = packages;
  if (first === undefined) return t.skip('it takes no Info Package');
  return { dialog, name: nameIn(first) };
}

function info(t: Talk, dialog: Dialog, parts: RequestParts = {}): Promise<Received> {
  return t.expect('final', { of: t.send(t.request('INFO', { dialog, ...parts })) });
}

const swapped = (text: string) =>
  text.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));

function refuseUnknown(t: Talk, response: Received): void {
  if (response.status === 405 || response.status === 501) t.unsupported(response.startLine);
}

export const CASES: readonly Entry[] = [
  {
    ...INFO,
    id: 'rfc6086/4.2.2/unknown-package-469',
    title: 'An INFO of a package that the server has not asked for gets 469 with Recv-Info',
    req: ['INF-001'],
    run: async (t) => {
      const { dialog } = await packagedCall(t);
      const response = await info(t, dialog, { headers: { 'Info-Package': 'nobody-knows' } });
      refuseUnknown(t, response);
      t.verify(response.status === 469, '469', response.startLine);
      t.verify(response.has('Recv-Info'), 'Recv-Info in the 469', 'none');
    },
  },
  {
    ...INFO,
    id: 'rfc6086/4.2.2/469-leaves-the-call',
    title: 'A 469 ends its INFO and nothing else: the call is still there',
    req: ['INF-001'],
    level: 'MUST NOT',
    methods: ['INFO', 'BYE'],
    run: async (t) => {
      const { dialog } = await packagedCall(t);
      const sent = t.send(t.request('INFO', { dialog, headers: { 'Info-Package': 'nobody-knows' } }));
      await t.given('a 469', () => t.expect(469, { of: sent }));
      await t.expectNone(200, 'BYE');
      const response = await t.expect('final', { of: t.send(t.request('BYE', { dialog })), strictly: true });
      t.verify(response.status < 300, '2xx to the BYE', response.startLine);
    },
  },
  {
    ...INFO,
    id: 'rfc6086/4.2.2/legacy-info-200',
    title: 'An INFO without a package is answered 200, or 415 where its body is of an unknown type',
    req: ['INF-002'],
    run: async (t) => {
      const { dialog } = await t.call();
      const sent = t.send(t.request('INFO', { dialog, ...DTMF }));
      const response = await t.expect(['2xx', 415], { of: sent });
      // RFC 3261 §8.2.3: what could have been understood stands in the 415.
      t.prefer(response.status === 200 || response.has('Accept'), 'Accept in the 415', 'none');
    },
  },
  {
    ...INFO,
    id: 'rfc6086/4.2.2/info-without-body-200',
    title: 'An INFO that has neither a package nor a body is answered 200',
    req: ['INF-011'],
    run: async (t) => {
      const { dialog } = await t.call();
      const response = await t.expect('2xx', { of: t.send(t.request('INFO', { dialog })) });
      t.verify(response.status === 200, '200', response.startLine);
    },
  },
  {
    ...INFO,
    id: 'rfc6086/4.2.2/package-body-of-another-type-415',
    title: 'A body of the package that is of a type the server knows, but not in this package, gets 415',
    req: ['INF-003'],
    level: 'SHOULD',
    run: async (t) => {
      const { dialog, name } = await withPackage(t);
      const headers = { 'Info-Package': name, 'Content-Disposition': 'Info-Package' };
      const body = t.request('INVITE').reading.body;
      const response = await info(t, dialog, { headers, type: 'application/sdp', body });
      refuseUnknown(t, response);
      t.verify(response.status === 415, '415', response.startLine);
    },
  },
  {
    ...INFO,
    id: 'rfc6086/4.3.2/no-package-body-in-the-response',
    title: 'A response to INFO brings no body of an Info Package',
    req: ['INF-010'],
    level: 'MUST NOT',
    run: async (t) => {
      const { dialog, name } = await withPackage(t);
      const packaged = { 'Content-Disposition': 'Info-Package', 'Info-Package': name };
      for (const parts of [{ headers: { 'Info-Package': name } }, { ...DTMF, headers: packaged }]) {
        const response = await info(t, dialog, parts);
        refuseUnknown(t, response);
        const brings = response.body !== '' && /^content-disposition\s*:\s*info-package/im.test(response.text);
        t.verify(!brings, 'no body of the package', `${response.startLine} with ${response.contentType}`);
      }
    },
  },
  {
    ...INFO,
    id: 'rfc6086/7.2/package-name-in-its-letters',
    title: 'The name of a package is compared letter by letter: in capitals it is another one, which gets 469',
    req: ['INF-001'],
    run: async (t) => {
      const { dialog, packages } = await packagedCall(t);
      const names = packages.map(nameIn);
      const other = names.map(swapped).find((name) => !names.includes(name));
      if (other === undefined) return t.skip('no package of the server has another name in other letters');
      const response = await info(t, dialog, { headers: { 'Info-Package': other } });
      refuseUnknown(t, response);
      t.verify(response.status === 469, `469 to ${other}`, response.startLine);
    },
  },
  {
    ...INFO,
    id: 'rfc6086/7.2/package-with-a-parameter',
    title: 'A parameter of Info-Package does not make another package of it',
    req: ['INF-001'],
    level: 'MUST NOT',
    run: async (t) => {
      const { dialog, name } = await withPackage(t);
      const response = await info(t, dialog, { headers: { 'Info-Package': `${name};x-nothing=1` } });
      refuseUnknown(t, response);
      t.verify(response.status !== 469, 'not 469', response.startLine);
    },
  },
  {
    ...INFO,
    id: 'rfc6086/4.2/info-after-the-call-481',
    title: 'An INFO in a call that is over is answered 481 (RFC 3261 §12.2.2)',
    req: ['INF-005'],
    run: async (t) => {
      const { dialog } = await t.call();
      await t.given('the end of the call', () => t.expect('2xx', { of: t.send(t.request('BYE', { dialog })) }));
      const response = await info(t, dialog);
      refuseUnknown(t, response);
      t.verify(response.status === 481, '481', response.startLine);
    },
  },
];
