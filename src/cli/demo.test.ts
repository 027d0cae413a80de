// `demo` ends its embedded answerer whatever becomes of the calling side. No worker is started.
import { tmpdir } from 'node:os';
import { beforeEach, expect, it, vi } from 'vitest';
import type { RunHooks, RunPlan } from '../controller/run.ts';
import { demo } from './demo.ts';

const seen = vi.hoisted(() => ({ targets: [] as unknown[], stopped: 0, concluded: 0, fail: null as Error | null }));
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
      return seen.fail === null ? Promise.resolve({ exitCode: 0 }) : Promise.reject(seen.fail);
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
  conclude: async () => {
    seen.concluded++;
  },
}));

const OPTIONS = { rate: 5, duration: '1s', out: tmpdir() };

beforeEach(() => {
  Object.assign(seen, { targets: [], stopped: 0, concluded: 0, fail: null });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

it('calls the port its answerer has, and ends it', async () => {
  await demo(OPTIONS);
  expect(seen.targets).toEqual(['udp:127.0.0.1:7123']);
  expect(seen.stopped).toBe(1);
  expect(seen.concluded).toBe(1);
});

it('ends the answerer when the calls could not be made', async () => {
  seen.fail = new Error('no sockets');
  await expect(demo(OPTIONS)).rejects.toBe(seen.fail);
  expect(seen.stopped).toBe(1);
  expect(seen.concluded).toBe(0);
});
