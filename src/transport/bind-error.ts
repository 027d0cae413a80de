// The address or port that the user asked for cannot be had: the one failure of a transport whose mend is on the command line. A type; opens nothing.

const MENDS: Record<string, string> = {
  EADDRINUSE: 'another socket has it: stop that program, choose another port, or give port 0 for any free one',
  EADDRNOTAVAIL: 'this machine has no such address: give one of its own, or 0.0.0.0 or [::] for all',
  EACCES: 'ports below 1024 need privilege: choose a higher port',
  EPERM: 'the system forbids it: choose another address or port',
};

export class BindError extends Error {
  /** errno name: EADDRINUSE, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT for what is no address… */
  readonly code: string;
  readonly address: string;
  readonly port: number;

  /** @param reason said instead of the usual explanation of `code` */
  constructor(code: string, address: string, port: number, reason?: string, protocol: 'UDP' | 'TCP' = 'UDP') {
    super(
      `cannot open ${protocol} ${address} port ${port}: ${reason ?? MENDS[code] ?? 'the system refused'} (${code})`,
    );
    this.name = 'BindError';
    this.code = code;
    this.address = address;
    this.port = port;
  }
}
