// Runs cases: a peer, a time limit, control probes and a teardown for each, several at a time. Decides no verdict of a case; it keeps what a verdict rests on honest.

import { Credentials } from '../sip/digest.ts';
import { nowUs, type Place } from '../transport/raw-socket.ts';
import { Accounts } from './accounts.ts';
import type { Case, Need, TransportKind } from './case.ts';
import { hostPortOf } from './connect.ts';
import type { Ground, Logged } from './ground.ts';
import type { Received } from './outgoing.ts';
import { Passive } from './passive.ts';
import { type Probed, probe } from './probe.ts';
import type { Account, Profile } from './profile.ts';
import { Pulse } from './pulse.ts';
import { type Result, type RunResult, resultOf } from './result.ts';
import { inapplicable, transportOf } from './select.ts';
import { Talk } from './talk.ts';
import { answerRest, tearDown } from './teardown.ts';
import { Conclusion, Late, type Verdict, weigh } from './verdict.ts';

const LIMIT_MS = 30_000;
const SLOW_LIMIT_MS = 240_000;
/** A case that depends on timing is tried so often, and any one in which we were late ourselves. */
const ATTEMPTS = 3;
/** The first probe of a run, and the last word on whether a server is dead, are given longer. */
const PATIENT_MS = 4_000;
const PROBE_MS = 2_000;

export interface RunOptions {
  readonly target: Place;
  readonly kind: TransportKind;
  readonly profile: Profile;
  readonly jobs: number;
  readonly slow: boolean;
  /** At least so long from the beginning of a case to that of the next; 0 where absent. */
  readonly startEveryMs?: number;
  /** Own address of the nth case. */
  readonly addressOf: (n: number) => string;
  /** Where a case sends to, if not to the target itself. */
  readonly targetOf?: (one: Case) => Place;
  /** Where the server reaches an end of a case, if not there itself. */
  readonly reachedAt?: (one: Case, end: Place) => Place;
  readonly onResult?: (result: Result, done: number, of: number) => void;
}

interface Ended {
  readonly verdict: Verdict;
  readonly expected: string;
  readonly actual: string;
  /** Our own lateness is what it ended by. */
  readonly late: boolean;
  readonly health: Probed['health'];
  readonly elapsedMs: number;
  readonly notes: readonly string[];
  readonly rules: readonly string[];
  readonly messages: readonly Logged[];
}

type Ending = Pick<Ended, 'verdict' | 'expected' | 'actual' | 'late'>;

export class Runner {
  private readonly options: RunOptions;
  private readonly passive = new Passive();
  private readonly pulse = new Pulse();
  private readonly accounts: Accounts;
  private readonly stopping = new AbortController();
  private readonly sent: Record<string, number> = {};
  private readonly received: Record<string, number> = {};
  private readonly running = new Set<string>();
  private killedBy: string[] = [];
  /** The case after which the server was last seen alive. */
  private lastOver: string[] = [];
  private started = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(options: RunOptions) {
    this.options = options;
    this.accounts = new Accounts(options.profile.accounts);
  }

  /** Ends the run: running cases are cut short and tidied up, the rest is not run. */
  stop(): void {
    this.stopping.abort('the run was interrupted');
  }

  async run(cases: readonly Case[]): Promise<RunResult> {
    this.pulse.start();
    try {
      return await this.runAll(cases);
    } finally {
      this.pulse.stop();
    }
  }

  private async runAll(cases: readonly Case[]): Promise<RunResult> {
    const beginUs = nowUs();
    const { profile, kind, slow, jobs, onResult } = this.options;
    const results = new Map<string, Result>();
    const add = (result: Result) => {
      results.set(result.id, result);
      onResult?.(result, results.size, cases.length);
    };
    const applicable = cases.filter((one) => {
      const why = inapplicable(one, profile, kind, slow);
      if (why !== null) add(resultOf(one, { verdict: 'skip', actual: why }));
      return why === null;
    });
    const first = applicable.length === 0 ? null : await this.probe(PATIENT_MS);
    const unreachable =
      first?.health === 'dead' ? `the target ${this.place()} answers no control probe (${first.why})` : null;
    const queue = [...applicable];
    const work = async () => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        await this.takeTurn();
        add(await this.runOrNot(one, unreachable));
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, profile.calls)) }, work));
    return {
      results: cases.map(({ id }) => results.get(id)!),
      unreachable,
      killedBy: this.killedBy,
      interrupted: this.stopping.signal.aborted,
      elapsedS: (nowUs() - beginUs) / 1e6,
      messages: { sent: this.sent, received: this.received },
      rules: { messagesChecked: this.passive.checker.checked, violations: this.passive.violations() },
    };
  }

  private takeTurn(): Promise<unknown> {
    const { startEveryMs = 0 } = this.options;
    const mine = this.turn;
    if (startEveryMs > 0) this.turn = mine.then(() => new Promise((next) => setTimeout(next, startEveryMs)));
    return mine;
  }

  private place(): string {
    const { target, kind } = this.options;
    return `${kind}:${hostPortOf(target)}`;
  }

  private probe(withinMs = PROBE_MS): Promise<Probed> {
    const { target, kind, profile, addressOf } = this.options;
    return probe({ target, kind, profile, withinMs, address: addressOf(0) });
  }

  private async runOrNot(one: Case, unreachable: string | null): Promise<Result> {
    const not = (why: string) => resultOf(one, { verdict: 'inconclusive', actual: `not run: ${why}`, health: 'dead' });
    if (unreachable !== null) return not(unreachable);
    if (this.killedBy.length > 0) return not(`the server stopped answering (${this.killedBy.join(', ')})`);
    if (this.stopping.signal.aborted) return { ...not('the run was interrupted'), health: 'alive' };
    const attempts: Ended[] = [];
    const isWanting = ({ late, verdict }: Ended) => late || (one.timing === true && verdict === 'fail');
    do attempts.push(await this.attempt(one));
    while (isWanting(attempts.at(-1)!) && attempts.length < ATTEMPTS && !this.isOver());
    const { late, ...last } = attempts.at(-1)!;
    return resultOf(one, {
      ...last,
      attempts: attempts.length > 1 ? attempts.map(({ verdict }) => verdict) : [],
      messages: last.verdict === 'pass' ? [] : last.messages,
    });
  }

  /** A far side that registers does so as the account of the case. */
  private accountNeeds({ needs = [] }: Case): readonly Need[] {
    return needs.includes('far') && this.options.profile.far?.by === 'register' ? [...needs, 'account'] : needs;
  }

  private isOver(): boolean {
    return this.killedBy.length > 0 || this.stopping.signal.aborted;
  }

  private async attempt(one: Case): Promise<Ended> {
    const lease = await this.accounts.lease(this.accountNeeds(one));
    const address = this.options.addressOf(++this.started);
    try {
      return await this.play(one, lease, address);
    } finally {
      this.running.delete(one.id);
      this.accounts.release(lease);
    }
  }

  private async play(one: Case, account: Account | null, address: string): Promise<Ended> {
    const { profile, target, kind, targetOf, reachedAt } = this.options;
    const beginUs = nowUs();
    const log: Logged[] = [];
    const rules = new Set<string>();
    const before = await this.probe();
    if (before.health !== 'dead') this.running.add(one.id);
    else if (this.running.size === 0 && this.killedBy.length === 0) this.killedBy = [...this.lastOver];
    const limitMs = one.limitMs ?? (one.slow === true ? SLOW_LIMIT_MS : LIMIT_MS);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(`the case took longer than ${limitMs} ms`), limitMs);
    const signal = AbortSignal.any([limit.signal, this.stopping.signal]);
    const known = account?.password == null ? profile.accounts.find(({ password }) => password !== null) : account;
    const ground: Ground = {
      target: targetOf?.(one) ?? target,
      profile,
      reachedAt: (end) => reachedAt?.(one, end) ?? end,
      account,
      credentials: known?.password == null ? null : new Credentials(known.user, known.password),
      address,
      log,
      pulse: this.pulse,
      signal,
      probe: async () => (await this.probe()).health !== 'dead',
      check: (message, sent, earlier, kind) => {
        const isOurs = ({ fromTag }: Received) => talk.ends.some(({ tag }) => tag === fromTag);
        for (const id of this.passive.check(message, { sent, before: earlier, kind, isOurs })) rules.add(id);
      },
    };
    const talk = new Talk(ground);
    let ended: Ending;
    try {
      if (before.health === 'dead') throw new Conclusion('inconclusive', `the control probe before it: ${before.why}`);
      await talk.open(transportOf(one, profile, kind)!);
      await abortable(one.run(talk), signal);
      const [remark] = talk.remarks;
      ended =
        remark === undefined
          ? { verdict: 'pass', expected: '', actual: '', late: false }
          : { verdict: 'non-strict', ...remark, late: false };
    } catch (error) {
      ended = concluded(error, one);
    } finally {
      clearTimeout(timer);
    }
    const notes = [...talk.notes, ...(await tidy(talk, ground))];
    let after = await this.probe();
    if (after.health === 'dead') after = await this.probe(PATIENT_MS);
    if (after.health === 'dead') ended = this.died(one, before, ended);
    else this.lastOver = [one.id];
    this.count(talk);
    return {
      ...ended,
      health: after.health,
      elapsedMs: Math.round((nowUs() - beginUs) / 1_000),
      notes,
      rules: [...rules],
      messages: log.sort((a, b) => a.atUs - b.atUs),
    };
  }

  /** The server answers no more: whoever was at it is named. Alone, it is what the server does to this case. */
  private died(one: Case, before: Probed, ended: Ending): Ending {
    if (before.health === 'dead') return ended;
    if (this.killedBy.length === 0) this.killedBy = [...this.running];
    const alone = this.killedBy.length === 1 && this.killedBy[0] === one.id;
    const actual = `the server stopped answering (${ended.actual || ended.verdict})`;
    const expected = 'a server that answers after the case';
    return { verdict: alone ? 'fail' : 'inconclusive', expected, actual, late: false };
  }

  private count(talk: Talk): void {
    const key = ({ isRequest, method, status }: { isRequest: boolean; method: string; status: number }) =>
      isRequest ? method || '?' : String(status);
    for (const end of talk.ends) {
      for (const { reading, sentAtUs } of end.sent)
        this.sent[key(reading)] = (this.sent[key(reading)] ?? 0) + sentAtUs.length;
      for (const message of end.received) this.received[key(message)] = (this.received[key(message)] ?? 0) + 1;
    }
  }
}

/** A body that waits for something else than a message is cut short too. */
function abortable(body: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cut = () => reject(new Conclusion('inconclusive', String(signal.reason)));
    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) cut();
    body.then(resolve, reject).finally(() => signal.removeEventListener('abort', cut));
  });
}

function concluded(error: unknown, one: Case): Ending {
  if (!(error instanceof Conclusion)) {
    const actual = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: 'error', expected: '', actual, late: false };
  }
  const { verdict, expected, actual } = error;
  return { verdict: weigh(verdict, one.level), expected, actual, late: error instanceof Late };
}

/** Ends what the case left open, and its ends. What could not be ended is told. */
async function tidy(talk: Talk, ground: Ground): Promise<string[]> {
  const left: string[] = [];
  ground.signal = new AbortController().signal;
  ground.log.push({ atUs: nowUs(), direction: 'note', end: 'peer', text: 'teardown' });
  // What ends one side of a call through a proxy arrives at the other one.
  const answering = setInterval(() => {
    for (const end of talk.ends) if (end.isOpen) answerRest(end);
  }, 20);
  for (const end of talk.ends) if (end.isOpen) left.push(...(await tearDown(end)));
  clearInterval(answering);
  await talk.finish();
  return left.map((what) => `could not be ended: ${what}`);
}
