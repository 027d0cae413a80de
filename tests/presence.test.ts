// Kamailio as presence server and event notifier: what we publish, those who watch are told. Never with a state that a run before has left.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectMessages, expectSpotless } from './clean.ts';
import { busyhour, type Result, startBusyhour } from './peers/busyhour.ts';
import { flowFile } from './peers/flow-file.ts';
import { have } from './peers/have.ts';
import { type HomeServer, homeUsers, startHomeServer } from './peers/kamailio.ts';
import { readCapture, readMalformed, startCapture } from './peers/tshark.ts';

const LIFETIME = { lifetimeMs: 60_000 };

/** A document that says `open`, and its PUBLISH; what it gets is kept as `etag`. */
const PUBLISH_OPEN = `
  - caller: PUBLISH
    headers: { Event: presence, Expires: 3600, Content-Type: application/pidf+xml }
    body: |
      <?xml version="1.0" encoding="UTF-8"?>
      <presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:{{target.user}}@{{target.host}}">
        <tuple id="b1"><status><basic>open</basic></status></tuple>
      </presence>
  - callee: 200
    capture: { etag: SIP-ETag }
`;

function subscription(event: string): string {
  return `
  - caller: SUBSCRIBE
    headers: { Event: ${event}, Expires: 600 }
  - callee: 200
    capture: { granted: { header: Expires, pattern: "^(600)$" } }
  - callee: NOTIFY
    capture: { state: { header: Subscription-State, pattern: "^(active);expires=600$" }, event: { header: Event, pattern: "^(${event})$" } }
  - caller: 200
  - caller: SUBSCRIBE
    headers: { Event: ${event}, Expires: 0 }
  - callee: 200
  - callee: NOTIFY
    capture: { state: { header: Subscription-State, pattern: "^(terminated);reason=timeout$" } }
  - caller: 200
`;
}

/** A subscription that hears of what the flow `publish` does: nothing yet, open, open again with the refresh, closed, nothing more. */
const WATCH = flowFile(
  'watch',
  `
  - caller: SUBSCRIBE
    headers: { Event: presence, Expires: 600, Accept: application/pidf+xml }
  - callee: 200
  - callee: NOTIFY
    capture: { told: { header: Content-Length, pattern: "^(0)$" } }
  - caller: 200
  - repeat: 2
    steps:
      - callee: NOTIFY
        capture: { told: { header: body, pattern: "<basic>(open)</basic>" } }
      - caller: 200
  - callee: NOTIFY
    capture: { told: { header: body, pattern: "<basic>(closed)</basic>" } }
  - caller: 200
  - callee: NOTIFY
  - caller: 200
  - caller: SUBSCRIBE
    headers: { Event: presence, Expires: 0, Accept: application/pidf+xml }
  - callee: 200
  - callee: NOTIFY
    capture: { state: { header: Subscription-State, pattern: "^(terminated)" } }
  - caller: 200
`,
);

describe.skipIf(!have('kamailio', 'kamcmd', 'tshark', 'dumpcap'))('Kamailio as presence server', () => {
  let server: HomeServer;
  beforeAll(async () => {
    server = await startHomeServer(LIFETIME);
  });
  afterAll(() => server.stop());

  function load(flow: string, user: string, calls: number, ...more: readonly string[]): Promise<Result> {
    const target = `udp:${user}@127.0.0.1:${server.port}`;
    return busyhour(['load', flow, target, '--rate', '100', '--calls', String(calls), ...more]);
  }

  it('takes, refreshes, changes and removes 50 publications', async () => {
    const before = await server.statistics();
    const caller = await load('publish', 'alice', 50);
    const after = await server.statistics();
    expectSpotless(caller, 50);
    expectMessages(caller, { PUBLISH: [200, 0] }, { 200: [0, 200] });
    const received = (name: string): number => after.get(name)! - before.get(name)!;
    expect(received('core:rcv_requests_publish')).toBe(200);
  });

  it('takes, refreshes and ends 50 subscriptions', async () => {
    const caller = await load('subscribe', 'alice', 50);
    expectSpotless(caller, 50);
    expectMessages(caller, { SUBSCRIBE: [150, 0], NOTIFY: [0, 150] }, { 200: [150, 150] });
  });

  it('tells five watchers of each change', async () => {
    const base = (await server.statistics()).get('core:rcv_requests_subscribe')!;
    const target = `udp:carol@127.0.0.1:${server.port}`;
    const watchers = startBusyhour(['load', WATCH, target, '--rate', '100', '--calls', '5'], LIFETIME);
    while ((await server.statistics()).get('core:rcv_requests_subscribe')! < base + 5) await sleep(50);
    const publisher = await load('publish', 'carol', 1, '--hold', '100ms');
    const told = await watchers.result();
    expectSpotless(publisher, 1);
    expectSpotless(told, 5);
    expectMessages(told, { SUBSCRIBE: [10, 0], NOTIFY: [0, 30] }, { 200: [30, 10] });
  });

  it.each(['message-summary', 'dialog'])('notifies of %s', async (event) => {
    const caller = await load(flowFile(event, subscription(event)), 'alice', 20);
    expectSpotless(caller, 20);
    expectMessages(caller, { SUBSCRIBE: [40, 0], NOTIFY: [0, 40] }, { 200: [40, 40] });
  });

  it('refuses an entity-tag that is no more with 412, and we begin anew (RFC 3903 §4.1)', async () => {
    const flow = flowFile(
      'recover',
      `${PUBLISH_OPEN}
  - caller: PUBLISH
    headers: { Event: presence, Expires: 0, SIP-If-Match: "{{etag}}" }
  - callee: 200
  - caller: PUBLISH
    headers: { Event: presence, Expires: 3600, SIP-If-Match: "{{etag}}" }
  - callee: 412
${PUBLISH_OPEN}
  - caller: PUBLISH
    headers: { Event: presence, Expires: 0, SIP-If-Match: "{{etag}}" }
  - callee: 200
`,
    );
    const caller = await load(flow, 'alice', 20);
    expectSpotless(caller, 20);
    expectMessages(caller, { PUBLISH: [100, 0] }, { 200: [0, 80], 412: [0, 20] });
  });

  it('refuses an interval that is too brief with 423, and an event it does not know with 489', async () => {
    const flow = flowFile(
      'refused',
      `
  - caller: SUBSCRIBE
    headers: { Event: presence, Expires: 5, Accept: application/pidf+xml }
  - callee: 423
    capture: { least: { header: Min-Expires, pattern: "^(60)$" } }
  - caller: SUBSCRIBE
    headers: { Event: nonesuch, Expires: 600 }
  - callee: 489
    capture: { known: { header: Allow-Events, pattern: "(presence)" } }
`,
    );
    const caller = await load(flow, 'alice', 20);
    expectSpotless(caller, 20);
    expectMessages(caller, { SUBSCRIBE: [40, 0] }, { 423: [0, 20], 489: [0, 20] });
  });

  it('and a capture shows each NOTIFY in its dialog, in order, and nothing malformed', async () => {
    const capture = await startCapture({ ports: [server.port], ...LIFETIME });
    const caller = await load('subscribe', 'alice', 5, '--no-segmentation');
    await capture.stop();
    expectSpotless(caller, 5);
    const requests = (await readCapture(capture.file, [server.port])).filter(({ method }) => method !== '');
    const calls = [...new Set(requests.map(({ callId }) => callId))];
    expect(calls).toHaveLength(5);
    for (const call of calls) {
      const cseqs = requests.filter(({ callId }) => callId === call).map(({ cseq }) => cseq);
      expect(cseqs.filter((cseq) => cseq.endsWith(' SUBSCRIBE'))).toEqual([
        '1 SUBSCRIBE',
        '2 SUBSCRIBE',
        '3 SUBSCRIBE',
      ]);
      // Kamailio counts its NOTIFYs on from the CSeq of the SUBSCRIBE, as it may (RFC 3261 §12.2.1.1).
      expect(cseqs.filter((cseq) => cseq.endsWith(' NOTIFY'))).toEqual(['2 NOTIFY', '3 NOTIFY', '4 NOTIFY']);
    }
    expect(await readMalformed(capture.file, [server.port])).toEqual([]);
  });
});

describe.skipIf(!have('kamailio', 'kamcmd'))('Kamailio as presence server that asks who is there', () => {
  it.each([
    ['publish', { PUBLISH: [81, 0] }, { 200: [0, 80], 407: [0, 1] }],
    // A request of the dialog is not challenged: its first one was.
    ['subscribe', { SUBSCRIBE: [61, 0], NOTIFY: [0, 60] }, { 200: [60, 60], 407: [0, 1] }],
  ] as const)('lets %s in with credentials', async (flow, methods, statuses) => {
    const server = await startHomeServer({ defines: ['CHALLENGE'], ...LIFETIME });
    const target = `udp:alice@127.0.0.1:${server.port}`;
    const data = homeUsers(['alice']);
    // Unhurried: the first call has met its challenge before the next one leaves, and lends it the nonce.
    const caller = await busyhour(['load', flow, target, '--rate', '25', '--calls', '20', '--data', data]);
    await server.stop();
    expectSpotless(caller, 20);
    expectMessages(caller, methods, statuses);
  });
});
