// Rules about SUBSCRIBE, NOTIFY and PUBLISH: Event, Subscription-State, Expires, entity-tags. Judges single messages only.

import { decimalOf, isSingle } from '../sip/fields.ts';
import { type Message, NONE } from '../sip/message.ts';
import { HEADER, METHOD } from '../sip/names.ts';
import { readSubscriptionState, SUBSCRIPTION, SubscriptionState } from '../sip/subscription.ts';
import type { Rule } from './rule.ts';

const subscription = new SubscriptionState();

/** The Subscription-State that `header` has found. */
function stateOf(msg: Message): SubscriptionState {
  const i = msg.first[HEADER.SUBSCRIPTION_STATE]!;
  readSubscriptionState(msg.buf, msg.valueStart[i]!, msg.valueEnd[i]!, subscription);
  return subscription;
}

function lacksExpires(msg: Message): boolean {
  const { state, expiresS } = stateOf(msg);
  return (state === SUBSCRIPTION.ACTIVE || state === SUBSCRIPTION.PENDING) && expiresS === NONE;
}

function lacksReason(msg: Message): boolean {
  const { state, reason } = stateOf(msg);
  return state === SUBSCRIPTION.TERMINATED && reason.start === NONE;
}

const SUCCESS = [[200, 299]] as const;

export const EVENTS: readonly Rule[] = [
  // RFC 6665 §3.1.2: a SUBSCRIBE names one event package.
  {
    id: 'event-in-subscribe',
    rfc: 6665,
    section: '3.1.2',
    level: 'MUST',
    title: 'A SUBSCRIBE has exactly one Event',
    on: 'request',
    methods: [METHOD.SUBSCRIBE],
    broken: (msg) => !isSingle(msg, HEADER.EVENT),
  },
  // RFC 6665 §3.2.1: so does a NOTIFY.
  {
    id: 'event-in-notify',
    rfc: 6665,
    section: '3.2.1',
    level: 'MUST',
    title: 'A NOTIFY has exactly one Event',
    req: ['EVT-007'],
    on: 'request',
    methods: [METHOD.NOTIFY],
    broken: (msg) => !isSingle(msg, HEADER.EVENT),
  },
  // RFC 3903 §4: so does a PUBLISH.
  {
    id: 'event-in-publish',
    rfc: 3903,
    section: '4',
    level: 'MUST',
    title: 'A PUBLISH has exactly one Event',
    on: 'request',
    methods: [METHOD.PUBLISH],
    broken: (msg) => !isSingle(msg, HEADER.EVENT),
  },
  // RFC 6665 §8.2.1: Event belongs to requests.
  {
    id: 'event-in-request',
    rfc: 6665,
    section: '8.2.1',
    level: 'MUST',
    title: 'A response has no Event',
    on: 'response',
    header: HEADER.EVENT,
    broken: () => true,
  },
  // RFC 6665 §4.2.2: a NOTIFY says whether the subscription is active, pending or terminated; other words are for extensions.
  {
    id: 'state-in-notify',
    rfc: 6665,
    section: '4.2.2',
    level: 'MUST',
    title: 'A NOTIFY has Subscription-State',
    req: ['EVT-004'],
    on: 'request',
    methods: [METHOD.NOTIFY],
    broken: (msg) => msg.first[HEADER.SUBSCRIPTION_STATE] === NONE,
  },
  // RFC 6665 §4.2.2: while the subscription lives, how long it still will is part of it.
  {
    id: 'state-expires',
    rfc: 6665,
    section: '4.2.2',
    level: 'MUST',
    title: 'Subscription-State active or pending has expires',
    req: ['EVT-005'],
    on: 'request',
    methods: [METHOD.NOTIFY],
    header: HEADER.SUBSCRIPTION_STATE,
    broken: lacksExpires,
  },
  // RFC 6665 §4.2.2: when it ends, the notifier says why.
  {
    id: 'state-reason',
    rfc: 6665,
    section: '4.2.2',
    level: 'SHOULD',
    title: 'Subscription-State terminated has reason',
    req: ['EVT-006'],
    on: 'request',
    methods: [METHOD.NOTIFY],
    header: HEADER.SUBSCRIPTION_STATE,
    broken: lacksReason,
  },
  // RFC 6665 §8.2.3: Subscription-State belongs to NOTIFY.
  {
    id: 'state-only-in-notify',
    rfc: 6665,
    section: '8.2.3',
    level: 'MUST',
    title: 'Nothing but a NOTIFY request has Subscription-State',
    on: 'both',
    header: HEADER.SUBSCRIPTION_STATE,
    broken: (msg) => !msg.isRequest || msg.method !== METHOD.NOTIFY,
  },
  // RFC 6665 §3.1.1: the 2xx says how long the subscription was granted for.
  {
    id: 'expires-in-subscribe-answer',
    rfc: 6665,
    section: '3.1.1',
    level: 'MUST',
    title: 'A 2xx to SUBSCRIBE has Expires',
    req: ['EVT-002'],
    on: 'response',
    methods: [METHOD.SUBSCRIBE],
    statuses: SUCCESS,
    broken: (msg) => decimalOf(msg, HEADER.EXPIRES) === NONE,
  },
  // RFC 6665 §3.1.1: and that is never longer than was asked.
  {
    id: 'expires-not-longer',
    rfc: 6665,
    section: '3.1.1',
    level: 'MUST',
    title: 'A 2xx to SUBSCRIBE grants no longer Expires than the request asked',
    req: ['EVT-003'],
    on: 'response',
    methods: [METHOD.SUBSCRIBE],
    statuses: SUCCESS,
    header: HEADER.EXPIRES,
    broken: (msg, ctx) => ctx.requestExpiresS !== NONE && decimalOf(msg, HEADER.EXPIRES) > ctx.requestExpiresS,
  },
  // RFC 6665 §8.3.1: 202 is retired for subscriptions.
  {
    id: 'subscribe-not-202',
    rfc: 6665,
    section: '8.3.1',
    level: 'MUST',
    title: 'SUBSCRIBE and NOTIFY are not answered 202',
    req: ['EVT-016'],
    on: 'response',
    methods: [METHOD.SUBSCRIBE, METHOD.NOTIFY],
    statuses: [[202, 202]],
    broken: () => true,
  },
  // RFC 3903 §6: the entity-tag of the publication stands in its 2xx.
  {
    id: 'etag-in-publish-answer',
    rfc: 3903,
    section: '6',
    level: 'MUST',
    title: 'A 2xx to PUBLISH has exactly one SIP-ETag',
    req: ['PUB-001'],
    on: 'response',
    methods: [METHOD.PUBLISH],
    statuses: SUCCESS,
    broken: (msg) => !isSingle(msg, HEADER.SIP_ETAG),
  },
  // RFC 3903 §6: and so does the interval it was granted for.
  {
    id: 'expires-in-publish-answer',
    rfc: 3903,
    section: '6',
    level: 'MUST',
    title: 'A 2xx to PUBLISH has Expires',
    req: ['PUB-002'],
    on: 'response',
    methods: [METHOD.PUBLISH],
    statuses: SUCCESS,
    broken: (msg) => decimalOf(msg, HEADER.EXPIRES) === NONE,
  },
  // RFC 3903 §6: PUBLISH creates no dialog and so no route.
  {
    id: 'publish-answer-without-route',
    rfc: 3903,
    section: '6',
    level: 'MUST',
    title: 'A response to PUBLISH has no Record-Route',
    req: ['PUB-012'],
    on: 'response',
    methods: [METHOD.PUBLISH],
    header: HEADER.RECORD_ROUTE,
    broken: () => true,
  },
];
