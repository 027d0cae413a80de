// Servers that are right, one for each kind of case: what a case must pass, and what its mutant is made of. Never more than one of a kind.
import type { Case } from '../../src/conformance/case.ts';
import { type Profile, type ProfileFile, profileOf, REFERENCE } from '../../src/conformance/profile.ts';
import { Runner } from '../../src/conformance/runner.ts';
import { inapplicable, transportOf } from '../../src/conformance/select.ts';
import type { Place } from '../../src/transport/raw-socket.ts';
import { startBusyhour } from '../peers/busyhour.ts';
import { startEcho } from '../peers/echo.ts';
import { freePort } from '../peers/free-port.ts';
import { have, haveModules } from '../peers/have.ts';
import { startKamailio } from '../peers/kamailio.ts';
import { callerCommands, startCallers } from './callers.ts';
import type { Mutant } from './mutant.ts';
import { caseAddress, SERVER_ADDRESS, startMutantRelay } from './relay.ts';

/** Longer than the longest case, and than an arena with hundreds of them. */
const LIFETIME_MS = 320_000;
/** A case that may take longer has an arena of its own, played while all the others are. */
const LONG_MS = 100_000;
const JOBS = 48;
/** Dozens that begin at once would keep those waiting that measure a time. */
const START_EVERY_MS = 40;
/** Each case of a caller starts a shell; most of its time it waits. */
const CALLERS = 20;
/** Arenas may be played at the same time: each has so many addresses of its own for cases, and for fronts. */
const ADDRESSES = 2_800;

export interface Arena {
  readonly name: string;
  readonly profile: Profile;
  /** Where the server is; SERVER_ADDRESS where absent. */
  readonly address?: '::1';
  /** Which of the cases it could serve are its own; all where absent. */
  readonly takes?: (one: Case) => boolean;
  /** It mostly waits, so that it may be played while others are. */
  readonly beside?: true;
  /** Null where the machine has no such server. */
  readonly start: (() => Promise<{ readonly port: number; readonly stop: () => Promise<unknown> }>) | null;
}

/** A name for a domain: an address in it would be rewritten under way, and a digest over it would no longer be right. */
function profile(file: ProfileFile, address?: string): Profile {
  return profileOf({ ...file, domain: 'busyhour.example', wait: '2s' }, '', {
    ...(address !== undefined && { address }),
  });
}

/** Listens to datagrams, and to connections of a kind. */
function startReference(connected: 'tcp' | 'ws' = 'tcp', ...flags: readonly string[]) {
  return startAnswer(['udp', connected], SERVER_ADDRESS, flags);
}

async function startAnswer(kinds: readonly string[], host: string, flags: readonly string[] = []) {
  const port = await freePort();
  const listen = kinds.flatMap((kind) => ['--listen', `${kind}:${host}:${port}`]);
  const started = startBusyhour(['answer', ...listen, ...flags], { lifetimeMs: LIFETIME_MS });
  await started.process.line(/listening on/i, 15_000);
  return { port, stop: () => started.process.stop() };
}

const USERS = Array.from({ length: 32 }, (_, i) => ({ user: `user${i + 1}` }));

/** Kamailio at home in the domain of the profile. */
function home(define: readonly string[]) {
  return kamailio('kamailio-domain.cfg', define);
}

/** Listens to datagrams and to streams. */
async function kamailio(config: string, define: readonly string[] = []) {
  const { port, stop } = await startKamailio({
    address: SERVER_ADDRESS,
    config,
    define,
    protocol: 'both',
    lifetimeMs: LIFETIME_MS,
  });
  return { port, stop };
}

/** A proxy that forwards to where a URI says, and to its users. */
const PROXY = profile({
  roles: ['proxy'],
  far: { by: 'uri' },
  transports: ['udp', 'tcp'],
  extensions: { answer: 'nobody', auth: 'auth' },
  accounts: USERS,
});

export const ARENAS: readonly Arena[] = [
  {
    // One account for all, so that the open one below takes what it can.
    name: 'the reference server that asks who is there',
    profile: profile({ ...REFERENCE, accounts: [{ user: 'busyhour', password: 'busyhour' }] }),
    takes: ({ needs = [] }) => needs.includes('password'),
    start: () => startReference('tcp', '--auth'),
  },
  {
    name: 'the reference server',
    profile: profile({ ...REFERENCE, transports: ['udp', 'tcp'] }),
    start: () => startReference(),
  },
  {
    name: 'the reference server, over WebSocket',
    profile: profile({ ...REFERENCE, transports: ['udp', 'ws'] }),
    takes: ({ transports = [] }) => transports.includes('ws'),
    start: () => startReference('ws'),
  },
  {
    name: 'the reference server, over IPv6',
    profile: profile(REFERENCE, '::1'),
    address: '::1',
    takes: ({ needs = [] }) => needs.includes('ipv6'),
    start: () => startAnswer(['udp'], '[::1]'),
  },
  {
    name: 'Kamailio as a proxy that is waited for',
    beside: true,
    profile: PROXY,
    takes: ({ limitMs = 0 }) => limitMs > LONG_MS,
    start: have('kamailio') ? () => home([]) : null,
  },
  {
    name: 'Kamailio as an edge proxy',
    profile: profile({ roles: ['proxy'], far: { by: 'uri' }, transports: ['udp', 'tcp'] }),
    takes: ({ id }) => id.startsWith('rfc5626/'),
    start: have('kamailio') && haveModules('outbound.so') ? () => kamailio('kamailio-edge.cfg') : null,
  },
  {
    name: 'Kamailio as a proxy',
    profile: PROXY,
    start: have('kamailio') ? () => home([]) : null,
  },
  {
    name: 'Kamailio as a redirect server',
    profile: profile({ roles: ['redirect'], accounts: USERS }),
    start: have('kamailio') ? () => home(['REDIRECT']) : null,
  },
  {
    name: 'our own caller',
    beside: true,
    profile: profile({
      roles: ['uac', 'uas', 'subscriber'],
      calls: CALLERS,
      originate: callerCommands(SERVER_ADDRESS),
    }),
    start: async () => {
      // What answers the control probes.
      const [listener, callers] = await Promise.all([startReference(), startCallers(LIFETIME_MS)]);
      const stop = () => Promise.all([listener.stop(), callers.stop()]);
      return { port: listener.port, stop };
    },
  },
  {
    name: 'a callee that sends media back',
    profile: profile({ roles: ['uas'], extensions: { echo: 'echo' } }),
    start: () => startEcho(SERVER_ADDRESS),
  },
];

export function arenaOf(one: Case): Arena | null {
  const fits = ({ profile: of, takes }: Arena) => inapplicable(one, of, 'udp', true) === null && takes?.(one) !== false;
  return ARENAS.find(fits) ?? null;
}

/** Runs the cases against the server, and each against its mutant, at the same time. */
export async function play(arena: Arena, cases: readonly Case[], mutants: ReadonlyMap<string, Mutant>) {
  const server = await arena.start!();
  const target: Place = { address: arena.address ?? SERVER_ADDRESS, port: server.port };
  const firstAddress = ARENAS.indexOf(arena) * ADDRESSES;
  const relay = startMutantRelay(target, firstAddress);
  const fronts = new Map<string, Place>();
  for (const one of cases) {
    const mutant = mutants.get(one.id);
    if (mutant !== undefined)
      fronts.set(one.id, await relay.add(mutant, transportOf(one, arena.profile, 'udp') ?? 'udp'));
  }
  // Half of the addresses for each of the two runs; users of the registrar are shared out likewise.
  const half = (which: 0 | 1): Profile => ({
    ...arena.profile,
    accounts: arena.profile.accounts.filter((one, i) => one.password !== null || i % 2 === which),
  });
  const runner = (which: 0 | 1, targetOf?: (one: Case) => Place) =>
    new Runner({
      target,
      kind: 'udp',
      profile: half(which),
      jobs: JOBS,
      slow: true,
      startEveryMs: START_EVERY_MS,
      addressOf: (n) => arena.address ?? caseAddress(firstAddress + n * 2 + which),
      ...(targetOf && { targetOf, reachedAt: (one: Case, end: Place) => relay.reach(targetOf(one), end) }),
    });
  // What waits longest begins first.
  const inOrder = [...cases].sort((a, b) => Number(b.slow ?? false) - Number(a.slow ?? false));
  const mutable = inOrder.filter(({ id }) => fronts.has(id));
  const [right, wrong] = await Promise.all([
    runner(0).run(inOrder),
    runner(1, ({ id }) => fronts.get(id)!).run(mutable),
  ]);
  await relay.stop();
  await server.stop();
  return {
    right: new Map(right.results.map((result) => [result.id, result])),
    wrong: new Map(wrong.results.map((result) => [result.id, result])),
  };
}
