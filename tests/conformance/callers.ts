// busyhour itself as a server that originates: the process whose callers answer to it, and the commands of a profile's `originate` that tell it so.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { start } from '../peers/process.ts';
import { tempDir } from '../peers/temp-dir.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = tempDir();
const PIPE = join(FOLDER, 'orders');

/** A call in three minutes: the process stays for what comes after the first one. */
const PACE = '--rate 0.005 --duration 200s --hold 500ms --quiet';

/** @param address own one of the callers, each with a port of its own */
export function callerCommands(address: string): Record<string, string> {
  const order = (flow: string, user = '', protocol = 'udp') =>
    [
      `trap 'echo "end $$" > ${PIPE}; exit' TERM`,
      `echo "start $$ ${flow} ${protocol} {{address}} {{port}} ${address} ${user}" > ${PIPE}`,
      'sleep 200 & wait',
    ].join('; ');
  /** A flow that heeds every response a case may give, as a whole user agent would. */
  const own = (flow: string) => `${ROOT}/tests/conformance/flows/${flow}.yaml`;
  // A process of its own, as a tester would start it. Told to end, it would first wait for its calls to: nobody is interested in those any more.
  const load = (flow: string) =>
    `${process.execPath} ${ROOT}/dist/src/cli/main.js load ${flow} udp:callee@{{address}}:{{port}} --local ${address}:0 ${PACE} --out ${FOLDER}/$$ & trap "kill -KILL $!" TERM; wait $!`;
  return {
    INVITE: order('basic', 'busyhour'),
    'INVITE:late-offer': order(own('late-offers')),
    'INVITE:hold': order(own('changes')),
    'INVITE:fewer-streams': order(own('fewer-streams')),
    'INVITE:redirect': load('redirect'),
    'INVITE:timer': order(own('timer')),
    'INVITE:tcp': order('basic', '', 'tcp'),
    CANCEL: order('cancel'),
    UPDATE: order(own('updates')),
    PRACK: order('prack-offer'),
    INFO: order('info-package'),
    'INFO:kept': order(own('info-kept')),
    OPTIONS: order('options', 'busyhour'),
    MESSAGE: order('message'),
    REGISTER: order(own('registration'), 'busyhour'),
    SUBSCRIBE: order(own('subscription')),
    PUBLISH: order(own('publication')),
  };
}

/** Starts the process that the commands speak to. `stop` fails where it has not lived so long. */
export async function startCallers(lifetimeMs: number): Promise<{ readonly stop: () => Promise<void> }> {
  execFileSync('mkfifo', [PIPE]);
  const farm = join(import.meta.dirname, 'caller-farm.ts');
  const running = start(process.execPath, ['--import', 'tsx', farm, PIPE], { lifetimeMs, cwd: ROOT });
  await running.line(/^ready$/m, 30_000);
  let ended = false;
  void running.exited.then(() => {
    ended = true;
  });
  return {
    stop: async () => {
      if (ended) throw new Error(`the callers ended too soon:\n${running.output()}`);
      await running.stop();
    },
  };
}
