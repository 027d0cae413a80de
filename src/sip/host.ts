// An address as it stands in SIP and SDP. Knows no name server, and no message.

/** IPv4 as it is, IPv6 in brackets: the host of a URI and of Via (RFC 3261 §25.1, IPv6reference). Names stay as they are. */
export function hostText(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** `127.0.0.1:5060`, `[::1]:5060`. */
export function hostPortText(address: string, port: number): string {
  return `${hostText(address)}:${port}`;
}

/** An address without the brackets that a host has around IPv6. */
export function bareAddress(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** `IP4 127.0.0.1`, `IP6 ::1`: the type of the address and the address, as they stand in `o=` and `c=` (RFC 4566 §5.7). */
export function mediaAddress(host: string): string {
  const address = bareAddress(host);
  return `${address.includes(':') ? 'IP6' : 'IP4'} ${address}`;
}
