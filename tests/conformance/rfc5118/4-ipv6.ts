// Mutants for suites/rfc5118/4-ipv6.ts.
import type { MutantMap } from '../map.ts';
import { inResponses } from '../mutant.ts';
import { findsFault, saysInstead, takes } from '../odd.ts';

export const MUTANTS: MutantMap = {
  'rfc5118/4.1/reference-in-every-place': findsFault('IPv6 references'),
  'rfc5118/4.2/address-without-brackets-400': takes('an address without brackets'),
  'rfc5118/4.3/port-inside-the-brackets': findsFault('digits in brackets'),
  'rfc5118/4.4/port-behind-the-brackets': findsFault('a port behind brackets'),
  'rfc5118/4.5/received-with-and-without-brackets': inResponses('rewrites received', {}, (text) =>
    text.replace('received=2001:db8::9:254', 'received=[2001:db8::9:254]'),
  ),
  'rfc5118/4.5/own-received-without-brackets': inResponses('puts brackets into received', {}, (text) =>
    text.replace(/received=([\da-f:]+)/, 'received=[$1]'),
  ),
  'rfc5118/4.6/addresses-in-session-description': findsFault('IPv6 in a session'),
  'rfc5118/4.7/both-families-in-vias': inResponses('drops Vias of IPv6', {}, (text) =>
    text.replace(/Via: SIP.2.0.UDP .2001[^\r]*\r\n/, ''),
  ),
  'rfc5118/4.8/both-families-in-session-description': findsFault('both families in a session'),
  'rfc5118/4.9/ipv4-inside-ipv6': findsFault('IPv4 inside IPv6'),
  'rfc5118/4.10/three-colons-and-two': saysInstead(500, 'three colons'),
};
