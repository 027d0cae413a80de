// sipsak: its requests, and what came back. Never retransmits for longer than its lifetime.
import { freePort } from './free-port.ts';
import { need } from './have.ts';
import { run } from './process.ts';

export interface SipsakAnswer {
  /** sipsak's exit code: 0 for a 200, 1 for another final status, 2 and 3 for errors. */
  readonly code: number | null;
  /** Status of the answer, or null when none came. */
  readonly status: number | null;
  /** The answer as it came, header and body. */
  readonly text: string;
}

/** Runs sipsak from a port of its own; `args` beside it. sipsak 0.9.8 cuts a port of five digits short in the Request-URI and in To. */
export async function runSipsak(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const all = ['-k', '127.0.0.1', '-l', String(await freePort()), ...args];
  const { code, stdout, stderr } = await run(need('sipsak'), all, { lifetimeMs: 10_000 });
  return { code, output: stdout + stderr };
}

/** `uri` as `sip:user@127.0.0.1:5070`; `headers` are extra lines without line end. */
export async function sipsakOptions(
  uri: string,
  headers: readonly string[] = [],
  protocol: 'udp' | 'tcp' = 'udp',
): Promise<SipsakAnswer> {
  const extra = headers.flatMap((header) => ['-j', header]);
  const { code, output } = await runSipsak(['-E', protocol, '-s', uri, ...extra, '-vv']);
  const match = /^SIP\/2\.0 (\d{3}) /m.exec(output);
  const from = match?.index ?? output.length;
  const end = output.indexOf('** reply received', from);
  return {
    code,
    status: match === null ? null : Number(match[1]),
    text: output.slice(from, end < 0 ? undefined : end).trim(),
  };
}
