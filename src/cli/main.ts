#!/usr/bin/env node
// The command line: which commands there are and what ends the process. Loads a command's code only when it is asked for.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../controller/usage-error.ts';
import { readVersion } from './version.ts';

const program = new Command('busyhour');
const HELP = '(busyhour help, or busyhour help COMMAND, says what there is)';

function env(name: string): string {
  return `BUSYHOUR_${name.replace(/^--/, '').replace(/-/g, '_').toUpperCase()}`;
}

/** An option that may also come from the environment: `--rate-limit` from BUSYHOUR_RATE_LIMIT. */
function option(flags: string, description: string): Option {
  const long = /--(?:no-)?([a-z-]+)/.exec(flags)!;
  return new Option(flags, description).env(env(long[0]));
}

function whole(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll('_', ''));
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(
        `want a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}.`,
      );
    return value;
  };
}

function rate(text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('want calls a second, above 0.');
  return value;
}

function gather(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

function common(command: Command): Command {
  return command
    .addOption(option('--hold <duration>', 'length of `pause: hold` in the flow').default('0s'))
    .addOption(option('--workers <n>', 'worker threads').argParser(whole(1, 64)).default(1))
    .addOption(option('--io <kind>', 'how datagrams move').choices(['auto', 'batched', 'dgram']).default('auto'))
    .addOption(option('--no-segmentation', 'send and receive datagrams one by one (for captures on loopback)'))
    .addOption(option('--no-rules', 'do not hold the passive RFC rules against each message'))
    .addOption(option('--max-calls <n>', 'most calls at a time per worker').argParser(whole(1, 4_000_000)))
    .addOption(
      option('--rcvbuf <bytes>', 'receive buffer to ask the system for').argParser(whole(4096)).default(33_554_432),
    )
    .addOption(option('--out <dir>', 'folder for the results'))
    .addOption(option('--json', 'print summary.json on stdout'))
    .addOption(option('--quiet', 'no progress and no summary on stderr, only why the exit code is not 0'));
}

program
  .description('SIP load generator: call flows at busy-hour rates, latency percentiles, verdicts that can be trusted')
  .version(readVersion(), '-V, --version')
  .showHelpAfterError(HELP)
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'busyhour: ')) })
  .exitOverride();

program
  .command('demo')
  .description('embedded answerer on loopback, the flagship flow and the conformance suite against it, results written')
  .addOption(option('--rate <cps>', 'calls a second').argParser(rate).default(200))
  .addOption(option('--duration <duration>', 'how long calls are started').default('10s'))
  .addOption(option('--out <dir>', 'folder for the results'))
  .action(async (options) => (await import('./demo.ts')).demo(options));

common(
  program
    .command('load')
    .argument('<flow>', 'name of a flow (busyhour flows), or a file: a flow, or a mix of flows')
    .argument(
      '<target>',
      'udp:host:port, tcp:host:port, ws:host:port/path, udp:user@host:port, sip:user@host or host:port',
    )
    .description('drive calls at a rate and judge what comes back'),
)
  .addOption(option('--rate <cps>', 'calls a second (default: 10)').argParser(rate))
  .addOption(option('--duration <duration>', 'how long calls are started (default: 10s)'))
  .addOption(option('--calls <n>', 'end after this many calls').argParser(whole(1)))
  .addOption(option('--profile <text>', 'rate over time: "ramp 0..500 10s, hold 500 1m"'))
  .addOption(
    option('--users <n>', 'closed model: this many calls at a time, the next when one ends').argParser(whole(1)),
  )
  .addOption(
    option('--concurrency <n>', 'most calls at a time; a start beyond it is dropped and counted').argParser(whole(1)),
  )
  .addOption(option('--arrivals <kind>', 'spacing of calls').choices(['uniform', 'poisson']).default('uniform'))
  .addOption(
    option('--seed <n>', 'seed of poisson arrivals')
      .argParser(whole(0, 2 ** 32 - 1))
      .default(1),
  )
  .addOption(option('--local <address:port>', 'own address; worker i takes port + i'))
  .addOption(
    option('--connections <kind>', 'over TCP and WebSocket, what has a connection of its own')
      .choices(['one', 'per-user', 'per-call'])
      .default('one'),
  )
  .addOption(
    option(
      '--data <file>',
      'CSV with a header line, a row for each call: {{data.COLUMN}}; user, password and to mean themselves',
    ),
  )
  .addOption(
    option('--data-order <kind>', 'which row a call gets')
      .choices(['sequential', 'random', 'unique', 'per-shard'])
      .default('sequential'),
  )
  .addOption(
    option(
      '--register',
      'keep each row of --data registered during the run; its users also take calls on the same socket',
    ),
  )
  .addOption(option('--register-expires <duration>', 'expiry to ask for (default: 300s); the one granted counts'))
  .addOption(option('--register-rate <n>', 'registrations a second (default: 100)').argParser(rate))
  .addOption(option('--user <name>', 'user name that 401 and 407 are answered with'))
  .addOption(option('--password <text>', 'its password'))
  .addOption(option('--threshold <expression>', 'such as "srd.p99<200ms" (repeatable)').argParser(gather))
  .addOption(option('--shard <i/n>', 'part i of n of a run spread over several machines, i from 1'))
  .addOption(option('--once', 'one call'))
  .addOption(option('-v, --verbose', 'with --once: print each message of the call'))
  .action(async (flow, target, options) => (await import('./load.ts')).load(flow, target, options));

common(
  program
    .command('answer')
    .argument('[flow...]', 'flows to answer, chosen by the method of the first request (default: the reference server)')
    .description('the callee side: a reference server that knows all methods, or the callee side of flows'),
)
  .addOption(
    option(
      '--listen <address>',
      'udp:ADDRESS:PORT, tcp:ADDRESS:PORT or ws:ADDRESS:PORT (repeatable; default udp:127.0.0.1:5060)',
    ).argParser(gather),
  )
  .addOption(option('--rate-limit <cps>', 'refuse calls above this rate with 503 and Retry-After').argParser(rate))
  .addOption(
    option(
      '--max-bindings <n>',
      'bindings the registrar of the reference server holds per worker; 503 beyond (default: 1,100,000)',
    ).argParser(whole(1, 16_000_000)),
  )
  .addOption(option('--auth', 'the reference server challenges every request outside a dialog'))
  .addOption(
    option(
      '--refer-calls',
      'the reference server makes the calls that a REFER asks for, wherever they go, and holds them for --hold',
    ),
  )
  .addOption(
    option(
      '--auth-algorithms <list>',
      'what it challenges with, the preferred one first; MD5 alone for peers that know no other',
    ).default('SHA-512-256,SHA-256,MD5'),
  )
  .addOption(option('--user <name>', 'whom the reference server believes').default('busyhour'))
  .addOption(option('--password <text>', 'with which password').default('busyhour'))
  .addOption(option('--delay <duration>', 'wait before the first answer of each call').default('0s'))
  .addOption(option('--duration <duration>', 'end after this time'))
  .action(async (flows, options) => (await import('./answer.ts')).answer(flows, options));

program
  .command('conform')
  .argument('[target]', 'udp:host:port, tcp:host:port, ws:host:port/path or host:port')
  .description('hold a server against the RFCs, case by case, and judge it')
  .addOption(option('--rfc <numbers>', 'only cases of these, such as 3261,3262'))
  .addOption(option('--method <names>', 'only cases about these methods'))
  .addOption(option('--role <names>', 'only cases for a server in these roles, such as uas,registrar'))
  .addOption(option('--level <names>', 'only must, should, may, info'))
  .addOption(option('--case <glob>', "only ids that match, such as 'rfc3261/17.*' (repeatable)").argParser(gather))
  .addOption(option('--list', 'say which cases there are, and run none'))
  .addOption(option('--json', 'print summary.json, or with --list the catalogue, on stdout'))
  .addOption(option('--profile <file>', 'what the server is: domain, accounts, extensions, roles (YAML)'))
  .addOption(option('--baseline <file>', 'known failures'))
  .addOption(
    option('--write-baseline <file>', 'write the failures of this run as known ones; their reasons are yours to give'),
  )
  .addOption(option('--require <file>', 'ids that must pass'))
  .addOption(option('--strict', 'a missed SHOULD fails too'))
  .addOption(option('--jobs <n>', 'cases at a time').argParser(whole(1, 256)).default(8))
  .addOption(
    option('--torture <dir>', 'instead of the suites: fire the raw messages of this folder with its manifest.json'),
  )
  .addOption(option('--slow', 'run the cases with long timers too'))
  .addOption(option('--out <dir>', 'folder for the results'))
  .addOption(option('--quiet', 'no list on stderr, only why the exit code is not 0'))
  .action(async (target, options) => (await import('./conform.ts')).conform(target, options));

program
  .command('flows')
  .argument('[name]', 'a flow to draw')
  .description('list the flows, or draw one as a ladder')
  .addOption(option('--json', 'an array of { name, title, methods, file }'))
  .action(async (name, options) => (await import('./flows.ts')).flows(name, options));

program
  .command('validate')
  .argument('<file...>', 'flow files, mix files, profiles, baselines')
  .description('check flow files, mix files, profiles and baselines without traffic')
  .action(async (files) => (await import('./validate.ts')).validate(files));

program
  .command('report')
  .argument('<dir>', 'folder of a run')
  .description('render report.html again from summary.json')
  .action(async (dir) => (await import('./report.ts')).report(dir));

program
  .command('compare')
  .argument('<dir...>', 'folders of runs, or their summary.json: several conformance runs, or two load runs')
  .description('put runs side by side: what fails first; the exit code is of --fail-on, not of the servers')
  .addOption(
    option('--fail-on <change>', 'such as "srd.p99 > +10%" or "failed.rate > +0.5pp" (repeatable); exit 99').argParser(
      gather,
    ),
  )
  .addOption(option('--out <dir>', 'folder for the results'))
  .addOption(option('--json', 'print comparison.json on stdout'))
  .addOption(option('--quiet', 'no tables on stderr'))
  .action(async (dirs, options) => (await import('./compare.ts')).compare(dirs, options));

for (const command of program.commands)
  command.showHelpAfterError(`usage: busyhour ${command.name()} ${command.usage()}\n${HELP}`);

// Who reads us may stop reading (`| head -1`): the run goes on to its end, and its files are written.
for (const stream of [process.stdout, process.stderr])
  if (stream.listenerCount('error') === 0)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });

try {
  if (process.argv.length <= 2) program.help({ error: true });
  await program.parseAsync();
} catch (error) {
  process.exitCode = ending(error);
}

function ending(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) {
    process.stderr.write(`busyhour: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof Error && error.name === 'ReportError') {
    process.stderr.write(`busyhour: ${error.message}\n`);
    return 2;
  }
  process.stderr.write(
    `busyhour: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}
