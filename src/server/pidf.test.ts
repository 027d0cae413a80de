// What becomes of several presence documents: which tuples stand in the composed one, and when only the newest counts.
import { expect, it } from 'vitest';
import { Composition } from './pidf.ts';

const NS = 'xmlns="urn:ietf:params:xml:ns:pidf"';
const tuple = (id: string, basic = 'open') => `<tuple id="${id}"><status><basic>${basic}</basic></status></tuple>`;
const pidf = (inside: string, root = `<presence ${NS} entity="sip:a@b">`) =>
  `<?xml version="1.0"?>\r\n${root}${inside}</presence>\r\n`;

/** Documents, newest first, composed. */
function composed(...documents: string[]): string {
  const bytes = new Uint8Array(1 << 20);
  const composition = new Composition(bytes);
  let at = 0;
  documents.forEach((text, i) => {
    const data = Buffer.from(text);
    bytes.set(data, at);
    if (i === 0) composition.begin(1 << 19, at, data.length);
    else composition.add(at, data.length);
    at += data.length;
  });
  return Buffer.from(bytes.subarray(1 << 19, (1 << 19) + composition.length)).toString();
}

it('RFC 3903 §3: one document stays as it is', () => {
  expect(composed(pidf(tuple('a')))).toBe(pidf(tuple('a')));
});

it('RFC 3903 §3: the tuples of each publication stand in one document', () => {
  expect(composed(pidf(tuple('a')), pidf(tuple('b') + tuple('c')))).toBe(pidf(tuple('c') + tuple('b') + tuple('a')));
});

it('RFC 3863 §4.1.2: of two tuples with one id the newer stands', () => {
  expect(composed(pidf(tuple('a', 'closed')), pidf(tuple('a')))).toBe(pidf(tuple('a', 'closed')));
});

it('a note of the newest document stays behind the tuples', () => {
  expect(composed(pidf(`${tuple('a')}<note>x</note>`), pidf(`${tuple('b')}<note>y</note>`))).toBe(
    pidf(`${tuple('b')}${tuple('a')}<note>x</note>`),
  );
});

it.each([
  ['whose root is written otherwise', pidf(tuple('b'), `<presence ${NS} xmlns:x="y" entity="sip:a@b">`)],
  ['that is no PIDF', 'hello'],
  ['whose tuple does not end', pidf('<tuple id="b">')],
  ['whose tuple has no id', pidf('<tuple xid="b"></tuple>')],
])('a document %s adds nothing', (_, other) => {
  expect(composed(pidf(tuple('a')), other)).toBe(pidf(tuple('a')));
});

it('takes no more tuples than are worth comparing, and no more than a datagram holds', () => {
  const many = Array.from({ length: 100 }, (_, i) => tuple(`t${i}`)).join('');
  expect(composed(pidf(tuple('a')), pidf(many)).match(/<tuple /g)).toHaveLength(17);
  const long = pidf(`<tuple id="b">${'x'.repeat(40_000)}</tuple>`);
  expect(composed(pidf(`<tuple id="a">${'x'.repeat(40_000)}</tuple>`), long).match(/<tuple /g)).toHaveLength(1);
});
