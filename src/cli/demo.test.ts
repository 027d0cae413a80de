// `demo` calls its embedded answerer, judges it, and ends it whatever becomes of either. No worker is started, no case is run.
import { tmpdir } from 'node:os';
import { beforeEach, expect, it, vi } from 'vitest';
import { sampleResult } from '../../tests/samples/conformance.ts';
import { sampleRun } from '../../tests/samples/run.ts';
import type { Case } from '../conformance/case.ts';
import type { Verdict } from '../conformance/verdict.ts';
import type { RunHooks, RunPlan } from '../controller/run.ts';
import type { Summary } from '../metrics/summary.ts';
import { demo } from './demo.ts';

const seen = vi.hoisted(() => ({
  targets: [] as unknown[],
  stopped: 0,
  concluded: [] as Summary[],
  fail: null as Error | null,
  load: null as Summary | null,
  verdict: 'pass' as Verdict,
  judged: [] as unknown[],
}));
vi.mock('../controller/run.ts', () => ({
  Run: class {
    private readonly plan: RunPlan;
    private readonly hooks: RunHooks;
    private over: (summary: unknown) => void = () => {};

    constructor(plan: RunPlan, hooks: RunHooks) {
      this.plan = plan;
      this.hooks = hooks;
    }

    go(): Promise<unknown> {
      if (this.plan.command === 'answer') {
        this.hooks.onReady?.([{ places: [{ port: 7123 }] }] as never);
        return new Promise((resolve) => {
          this.over = resolve;
        });
      }
      seen.targets.push(this.plan.target);
      return seen.fail === null ? Promise.resolve(seen.load) : Promise.reject(seen.fail);
    }

    stop(): void {
      seen.stopped++;
      this.over({});
    }
  },
}));
vi.mock('./show.ts', () => ({
  Show: class {
    async begin() {}
    end() {}
  },
  conclude: async (summary: Summary) => {
    seen.concluded.push(summary);
  },
}));
vi.mock('./judging.ts', () => ({
  runCases: async (cases: readonly Case[], { target }: { target: unknown }) => {
    seen.judged.push([cases.length, target]);
    const results = [sampleResult('rfc3261/8.2/x', seen.verdict)];
    const rules = { messagesChecked: 5, violations: [] };
    return {
      result: {
        results,
        unreachable: null,
        killedBy: [],
        interrupted: false,
        elapsedS: 1,
        messages: { sent: {}, received: {} },
        rules,
      },
      signalled: 0,
    };
  },
}));

const OPTIONS = { rate: 5, duration: '1s', out: tmpdir() };

beforeEach(() => {
  const load = { ...sampleRun('clean', 2, 10), verdict: 'pass', reasons: [], exitCode: 0 };
  Object.assign(seen, { targets: [], stopped: 0, concluded: [], fail: null, load, verdict: 'pass', judged: [] });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

it('calls the port its answerer has, judges it there, and ends it: one summary of both', async () => {
  await demo(OPTIONS);
  expect(seen.targets).toEqual(['udp:127.0.0.1:7123']);
  expect(seen.judged).toEqual([[expect.any(Number), { address: '127.0.0.1', port: 7123 }]]);
  expect(seen.stopped).toBe(2);
  const [summary] = seen.concluded;
  expect(summary).toMatchObject({ verdict: 'pass', exitCode: 0, conformance: { cases: 1, pass: 1 } });
  expect(summary!.calls).toEqual(seen.load!.calls);
  expect(summary!.rules.messagesChecked).toBe(seen.load!.rules.messagesChecked + 5);
});

it('a case that fails makes it fail', async () => {
  seen.verdict = 'fail';
  await demo(OPTIONS);
  expect(seen.concluded[0]).toMatchObject({ verdict: 'fail', exitCode: 3, reasons: ['1 case(s) failed'] });
});

it('the generator that was the bottleneck outweighs a failed case', async () => {
  seen.verdict = 'fail';
  seen.load = { ...seen.load!, verdict: 'inconclusive', reasons: ['too slow'], exitCode: 4 };
  await demo(OPTIONS);
  const reasons = ['too slow', '1 case(s) failed'];
  expect(seen.concluded[0]).toMatchObject({ verdict: 'inconclusive', exitCode: 4, reasons });
});

it('judges nothing after an interruption', async () => {
  seen.load = { ...seen.load!, exitCode: 130 };
  await demo(OPTIONS);
  expect(seen.judged).toEqual([]);
  expect(seen.concluded).toEqual([seen.load]);
});

it('ends the answerer when the calls could not be made', async () => {
  seen.fail = new Error('no sockets');
  await expect(demo(OPTIONS)).rejects.toBe(seen.fail);
  expect(seen.stopped).toBe(1);
  expect(seen.concluded).toEqual([]);
});
