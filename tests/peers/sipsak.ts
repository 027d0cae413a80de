// sipsak: one OPTIONS and what came back. Never retransmits for longer than its lifetime.
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

/** `uri` as `sip:user@127.0.0.1:5070`; sipsak 0.9.8 cuts a port of five digits short in the Request-URI and in To. `headers` are extra lines without line end. */
export async function sipsakOptions(uri: string, headers: readonly string[] = []): Promise<SipsakAnswer> {
  const extra = headers.flatMap((header) => ['-j', header]);
  const args = ['-s', uri, '-k', '127.0.0.1', '-l', String(await freePort()), ...extra, '-vv'];
  const { code, stdout } = await run(need('sipsak'), args, { lifetimeMs: 10_000 });
  const match = /^SIP\/2\.0 (\d{3}) /m.exec(stdout);
  const from = match?.index ?? stdout.length;
  const end = stdout.indexOf('** reply received', from);
  return {
    code,
    status: match === null ? null : Number(match[1]),
    text: stdout.slice(from, end < 0 ? undefined : end).trim(),
  };
}
