/** The command line: names the commands, and turns whatever goes wrong into one sentence and an exit code. */

import { maxDurationMs, maxPriority, minDurationMs, minPriority } from '@conduit/sdk/protocol/limits';
import { nextRequestStates } from '@conduit/sdk/protocol/states';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { flagOf, variableOf } from '../config.ts';
import { defaults, memoryDefaults, type SettingName, settings } from '../contract/config.ts';
import { version } from '../version.ts';
import type { CallOptions } from './call.ts';
import type { CancelOptions } from './cancel.ts';
import type { DemoOptions } from './demo.ts';
import type { DispatchFlags } from './dispatch.ts';
import { exitCodes, Refusal } from './exit.ts';
import type { InitOptions } from './init.ts';
import { plain } from './plain.ts';
import type { RequestsOptions } from './requests.ts';
import type { ServicesOptions } from './services.ts';
import { conduitCommand } from './spelled.ts';
import { type Template, templates } from './templates.ts';
import type { WatchOptions } from './watch.ts';

// Node 22 announces its SQLite as experimental at every start; the hub checks the version itself.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning' || !warning.message.includes('SQLite'))
    process.stderr.write(`${warning.stack ?? warning.message}\n`);
});

// A reader that has seen enough (`| head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(exitCodes.completed.code);
  });
}

const defaultUrl = process.env['CONDUIT_URL'] ?? `http://127.0.0.1:${defaults.port}`;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 60 * 60_000, d: 24 * 60 * 60_000 };

const program = new Command('conduit')
  .description('The hub that routes messages between your apps and services in real time.')
  .version(version)
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => {
      const which = text.includes("missing required argument 'action'")
        ? `; ${conduitCommand} services SERVICE names those of a service`
        : '';
      write(text.replace(/^error: (.*)/, `conduit: $1${which}`));
    },
  })
  .addHelpText(
    'afterAll',
    `\nExit codes:\n${Object.values(exitCodes)
      .map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`)
      .join('\n')}`,
  );

const start = program
  .command('start')
  .description('run a hub')
  .option('--config <file>', 'read settings from this JSON file, such as {"port": 9200, "keepHours": 48} (CONDUIT_CONFIG)')
  .addHelpText(
    'after',
    `
Flags come before variables, variables before the file. In the file an option is written like keepHours or dataDir.
With --memory less is kept: ${Object.entries(memoryDefaults)
      .map(([name, value]) => `${flagOf(name as SettingName)} ${value}`)
      .join(', ')}.`,
  );
const startOptions: Option[] = [];
for (const [name, { help, ...setting }] of Object.entries(settings) as [SettingName, (typeof settings)[SettingName]][]) {
  const flag = 'placeholder' in setting ? `${flagOf(name)} <${setting.placeholder}>` : flagOf(name);
  const value: unknown = Reflect.get(defaults, name);
  const isUnsaid = value === undefined || value === false || value === '' || (Array.isArray(value) && value.length === 0);
  const shown = isUnsaid ? '' : `default ${String(value)}, `;
  const option = new Option(flag, `${help} (${shown}${variableOf(name)})`);
  if (Array.isArray(value)) option.argParser((one: string, before: string[] = []) => [...before, one]);
  start.addOption(option);
  startOptions.push(option);
}
start.action(async (flags: Record<string, unknown>) => (await import('./start.ts')).start(flags));

/** The options of every command that speaks to a hub. */
function atHub(command: Command, json: string): Command {
  return command
    .option('--url <url>', 'the hub (CONDUIT_URL)', defaultUrl)
    .option(
      '--token <token>',
      'what to show a hub that asks for a token (better: CONDUIT_TOKEN, which no list of processes shows)',
    )
    .option('--json', json);
}

const eventLines = 'print every event as a line of JSON, binary parts as {"base64": …}';

atHub(program.command('call <service> <action> [payload]'), eventLines)
  .description('send one request and follow it to its end; the payload is JSON, @file or - for standard input')
  .option('--out <dir>', 'write binary results (pictures, documents) into this folder (default: this one; with --json: nowhere)')
  .option(
    '--timeout-ms <ms>',
    'how long the request may run once it is assigned',
    whole({ min: minDurationMs, max: maxDurationMs }),
  )
  .option('--start-timeout-ms <ms>', 'how long it may wait for a provider', whole({ min: minDurationMs, max: maxDurationMs }))
  .option('--priority <n>', 'from -10 to 10: before or behind others that wait', whole({ min: minPriority, max: maxPriority }))
  .option('--tag <tag...>', 'words to find it by')
  .addHelpText(
    'after',
    `
The result goes to standard output as JSON (without one: the text that was streamed); bars and messages go to standard error.
Ctrl-C cancels the request, a second one leaves at once.

  conduit call brightwrapper generate-infographics '{"url":"article:tides"}' --out pictures
  conduit call llm chat @prompt.json --json | jq -r 'select(.event == "chunk") | .data'`,
  )
  .action(async (service: string, action: string, payload: string | undefined, options: CallOptions) => {
    process.exitCode = await (await import('./call.ts')).call({ service, action, payload, options });
  });

atHub(program.command('watch <id>'), eventLines)
  .description('follow a request that was sent before, from its first event to its end')
  .option('--out <dir>', 'write binary results into this folder (default: nowhere)')
  .addHelpText(
    'after',
    `
The id may be its beginning or its end, if no other of the newest 1,000 requests has it too: at least 4 characters.
Ctrl-C stops watching; the request goes on.`,
  )
  .action(async (id: string, options: WatchOptions) => {
    process.exitCode = await (await import('./watch.ts')).watch(id, options);
  });

atHub(program.command('services [name]'), 'print every service as a line of JSON; with --watch every change')
  .description('list services with their providers and what waits, or show one')
  .option('--watch', 'go on showing what changes, until Ctrl-C')
  .action(async (name: string | undefined, options: ServicesOptions) => {
    process.exitCode = await (await import('./services.ts')).services(name, options);
  });

atHub(program.command('requests'), 'print every request as a line of JSON; with --follow every change')
  .description('list requests, open and ended, newest first')
  .addOption(new Option('--state <state...>', 'in any of these states').choices(Object.keys(nextRequestStates)))
  .option('--service <name>', 'sent to this service')
  .option('--action <name>', 'for this action')
  .option('--tag <tag>', 'with this tag')
  .option('--error <code>', 'ended with this error')
  .option('--longer-than <time>', 'that took, or have taken, at least so long: 500ms, 30s, 2m, 1h', duration)
  .option('--since <when>', 'sent since then: 10m, 2h or 3d ago, or an instant such as 2026-01-02T03:04:05Z', instant)
  .option('--limit <n>', 'so many at the most', whole({ min: 1, max: 10_000 }), 20)
  .option('--follow', 'go on showing what changes, until Ctrl-C')
  .addHelpText(
    'after',
    `
  conduit requests --state failed expired --since 1h
  conduit requests --error provider_lost --longer-than 30s
  conduit requests --service llm --state queued --json | jq -r .request_id | xargs -r conduit cancel`,
  )
  .action(async (options: RequestsOptions) => {
    process.exitCode = await (await import('./requests.ts')).requests(options);
  });

atHub(program.command('cancel <id...>'), 'print what came of each as a line of JSON')
  .description('ask for the end of requests, by their ids or parts of them as with watch')
  .option('--reason <text>', 'a sentence for whoever works on it or follows it')
  .action(async (ids: string[], options: CancelOptions) => {
    process.exitCode = await (await import('./cancel.ts')).cancel(ids, options);
  });

atHub(program.command('dispatch <service>'), 'say what happens as lines of JSON')
  .description('put HTTP workers behind the hub, until SIGTERM or Ctrl-C; what they hold they finish')
  .requiredOption('--to <url...>', 'where requests are posted; {action} in it stands for the action. Several take turns')
  .option('--concurrency <n>', 'requests that each of them works on at once', whole({ min: 1, max: 1_000 }), 4)
  .option('--action <name...>', 'the actions to take (default: every one)')
  .option('--header <line...>', `sent with every request: 'Authorization: Bearer \${API_KEY}' takes the variable of that name`)
  .option('--health <path>', 'asked of each of them; one that is not well is left out until it is')
  .option('--health-interval <ms>', 'how often', whole({ min: 100, max: maxDurationMs }), 2_000)
  .option('--connect-timeout-ms <ms>', 'how long a connection may take', whole({ min: 1, max: maxDurationMs }), 5_000)
  .option('--idle-timeout-ms <ms>', 'the longest silence within an answer', whole({ min: 1, max: maxDurationMs }), 60_000)
  .option(
    '--timeout-ms <ms>',
    'how long a request may take there (default: as long as the request may)',
    whole({ min: minDurationMs, max: maxDurationMs }),
  )
  .option('--max-answer-bytes <bytes>', 'the largest answer', whole({ min: 1, max: 2 ** 30 }), 16 * 1024 * 1024)
  .addHelpText(
    'after',
    `
JSON answers are results; NDJSON and server-sent events are streamed as they come; see docs/dispatch.md.

  conduit dispatch llm --to 'http://127.0.0.1:8000/{action}' --concurrency 4 --health /health
  conduit dispatch gpu --to http://10.0.0.5:8000/run http://10.0.0.6:8000/run --header 'Authorization: Bearer \${GPU_KEY}'`,
  )
  .action(async (service: string, flags: DispatchFlags) => {
    process.exitCode = await (await import('./dispatch.ts')).dispatchTo(service, flags);
  });

const token = program
  .command('token')
  .description('make, list and revoke the tokens that a hub asks for; it notices within a second')
  .addHelpText(
    'after',
    `
A hub that has no tokens lets everybody on this machine in. From its first token on it asks everybody for one, and goes on
asking when the last one is revoked; only a hub that starts without the file asks for none. Only hashes are kept.

Scopes, with * for any characters of a service's name:
  request:<glob>  send requests            observe:<glob>  follow what others of the tenant ask for
  provide:<glob>  serve, as a worker       admin           see, cancel, pause and drain within the tenant
  operator        the hub itself: its metrics, hubs and events, and nothing of any tenant

  conduit token create web-shop --scope 'request:*'
  conduit token create renderer --scope provide:brightwrapper --expires-in 90d`,
  );
for (const command of [
  token
    .command('create <subject>')
    .description('make a token for this subject; it goes to standard output, once')
    .requiredOption('--scope <scope...>', 'what it allows; several may follow')
    .option('--tenant <tenant>', 'whose it is: tenants see nothing of each other', 'local')
    .option('--expires-in <time>', 'end it after so many minutes, hours or days: 30m, 12h, 90d')
    .action(async (subject: string, options: Record<string, unknown>) => {
      process.exitCode = await (await import('./token.ts')).createToken(subject, options);
    }),
  token
    .command('list')
    .description('list the tokens, without what is secret of them')
    .option('--json', 'one line of JSON each')
    .action(async (options: Record<string, unknown>) => {
      process.exitCode = (await import('./token.ts')).listTokens(options);
    }),
  token
    .command('revoke <id...>')
    .description('end tokens by their ids; what they opened closes')
    .action(async (ids: string[], options: Record<string, unknown>) => {
      process.exitCode = await (await import('./token.ts')).revokeTokens(ids, options);
    }),
]) {
  command
    .option('--data-dir <dir>', 'the data folder of the hub (CONDUIT_DATA_DIR)')
    .option('--tokens <file>', 'the file of tokens, where the hub is told of one (CONDUIT_TOKENS)')
    .option('--config <file>', 'the settings of the hub (CONDUIT_CONFIG)');
}

const doctor = program
  .command('doctor')
  .description('say whether a hub could start here, or how the one is that runs')
  .option('--config <file>', 'the settings of the hub (CONDUIT_CONFIG)')
  .option('--json', 'one line of JSON for each thing that was looked at')
  .addHelpText(
    'after',
    `
It takes every option of conduit start, and reads the same variables and file. It changes nothing.
It ends with 1 if something would keep a hub from starting or working, with 2 if the configuration is wrong.

  conduit doctor --data-dir /var/lib/conduit --host 0.0.0.0`,
  )
  .action(async (options: Record<string, unknown>) => {
    process.exitCode = await (await import('./doctor.ts')).doctor(options);
  });
for (const option of startOptions) doctor.addOption(hidden(option));

program
  .command('init <folder>')
  .description('write a small project to begin with')
  .addOption(
    new Option('--template <name>', 'what kind of project').choices(Object.keys(templates)).default('worker' satisfies Template),
  )
  .addHelpText(
    'after',
    `
Templates:
${Object.entries(templates)
  .map(([name, { title }]) => `  ${name.padEnd(8)} ${title}`)
  .join('\n')}`,
  )
  .action(async (folder: string, options: InitOptions) => {
    process.stdout.write(await (await import('./init.ts')).init(folder, options));
  });

program
  .command('demo')
  .description('run a hub with the example services, and put one of them to work')
  .option('--once', 'leave when the work is done')
  .option('--out <dir>', 'write the pictures into this folder', './conduit-demo')
  .option('--data-dir <dir>', 'keep requests in this folder (default: in memory only)')
  .action(async (options: DemoOptions) => {
    process.exitCode = await (await import('./demo.ts')).demo(options);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage.code;
  else if (error instanceof Refusal) {
    process.stderr.write(`conduit: ${plain(error.message)}\n`);
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`conduit: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = exitCodes.internal.code;
  }
}

/** Taken, and listed elsewhere. */
function hidden({ flags, description, parseArg }: Option): Option {
  const option = new Option(flags, description).hideHelp();
  if (parseArg !== undefined) option.argParser(parseArg);
  return option;
}

function whole({ min, max }: { readonly min: number; readonly max: number }): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** Milliseconds; undefined for what is no duration. */
function milliseconds(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})(ms|[smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (unitMs[unit] ?? 0);
}

function duration(text: string): number {
  const ms = milliseconds(text);
  if (ms === undefined) throw new InvalidArgumentError('It must be like 500ms, 30s, 2m or 1h.');
  return ms;
}

/** An instant, or how long ago it was. @returns wall clock, milliseconds. */
function instant(text: string): number {
  const agoMs = milliseconds(text);
  const at = agoMs === undefined ? Date.parse(text) : Date.now() - agoMs;
  if (!Number.isFinite(at))
    throw new InvalidArgumentError('It must be like 10m, 2h or 3d, or an instant such as 2026-01-02T03:04:05Z.');
  return at;
}
