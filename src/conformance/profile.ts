// What the server under test is, as the tester says: its shape, and how a case asks for it. Reads no file.

import { z } from 'zod';
import { bareAddress } from '../sip/host.ts';
import type { Place } from '../transport/raw-socket.ts';
import { EXTENSIONS, type Need, ORIGINATED, ROLES, type TransportKind } from './case.ts';

const user = z.string().min(1);
const command = z.string().min(1);

export const profileSchema = z
  .strictObject({
    name: z.string().optional().describe('What the server is called in reports.'),
    domain: z.string().min(1).optional().describe('Host part of its URIs; host and port of the target where absent.'),
    roles: z
      .array(z.enum(ROLES as [string, ...string[]]))
      .min(1)
      .optional(),
    transports: z
      .array(z.enum(['udp', 'tcp', 'ws']))
      .min(1)
      .optional()
      .describe('What it listens to at the port of the target; the transport of the target where absent.'),
    websocket: z
      .strictObject({
        port: z.int().min(1).max(65_535).optional().describe('Where it is not that of the target.'),
        path: z
          .string()
          .regex(/^\/\S*$/)
          .optional()
          .describe('Of the resource that the handshake asks for; that of a ws: target, or /, where absent.'),
      })
      .optional()
      .describe('Where it takes SIP over WebSocket (RFC 7118), if transports has ws.'),
    methods: z
      .array(z.string().regex(/^[A-Z]+$/))
      .min(1)
      .optional()
      .describe('Methods it answers, where it is made to answer some only: cases about others are skipped.'),
    accounts: z
      .array(z.strictObject({ user, password: z.string().optional() }))
      .optional()
      .describe('Users that may register and call. A case gets one to itself.'),
    extensions: z
      .strictObject(Object.fromEntries(EXTENSIONS.map((name) => [name, user.optional()])))
      .optional()
      .describe('User parts, or whole URIs, by what becomes of a call to them.'),
    events: z.array(z.string().min(1)).optional().describe('Event packages it is a notifier of.'),
    far: z
      .union([
        z.strictObject({ by: z.enum(['uri', 'register']) }),
        z.strictObject({
          by: z.literal('listen'),
          listen: z.string().regex(/^(?:[\d.]+|\[[\da-f:.]+\]):\d+$/i),
          uri: z.string().min(1),
        }),
      ])
      .optional()
      .describe(
        'The far side of a proxy. uri: it forwards by Request-URI; register: to the binding of an account; listen: what goes to `uri` arrives at `listen`.',
      ),
    originate: z
      .record(z.string().regex(/^[A-Z]+(:[a-z-]+)?$/), command)
      .optional()
      .describe(
        `By method: a shell command that makes the server send it; with a word behind it, one of a kind, such as INVITE:late-offer. {{address}} (one of IPv6 in brackets) {{port}} {{uri}} {{domain}} are ours. Keys: ${Object.entries(
          ORIGINATED,
        )
          .map(([key, what]) => `${key} (${what})`)
          .join('; ')}.`,
      ),
    wait: z
      .string()
      .regex(/^\d+(ms|s)$/)
      .optional()
      .describe('How long an answer may take, such as 5s.'),
    calls: z.int().min(1).optional().describe('Most calls at a time it takes: no more cases run at a time.'),
    probe: z
      .strictObject({ method: z.enum(['OPTIONS', 'INVITE']), to: user.optional() })
      .optional()
      .describe('The control probe: any answer will do.'),
  })
  .meta({ title: 'busyhour profile', description: 'What a server under test is.' });

export type ProfileFile = z.output<typeof profileSchema>;

export interface Account {
  readonly user: string;
  readonly password: string | null;
}

export type Far =
  | { readonly by: 'uri' | 'register' }
  | { readonly by: 'listen'; readonly listen: Place; readonly uri: string };

export interface Profile {
  readonly name: string;
  readonly domain: string;
  readonly roles: readonly string[];
  /** Of the addresses by which it is reached. */
  readonly family: 'ipv4' | 'ipv6';
  readonly transports: readonly TransportKind[];
  /** `port` null: that of the target. */
  readonly webSocket: { readonly port: number | null; readonly path: string };
  /** Null: all. */
  readonly methods: readonly string[] | null;
  readonly accounts: readonly Account[];
  readonly extensions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
  readonly far: Far | null;
  readonly originate: Readonly<Record<string, string>>;
  readonly waitMs: number;
  readonly calls: number;
  readonly probe: { readonly method: 'OPTIONS' | 'INVITE'; readonly to: string | null };
}

/** `busyhour answer` without flows: what holds where no profile is given. */
export const REFERENCE: ProfileFile = {
  name: 'busyhour reference server',
  roles: ['uas', 'registrar', 'notifier', 'esc'],
  accounts: [
    { user: 'busyhour', password: 'busyhour' },
    ...Array.from({ length: 32 }, (_, i) => ({ user: `user${i + 1}` })),
  ],
  extensions: {
    answer: 'answer',
    ring: 'ring',
    busy: 'busy',
    away: 'away',
    decline: 'decline',
    auth: 'auth',
    early: 'early',
    transfer: 'transfer',
    moved: 'moved',
  },
  events: ['presence', 'dialog', 'message-summary', 'reg'],
};

/** What the target itself says of the server. */
interface Aimed {
  /** Stands for all where the file names none; UDP where absent. */
  readonly kind?: TransportKind;
  /** IPv4 where absent. */
  readonly address?: string;
  /** Of a WebSocket target. */
  readonly path?: string;
}

/** @param hostPort of the target, as it stands in a URI */
export function profileOf(file: ProfileFile, hostPort: string, aimed: Aimed = {}): Profile {
  const { far } = file;
  const { kind = 'udp', address = '', path = '/' } = aimed;
  const wait = /^(\d+)(ms|s)$/.exec(file.wait ?? '5s')!;
  return {
    name: file.name ?? '',
    domain: file.domain ?? hostPort,
    roles: file.roles ?? ['uas'],
    family: address.includes(':') ? 'ipv6' : 'ipv4',
    transports: file.transports ?? [kind],
    webSocket: {
      port: kind === 'ws' ? null : (file.websocket?.port ?? null),
      path: kind === 'ws' ? path : (file.websocket?.path ?? '/'),
    },
    methods: file.methods ?? null,
    accounts: (file.accounts ?? []).map((one) => ({ user: one.user, password: one.password ?? null })),
    extensions: Object.fromEntries(
      Object.entries(file.extensions ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    events: file.events ?? [],
    far:
      far === undefined
        ? null
        : far.by === 'listen'
          ? { by: 'listen', uri: far.uri, listen: placeOf(far.listen) }
          : far,
    originate: file.originate ?? {},
    waitMs: Number(wait[1]) * (wait[2] === 's' ? 1_000 : 1),
    calls: file.calls ?? Number.POSITIVE_INFINITY,
    probe: { method: file.probe?.method ?? 'OPTIONS', to: file.probe?.to ?? null },
  };
}

function placeOf(text: string): Place {
  const colon = text.lastIndexOf(':');
  return { address: bareAddress(text.slice(0, colon)), port: Number(text.slice(colon + 1)) };
}

/** Why the profile cannot serve a need, null when it can. */
export function lacks(profile: Profile, need: Need): string | null {
  if (need === 'ipv4' || need === 'ipv6')
    return profile.family === need ? null : `the target is no ${need === 'ipv6' ? 'IPv6' : 'IPv4'} address`;
  if (need === 'account') return profile.accounts.length > 0 ? null : 'the profile has no account';
  if (need === 'password')
    return profile.accounts.some(({ password }) => password !== null)
      ? null
      : 'the profile has no account with a password';
  if (need === 'far') return profile.far === null ? 'the profile has no far side (far)' : null;
  if (need === 'event') return profile.events.length > 0 ? null : 'the profile has no event package';
  if (need.startsWith('event:'))
    return profile.events.includes(need.slice(6)) ? null : `the profile has no event package ${need.slice(6)}`;
  if (need.startsWith('originate:')) {
    const method = need.slice(10);
    return profile.originate[method] === undefined ? `the profile has no command in originate for ${method}` : null;
  }
  return profile.extensions[need] === undefined ? `the profile has no extension that is ${need}` : null;
}

/** `sip:user@domain` of a user part; a URI stays as it is. */
export function uriOfUser(profile: Profile, userOrUri: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(userOrUri) ? userOrUri : `sip:${userOrUri}@${profile.domain}`;
}
