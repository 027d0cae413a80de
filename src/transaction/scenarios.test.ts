// RFC 3261 §17 in virtual time: each scenario is a ladder of events with the instants at which the machine acted.

import { expect, test } from 'vitest';
import { Lanes } from '../time/lanes.ts';
import { EFFECT, EVENT, MACHINE, STATE } from './constants.ts';
import { begin, effects, nextState, step } from './machine.ts';
import { answersNonInvite } from './non-invite-server.ts';
import { lingerUs, retransmitIntervalUs, TIMEOUT_US, tryingUs } from './timers.ts';

const SAYS: readonly (readonly [number, string])[] = [
  [EFFECT.SEND, 'send'],
  [EFFECT.SEND_ACK, 'ack'],
  [EFFECT.SEND_TRYING, '100'],
  [EFFECT.TU_MESSAGE, 'tu'],
  [EFFECT.TU_TIMEOUT, 'timeout'],
  [EFFECT.TU_ERROR, 'error'],
  [EFFECT.TERMINATE, 'end'],
];
const RETRANSMIT = 0;
const SECOND = 1;
const TRYING = 2;

/** One transaction on real lanes and a clock that is set by hand; `log` holds `instant in ms: what it did`. */
class Ladder {
  readonly log: string[] = [];
  private readonly machine: number;
  private readonly reliable: boolean;
  private readonly now = new Float64Array(1);
  private readonly lanes = new Lanes(3, this.now);
  private state = STATE.TERMINATED as number;
  private retransmits = 0;
  private lingering = false;

  constructor(machine: number, reliable = false) {
    this.machine = machine;
    this.reliable = reliable;
    this.take(begin(machine));
  }

  get isOver(): boolean {
    return this.state === STATE.TERMINATED;
  }

  /** Lets time pass up to `ms`, firing what is due, then feeds `event`. */
  at(ms: number, event: number): this {
    this.until(ms);
    this.feed(event);
    return this;
  }

  until(ms: number): this {
    for (;;) {
      this.lanes.refreshNext();
      if (this.lanes.nextDue[0]! > ms * 1000) break;
      this.now[0] = this.lanes.nextDue[0]!;
      const node = this.lanes.expire();
      if (node === RETRANSMIT) this.feed(EVENT.TIMER_RETRANSMIT);
      else if (node === TRYING) this.feed(EVENT.TIMER_TRYING);
      else this.feed(this.lingering ? EVENT.TIMER_LINGER : EVENT.TIMER_TIMEOUT);
    }
    this.now[0] = ms * 1000;
    return this;
  }

  private feed(event: number): void {
    const packed = step(this.machine, this.state, event);
    if (packed < 0) throw new Error(`no row: state ${this.state}, event ${event}`);
    this.take(packed);
  }

  private take(packed: number): void {
    const todo = effects(packed);
    this.state = nextState(packed);
    const said = SAYS.filter(([bit]) => (todo & bit) !== 0).map(([, word]) => word);
    if (said.length > 0) this.log.push(`${this.now[0]! / 1000}: ${said.join(' ')}`);
    if ((todo & EFFECT.STOP_RETRANSMIT) !== 0) this.lanes.stop(RETRANSMIT);
    if ((todo & EFFECT.STOP_TRYING) !== 0) this.lanes.stop(TRYING);
    if ((todo & EFFECT.START_TRYING) !== 0) this.start(TRYING, tryingUs(this.machine));
    if ((todo & EFFECT.START_RETRANSMIT) !== 0) this.retransmit(0);
    if ((todo & EFFECT.AGAIN_RETRANSMIT) !== 0) this.retransmit(this.retransmits + 1);
    if ((todo & EFFECT.START_TIMEOUT) !== 0) this.start(SECOND, TIMEOUT_US);
    if ((todo & EFFECT.TERMINATE) !== 0) for (let node = 0; node < 3; node++) this.lanes.stop(node);
    if ((todo & EFFECT.START_LINGER) === 0) return;
    this.lingering = true;
    this.start(SECOND, lingerUs(this.machine, this.state, this.reliable));
  }

  private retransmit(count: number): void {
    this.retransmits = count;
    if (!this.reliable) this.start(RETRANSMIT, retransmitIntervalUs(this.machine, this.state, count));
  }

  private start(node: number, us: number): void {
    this.lanes.start(node, this.lanes.lane(us));
  }
}

const { INVITE_CLIENT, NON_INVITE_CLIENT, INVITE_SERVER, NON_INVITE_SERVER } = MACHINE;
const { RECV_1XX, RECV_2XX, RECV_300_699, REQUEST, ACK, SEND_1XX, SEND_2XX, SEND_300_699, TRANSPORT_ERROR } = EVENT;
const HOUR = 3_600_000;

test('§17.1.1.2 an INVITE nobody answers is sent seven times and given up after 64·T1', () => {
  const sends = ['0: send', '500: send', '1500: send', '3500: send', '7500: send', '15500: send', '31500: send'];
  expect(new Ladder(INVITE_CLIENT).until(HOUR).log).toEqual([...sends, '32000: timeout end']);
});

test('§17.1.1.2 on a reliable transport it is sent once, and Timer B still counts', () => {
  expect(new Ladder(INVITE_CLIENT, true).until(HOUR).log).toEqual(['0: send', '32000: timeout end']);
});

test('§17.1.1.2 a provisional response ends the retransmissions, and Timer B as well: it may ring for an hour', () => {
  const ladder = new Ladder(INVITE_CLIENT).at(600, RECV_1XX).at(900, RECV_1XX).until(HOUR);
  expect(ladder.log).toEqual(['0: send', '500: send', '600: tu', '900: tu']);
  expect(ladder.at(HOUR, RECV_2XX).log.at(-1)).toBe(`${HOUR}: tu`);
});

test('RFC 6026 §7.2 every 2xx goes to the TU until Timer M, nothing else does', () => {
  const ladder = new Ladder(INVITE_CLIENT).at(100, RECV_2XX).at(600, RECV_2XX).at(700, RECV_1XX).at(800, RECV_300_699);
  ladder.at(900, TRANSPORT_ERROR).at(32_099, RECV_2XX).until(HOUR);
  expect(ladder.log).toEqual(['0: send', '100: tu', '600: tu', '32099: tu', '32100: end']);
});

test('RFC 6026 §7.2 Timer M counts on a reliable transport too', () => {
  expect(new Ladder(INVITE_CLIENT, true).at(100, RECV_2XX).until(HOUR).log).toEqual([
    '0: send',
    '100: tu',
    '32100: end',
  ]);
});

test('§17.1.1.2 a 486 is acknowledged; its retransmissions are acknowledged again for 32 s, and the TU hears of the first only', () => {
  const ladder = new Ladder(INVITE_CLIENT).at(100, RECV_1XX).at(200, RECV_300_699).at(700, RECV_300_699);
  ladder.at(1700, RECV_300_699).at(1800, RECV_2XX).at(1900, RECV_1XX).until(HOUR);
  expect(ladder.log).toEqual(['0: send', '100: tu', '200: ack tu', '700: ack', '1700: ack', '32200: end']);
});

test('§17.1.1.2 on a reliable transport Timer D is zero', () => {
  const ladder = new Ladder(INVITE_CLIENT, true).at(100, RECV_300_699);
  expect(ladder.until(100).log).toEqual(['0: send', '100: ack tu', '100: end']);
  expect(ladder.isOver).toBe(true);
});

test('§17.1.4 a failing transport ends an INVITE in Calling and in Completed, not one that has been answered', () => {
  expect(new Ladder(INVITE_CLIENT).at(10, TRANSPORT_ERROR).until(HOUR).log).toEqual(['0: send', '10: error end']);
  const refused = new Ladder(INVITE_CLIENT).at(10, RECV_300_699).at(20, TRANSPORT_ERROR).until(HOUR);
  expect(refused.log).toEqual(['0: send', '10: ack tu', '20: error end']);
  expect(new Ladder(INVITE_CLIENT).at(10, RECV_1XX).at(20, TRANSPORT_ERROR).until(HOUR).isOver).toBe(false);
});

test('§17.1.2.2 Timer E doubles up to T2: 500 ms, 1 s, 2 s, 4 s, 4 s …; Timer F ends it after eleven sends', () => {
  const ladder = new Ladder(NON_INVITE_CLIENT).until(HOUR);
  const sends = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
  expect(ladder.log).toEqual([...sends.map((ms) => `${ms}: send`), '32000: timeout end']);
});

test('§17.1.2.2 in Proceeding Timer E goes on, at T2 flat, and Timer F still counts', () => {
  const ladder = new Ladder(NON_INVITE_CLIENT).at(600, RECV_1XX).at(5600, RECV_1XX).until(HOUR);
  const later = [5500, 9500, 13_500, 17_500, 21_500, 25_500, 29_500].map((ms) => `${ms}: send`);
  const [first, ...rest] = later;
  expect(ladder.log).toEqual([
    '0: send',
    '500: send',
    '600: tu',
    '1500: send',
    first,
    '5600: tu',
    ...rest,
    '32000: timeout end',
  ]);
});

test('§17.1.2.2 the final response goes to the TU once; Timer K absorbs the rest for T4', () => {
  const ladder = new Ladder(NON_INVITE_CLIENT).at(50, RECV_2XX).at(60, RECV_2XX).at(70, RECV_300_699).at(80, RECV_1XX);
  expect(ladder.at(90, TRANSPORT_ERROR).until(HOUR).log).toEqual(['0: send', '50: tu', '5050: end']);
  const reliable = new Ladder(NON_INVITE_CLIENT, true).at(50, RECV_300_699).until(50);
  expect(reliable.log).toEqual(['0: send', '50: tu', '50: end']);
});

test('§17.2.1 a TU that says nothing for 200 ms gets a 100 sent for it', () => {
  const ladder = new Ladder(INVITE_SERVER).until(HOUR);
  expect(ladder.log).toEqual(['0: tu', '200: 100']);
  expect(new Ladder(INVITE_SERVER).at(150, SEND_1XX).until(HOUR).log).toEqual(['0: tu', '150: send']);
});

test('§17.2.1 a retransmitted INVITE gets the latest provisional response again', () => {
  const ladder = new Ladder(INVITE_SERVER).at(100, SEND_1XX).at(500, REQUEST).at(900, SEND_1XX).at(1500, REQUEST);
  expect(ladder.log).toEqual(['0: tu', '100: send', '500: send', '900: send', '1500: send']);
});

test('RFC 6026 §7.1 after a 2xx the INVITE is absorbed in silence, the TU sends its 2xx again, Timer L ends it', () => {
  const ladder = new Ladder(INVITE_SERVER).at(100, SEND_2XX).at(500, REQUEST).at(600, SEND_2XX).at(650, ACK);
  ladder.at(700, TRANSPORT_ERROR).until(HOUR);
  expect(ladder.log).toEqual(['0: tu', '100: send', '600: send', '650: tu', '700: error', '32100: end']);
});

test('§17.2.1 a 486 without ACK: Timer G doubles up to T2, Timer H tells the TU', () => {
  const ladder = new Ladder(INVITE_SERVER).at(0, SEND_300_699).until(HOUR);
  const sends = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
  expect(ladder.log).toEqual(['0: tu', ...sends.map((ms) => `${ms}: send`), '32000: timeout end']);
});

test('§17.2.1 the ACK ends Timer G; Confirmed absorbs ACKs and INVITEs for T4', () => {
  const ladder = new Ladder(INVITE_SERVER)
    .at(0, SEND_300_699)
    .at(600, REQUEST)
    .at(700, ACK)
    .at(800, ACK)
    .at(900, REQUEST);
  expect(ladder.until(HOUR).log).toEqual(['0: tu', '0: send', '500: send', '600: send', '5700: end']);
  const reliable = new Ladder(INVITE_SERVER, true).at(0, SEND_300_699).at(700, ACK).until(700);
  expect(reliable.log).toEqual(['0: tu', '0: send', '700: end']);
});

test('RFC 6026 §8.8 a failing transport is told to the TU and does not end the INVITE server', () => {
  const ladder = new Ladder(INVITE_SERVER).at(10, SEND_1XX).at(11, TRANSPORT_ERROR).at(20, SEND_300_699);
  ladder.at(21, TRANSPORT_ERROR).at(100, ACK).until(HOUR);
  expect(ladder.log).toEqual(['0: tu', '10: send', '11: error', '20: send', '21: error', '5100: end']);
});

test('§17.2.2 in Trying retransmissions are dropped; in Completed each gets the final response; Timer J ends it', () => {
  const ladder = new Ladder(NON_INVITE_SERVER).at(500, REQUEST).at(600, SEND_2XX).at(1500, REQUEST).at(3500, REQUEST);
  ladder.at(4000, SEND_300_699).until(HOUR);
  expect(ladder.log).toEqual(['0: tu', '600: send', '1500: send', '3500: send', '32600: end']);
  const reliable = new Ladder(NON_INVITE_SERVER, true).at(600, SEND_300_699).until(600);
  expect(reliable.log).toEqual(['0: tu', '600: send', '600: end']);
});

test('§17.2.2 in Proceeding a retransmission gets the provisional response again', () => {
  const ladder = new Ladder(NON_INVITE_SERVER).at(10, SEND_1XX).at(500, REQUEST).at(600, SEND_1XX).at(700, SEND_2XX);
  expect(ladder.until(HOUR).log).toEqual(['0: tu', '10: send', '500: send', '600: send', '700: send', '32700: end']);
});

test('RFC 4320 §4.1 the 100 for a non-INVITE waits until Timer E of the client is at T2', () => {
  expect(new Ladder(NON_INVITE_SERVER).at(500, REQUEST).until(20_000).log).toEqual(['0: tu', '3500: 100']);
  expect([100, 180, 199, 200, 404, 408, 480, 699].filter(answersNonInvite)).toEqual([100, 200, 404, 480, 699]);
});

test('§17.2.4 a failing transport ends a non-INVITE server that has sent something', () => {
  expect(new Ladder(NON_INVITE_SERVER).at(10, TRANSPORT_ERROR).isOver).toBe(false);
  expect(new Ladder(NON_INVITE_SERVER).at(10, SEND_1XX).at(11, TRANSPORT_ERROR).log.at(-1)).toBe('11: error end');
  expect(new Ladder(NON_INVITE_SERVER).at(10, SEND_2XX).at(11, TRANSPORT_ERROR).log.at(-1)).toBe('11: error end');
});

test('the TU cannot answer twice: a second final response to an INVITE has no row', () => {
  expect(() => new Ladder(INVITE_SERVER).at(1, SEND_300_699).at(2, SEND_2XX)).toThrow(/no row/);
  expect(() => new Ladder(INVITE_SERVER).at(1, SEND_2XX).at(2, SEND_300_699)).toThrow(/no row/);
});
