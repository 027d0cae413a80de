// The generator's own health in plain words: what was seen, and what it means for the figures. Pure.

import type { Summary } from '../metrics/summary.ts';
import { bytes, number, percent, plural, time } from './format.ts';

export interface HealthRow {
  readonly name: string;
  readonly value: string;
  /** null where it is information only. */
  readonly good: boolean | null;
  readonly meaning: string;
}

/** Above these the figures say something about the generator. The verdict is the controller's; these only choose the words. */
const LAG_LIMIT_US = 10_000;
const BUSY_LIMIT = 0.8;

/** When a message counts as received. */
const RECEIPT: Readonly<Record<Summary['generator']['io'], string>> = {
  batched: 'A message is received when the kernel stamped it.',
  dgram: 'A message is received when the runtime handed it over.',
  tcp: 'A message is received when its last bytes were read from the stream.',
  ws: 'A message is received when the last frame of its WebSocket message was read.',
  mixed: 'A datagram is received when the kernel stamped it, a message on a stream when its last bytes were read.',
};

function buffer({ rcvbufBytes }: Summary['generator']): string {
  return rcvbufBytes > 0 ? `, receive buffer ${bytes(rcvbufBytes)} as granted` : '';
}

export function healthOf(s: Summary): HealthRow[] {
  const g = s.generator;
  const rows: HealthRow[] = [];
  const lag = g.scheduleLagUs;
  if (lag.p99 !== null) {
    const good = lag.p99 <= LAG_LIMIT_US;
    rows.push({
      name: 'Schedule lag',
      value: `p50 ${time(lag.p50)}, p99 ${time(lag.p99)}, max ${time(lag.max)}`,
      good,
      meaning: good
        ? 'Calls left when they were due; the load was the load that was asked for.'
        : 'Calls left later than they were due: the generator did not keep up, and the target saw another load than was asked for.',
    });
  }
  if (s.calls.planned > 0) {
    rows.push({
      name: 'Late calls',
      value: `${number(g.lateCalls)} of ${number(s.calls.started)}`,
      good: g.lateCalls === 0 ? true : null,
      meaning:
        g.lateCalls === 0
          ? 'None started more than 10 ms late.'
          : `${plural(g.lateCalls, 'call')} started more than 10 ms late.`,
    });
  }
  rows.push({
    name: 'Own socket drops',
    value: number(g.rxDropped),
    good: g.rxDropped === 0,
    meaning:
      g.rxDropped === 0
        ? 'The kernel dropped nothing at our socket; what is missing went missing elsewhere.'
        : 'The kernel dropped datagrams at our own full receive buffer: some retransmissions and timeouts here are the generator’s doing, not the target’s.',
  });
  if (g.busyFraction !== null) {
    const free = g.busyFraction < BUSY_LIMIT;
    // As for the verdict, the first second is start-up and no load.
    const good = free || s.elapsedS >= 2 ? free : null;
    rows.push({
      name: 'Busiest worker',
      value: `${percent(Math.round(g.busyFraction * 1000) / 10)} busy`,
      good,
      meaning: free
        ? 'The workers had time to spare.'
        : good === null
          ? 'The run ended within its first seconds, which are start-up: this judges nothing.'
          : 'A worker was nearly always at work: more workers or a lower rate would tell the target apart from the generator.',
    });
  }
  rows.push({
    name: 'Longest slice',
    value: time(g.longestSliceUs),
    good: g.longestSliceUs <= LAG_LIMIT_US ? true : null,
    meaning: 'Longest time a worker did not look at its socket.',
  });
  const errors = Object.entries(g.sendErrors);
  if (errors.length > 0) {
    rows.push({
      name: 'Send errors',
      value: errors.map(([name, n]) => `${name} ${number(n)}`).join(', '),
      good: false,
      meaning: 'Datagrams the system did not take.',
    });
  }
  const connections = Object.entries(g.connections);
  if (connections.length > 0)
    rows.push({
      name: 'Connections',
      value: connections.map(([name, n]) => `${name} ${number(n)}`).join(', '),
      good: null,
      meaning:
        'Opened and accepted, and how they ended. What a peer does to its own connection is no fault of the generator.',
    });
  if (g.lostWorkers.length > 0) {
    rows.push({
      name: 'Lost workers',
      value: g.lostWorkers.join(', '),
      good: false,
      meaning: `These of ${g.workers} workers left no final count: what they did last is missing.`,
    });
  }
  rows.push(
    { name: 'CPU per call', value: time(g.cpuUsPerCall), good: null, meaning: 'Of the whole generator process.' },
    {
      name: 'Sockets',
      value: `${g.localAddresses.join(', ')}`,
      good: null,
      meaning: `${plural(g.workers, 'worker')}, ${g.io} I/O${buffer(g)}. ${RECEIPT[g.io]}`,
    },
  );
  return rows;
}
