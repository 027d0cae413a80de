// Mutants for suites/rfc4028/9-uas.ts.
import type { MutantMap } from '../map.ts';
import { editHeader, inResponses, type Mutant, removeHeader, setHeader } from '../mutant.ts';

function inAccepted(name: string, edit: (text: string) => string): Mutant {
  return inResponses(name, { method: 'INVITE', status: 200 }, edit);
}

export const MUTANTS: MutantMap = {
  'rfc4028/4/compact-form': inResponses(
    'does not know the compact form of Session-Expires',
    { method: 'INVITE', status: 200 },
    (text, { request }) =>
      request?.fields.some(({ name }) => name === 'x') === true ? removeHeader(text, 'Session-Expires') : text,
  ),
  'rfc4028/5/min-se-in-422-only': inAccepted('repeats Min-SE in its 2xx', (text) => setHeader(text, 'Min-SE', '120')),
  'rfc4028/9/interval-not-raised': inAccepted('wants an hour', (text) =>
    setHeader(text, 'Session-Expires', '3600;refresher=uac'),
  ),
  'rfc4028/9/interval-not-below-min-se': inAccepted('does not look at Min-SE', (text) =>
    setHeader(text, 'Session-Expires', '600;refresher=uac'),
  ),
  'rfc4028/9/refresher-named': inAccepted('does not name the refresher', (text) =>
    editHeader(text, 'Session-Expires', (value) => value.replace(/;.*/, '')),
  ),
  'rfc4028/9/refresher-uac-kept': inAccepted('does not require what the caller must do', (text) =>
    removeHeader(text, 'Require'),
  ),
  'rfc4028/9/refresher-uas-kept': inAccepted('hands the refreshing back', (text) =>
    editHeader(text, 'Session-Expires', (value) => value.replace('uas', 'uac')),
  ),
  'rfc4028/9/caller-without-timer': inAccepted('has a caller refresh who does not know how', (text) =>
    editHeader(text, 'Session-Expires', (value) => value.replace('uas', 'uac')),
  ),
  'rfc4028/9/too-small-422': inResponses('says that it takes a minute, and does not', { status: 422 }, (text) =>
    setHeader(text, 'Min-SE', '60'),
  ),
  'rfc4028/10/bye-before-expiry': inResponses(
    'gives the session up after some seconds',
    { method: 'INVITE', status: 200 },
    (text, { reading, request, nth }) =>
      nth > 1
        ? text
        : [
            { text, afterMs: 0 },
            {
              text: [
                `BYE ${request!.contact} SIP/2.0`,
                'Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKtooearly',
                'Max-Forwards: 70',
                `From: ${reading.header('To')}`,
                `To: ${reading.header('From')}`,
                `Call-ID: ${reading.callId}`,
                'CSeq: 1 BYE',
                'Content-Length: 0\r\n\r\n',
              ].join('\r\n'),
              afterMs: 3_000,
            },
          ],
  ),
};
