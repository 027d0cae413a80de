// What the runner lays under a case: target, profile, account, log, limits. Data and callbacks; sends nothing.

import type { Credentials } from '../sip/digest.ts';
import type { Place } from '../transport/raw-socket.ts';
import type { TransportKind } from './case.ts';
import type { Outgoing, Received } from './outgoing.ts';
import type { Account, Profile } from './profile.ts';
import type { Pulse } from './pulse.ts';

/** A message on the wire, or a word of the harness about it. */
export interface Logged {
  /** Monotonic microseconds. */
  readonly atUs: number;
  readonly direction: 'out' | 'in' | 'note';
  /** Which of our ends: `peer`, `far`, `stream 2`. */
  readonly end: string;
  readonly text: string;
}

export interface Ground {
  readonly target: Place;
  readonly profile: Profile;
  /** Where the server reaches an end of ours, if not there itself. */
  readonly reachedAt: (end: Place) => Place;
  /** The account that is the case's alone, null where it asked for none. */
  readonly account: Account | null;
  /** What a challenge is answered with, null for nothing. */
  readonly credentials: Credentials | null;
  /** Own address. */
  readonly address: string;
  readonly log: Logged[];
  /** That of our own loop. */
  readonly pulse: Pulse;
  /** Fires when the time of the case is over or the user has had enough; another one during the teardown. */
  signal: AbortSignal;
  /** Whether the server answers a control probe now. */
  readonly probe: () => Promise<boolean>;
  /** Holds the passive rules against a message that came in; `sent` are ours so far. */
  readonly check: (
    received: Received,
    sent: readonly Outgoing[],
    before: readonly Received[],
    kind: TransportKind,
  ) => void;
}
