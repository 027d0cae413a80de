// The commands by which busyhour itself is a server that originates: what a profile says under `originate`. Starts nothing.
import { join } from 'node:path';
import { tempDir } from '../peers/temp-dir.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A call in fifty seconds: the process stays for what comes after the first one. */
const PACE = '--rate 0.02 --duration 60s --hold 500ms --quiet';

/** @param address own one of the callers, each with a port of its own */
export function callerCommands(address: string): Record<string, string> {
  const folder = tempDir();
  const load = (flow: string, options = '') =>
    `exec ${process.execPath} ${ROOT}/dist/src/cli/main.js load ${flow} udp:callee@{{address}}:{{port}} --local ${address}:0 ${PACE} --out ${folder}/$$ ${options}`;
  const password = '--user busyhour --password busyhour';
  return {
    INVITE: load('basic', password),
    'INVITE:late-offer': load('late-offer'),
    'INVITE:hold': load('reinvite-hold'),
    'INVITE:redirect': load('redirect'),
    CANCEL: load('cancel'),
    UPDATE: load('update'),
    PRACK: load('prack-offer'),
    INFO: load('info-package'),
    'INFO:kept': load(join(import.meta.dirname, 'flows/info-kept.yaml'), '--hold 3s'),
    OPTIONS: load('options', password),
    MESSAGE: load('message'),
    REGISTER: load('register', password),
    SUBSCRIBE: load('subscribe'),
    PUBLISH: load('publish'),
  };
}
