// The wire as a third party saw it: dumpcap on loopback, decoded by tshark. Never starts before packets really arrive in the file, never ends before the last one has.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { need } from './have.ts';
import { run, start } from './process.ts';
import { tempDir } from './temp-dir.ts';

export interface CapturedMessage {
  /** Microseconds since the start of the second in which the first message came. */
  readonly atUs: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Method of a request; '' for a response. */
  readonly method: string;
  /** Status of a response; 0 for a request. */
  readonly status: number;
  readonly callId: string;
  /** `1 INVITE` */
  readonly cseq: string;
  /** Branch of the top Via. */
  readonly branch: string;
}

export interface Capture {
  readonly file: string;
  /** Ends it; rejects when the kernel dropped packets, for then nothing can be said. */
  stop(): Promise<void>;
}

/** Captures UDP to and from these ports on loopback. */
export async function startCapture(options: { ports: readonly number[]; lifetimeMs: number }): Promise<Capture> {
  const file = join(tempDir(), 'capture.pcapng');
  const probePort = await freePort();
  const filter = [...options.ports, probePort].map((port) => `udp port ${port}`).join(' or ');
  const child = start(need('dumpcap'), ['-i', 'lo', '-f', filter, '-B', '64', '-w', file], {
    lifetimeMs: options.lifetimeMs,
  });
  await child.line(/File: /, 10_000);
  await probe(file, probePort, 'first-probe');
  return {
    file,
    stop: async () => {
      await probe(file, probePort, 'last-probe');
      await child.stop();
      const dropped = /received\/dropped on interface 'Loopback: lo': \d+\/(\d+)/.exec(child.output())?.[1];
      if (dropped !== '0')
        throw new Error(`the capture is not whole: ${dropped ?? 'unknown'} packets dropped\n${child.output()}`);
    },
  };
}

/** Sends marked datagrams to a port nobody reads, until one of them stands in the file. */
async function probe(file: string, port: number, mark: string): Promise<void> {
  const socket = createSocket('udp4');
  // Nobody listens: the refusals that come back are expected.
  socket.on('error', () => {});
  try {
    for (let attempt = 0; attempt < 100; attempt++) {
      socket.send(`busyhour-${mark}`, port, '127.0.0.1');
      await sleep(50);
      if (readFileSync(file).includes(`busyhour-${mark}`)) return;
    }
  } finally {
    socket.close();
  }
  throw new Error(`no packet reached ${file} within 5 s`);
}

function decodeAs(ports: readonly number[]): string[] {
  return ports.flatMap((port) => ['-d', `udp.port==${port},sip`]);
}

async function tshark(args: readonly string[]): Promise<string[]> {
  const result = await run(need('tshark'), args, { lifetimeMs: 60_000 });
  if (result.code !== 0) throw new Error(`tshark ended with ${result.code}: ${result.stderr}`);
  return result.stdout.split('\n').filter((line) => line !== '');
}

const FIELDS = [
  'frame.time_epoch',
  'udp.srcport',
  'udp.dstport',
  'sip.Method',
  'sip.Status-Code',
  'sip.Call-ID',
  'sip.CSeq',
  'sip.Via.branch',
];

/** Every SIP message of the capture, in order. */
export async function readCapture(file: string, ports: readonly number[]): Promise<CapturedMessage[]> {
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const rows = await tshark([
    '-r',
    file,
    '-n',
    ...decodeAs(ports),
    '-Y',
    'sip',
    '-T',
    'fields',
    '-E',
    'separator=/t',
    '-E',
    'occurrence=f',
    ...fields,
  ]);
  let startedS = 0n;
  return rows.map((row, index) => {
    const [time, source, destination, method, status, callId, cseq, branch] = row.split('\t') as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    // Whole seconds as an integer: an epoch in nanoseconds does not fit a double.
    const [seconds, fraction = ''] = time.split('.') as [string, string?];
    if (index === 0) startedS = BigInt(seconds);
    const atUs = Number(BigInt(seconds) - startedS) * 1e6 + Number(fraction.padEnd(9, '0')) / 1e3;
    return {
      atUs,
      sourcePort: Number(source),
      destinationPort: Number(destination),
      method,
      status: Number(status),
      callId,
      cseq,
      branch,
    };
  });
}

/** What the dissectors object to: one line for each malformed packet or expert note of level warning or above. */
export async function readMalformed(file: string, ports: readonly number[]): Promise<string[]> {
  const fields = ['frame.number', 'sip.Method', 'sip.Status-Code', '_ws.malformed', '_ws.expert.message'].flatMap(
    (field) => ['-e', field],
  );
  const filter = '(_ws.malformed || _ws.expert.severity >= "Warning" || !sip) && !udp.checksum.bad && !icmp';
  const rows = await tshark([
    '-r',
    file,
    '-n',
    ...decodeAs(ports),
    '-Y',
    `(${filter}) && (${ports.map((port) => `udp.port == ${port}`).join(' || ')})`,
    '-T',
    'fields',
    ...fields,
  ]);
  return rows;
}
