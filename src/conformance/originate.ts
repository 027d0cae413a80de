// Runs the tester's command that makes the server send a request of its own. Ends only what it started.

import { spawn } from 'node:child_process';

export interface Originated {
  end(): Promise<void>;
}

export function originate(
  command: string,
  values: Readonly<Record<string, string>>,
  say: (text: string) => void,
): Originated {
  const line = command.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
  // A group of its own, so that what the shell started ends with it.
  const child = spawn('/bin/sh', ['-c', line], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2_000);
  });
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      over = true;
      say(`the command could not be started: ${error.message}`);
      resolve();
    });
    child.once('close', (code) => {
      over = true;
      if (code !== 0 && code !== null) say(`the command ended with ${code}: ${errors.trim()}`);
      resolve();
    });
  });
  return {
    end: async () => {
      if (over || child.pid === undefined) return;
      const signal = (name: NodeJS.Signals) => {
        try {
          process.kill(-child.pid!, name);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        }
      };
      signal('SIGTERM');
      const hard = setTimeout(() => signal('SIGKILL'), 2_000);
      await ended;
      clearTimeout(hard);
    },
  };
}
