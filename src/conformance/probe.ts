// The control probe: does the server answer at all, now? Any response will do. Retransmits as a client must; judges nothing else.

import { nowUs, openDatagrams, type Place, type RawSocket } from '../transport/raw-socket.ts';
import type { TransportKind } from './case.ts';
import { sdp } from './compose.ts';
import { connectTo, hostPortOf, transportParameter } from './connect.ts';
import { newBranch, token } from './identity.ts';
import { type Profile, uriOfUser } from './profile.ts';
import { Reading } from './reading.ts';
import type { Health } from './verdict.ts';

/** Later than this the server is slow. */
const SLOW_MS = 500;
const RETRANSMIT_MS = [500, 1_000, 2_000];

export interface Probed {
  readonly health: Health;
  /** Why nothing came, where the system says so: `ECONNREFUSED`. */
  readonly why: string;
}

export interface ProbeOptions {
  readonly target: Place;
  readonly kind: TransportKind;
  readonly address: string;
  readonly profile: Profile;
  readonly withinMs: number;
}

export async function probe(options: ProbeOptions): Promise<Probed> {
  const { target, profile, kind, withinMs } = options;
  let socket: RawSocket | null = null;
  const timers: NodeJS.Timeout[] = [];
  const startUs = nowUs();
  try {
    return await new Promise<Probed>((resolve) => {
      const dead = (why: string) => resolve({ health: 'dead', why });
      const answered = (bytes: Buffer) => {
        const reading = new Reading(bytes);
        if (!reading.isResponse) return;
        if (profile.probe.method === 'INVITE') tidy(socket!, target, reading, options);
        resolve({ health: nowUs() - startUs > SLOW_MS * 1_000 ? 'slow' : 'alive', why: '' });
      };
      const on = { bytes: answered, closed: dead };
      const opening =
        kind === 'udp'
          ? openDatagrams({ address: options.address, port: 0 }, on, target)
          : connectTo(kind, options, on);
      opening.then(
        (opened) => {
          socket = opened;
          const bytes = message(opened, options, profile.probe.method);
          opened.send(bytes, target);
          let afterMs = 0;
          for (const stepMs of kind === 'udp' ? RETRANSMIT_MS : []) {
            afterMs += stepMs;
            if (afterMs < withinMs) timers.push(setTimeout(() => opened.send(bytes, target), afterMs));
          }
        },
        (error: NodeJS.ErrnoException) => dead(error.code ?? error.message),
      );
      // Sockets are read between timers and immediates: an answer that came in time counts, however late our loop is.
      const silent = () => dead(`no answer to ${profile.probe.method} within ${withinMs} ms`);
      timers.push(setTimeout(() => setImmediate(silent), withinMs));
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await (socket as RawSocket | null)?.close();
  }
}

function message(socket: RawSocket, { profile }: ProbeOptions, method: string): Buffer {
  const to = profile.probe.to === null ? `sip:${profile.domain}` : uriOfUser(profile, profile.probe.to);
  const local = hostPortOf(socket.local);
  const body = method === 'INVITE' ? sdp(socket.local.address) : '';
  const lines = [
    `${method} ${to} SIP/2.0`,
    `Via: SIP/2.0/${socket.kind.toUpperCase()} ${local};branch=${newBranch()};rport`,
    'Max-Forwards: 70',
    `From: <sip:probe@${profile.domain}>;tag=${token(6)}`,
    `To: <${to}>`,
    `Call-ID: probe-${token(8)}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:probe@${local}${transportParameter(socket.kind)}>`,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** A probe by INVITE leaves no call: ACK and BYE for a 2xx, ACK for a refusal, CANCEL while it rings. */
function tidy(socket: RawSocket, target: Place, response: Reading, options: ProbeOptions): void {
  const send = (method: string, cseq: number) => {
    const uri = response.contact || `sip:${options.profile.domain}`;
    const via =
      method === 'BYE'
        ? `SIP/2.0/${socket.kind.toUpperCase()} ${hostPortOf(socket.local)};branch=${newBranch()}`
        : response.header('Via');
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: ${via}`,
      'Max-Forwards: 70',
      `From: ${response.header('From')}`,
      `To: ${response.header('To')}`,
      `Call-ID: ${response.callId}`,
      `CSeq: ${cseq} ${method}`,
      'Content-Length: 0',
    ];
    socket.send(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), target);
  };
  if (response.status < 200) send('CANCEL', 1);
  else send('ACK', 1);
  if (response.status >= 200 && response.status < 300) send('BYE', 2);
}
