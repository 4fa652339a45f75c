/** `conduit start`: runs a hub until it is told to stop, and leaves in order. */

import { resolve } from 'node:path';
import { ConfigError, type HubConfig, readConfig } from '../config.ts';
import { defaults } from '../contract/config.ts';
import { type Hub, startHub } from '../hub.ts';
import { createLogger } from '../ops/logger.ts';
import { exitCodes, Refusal } from './exit.ts';
import { logLines } from './log-lines.ts';
import { hasColours } from './paint.ts';
import { conduitCommand } from './spelled.ts';

const insecureWarning = `This hub asks for no token (--insecure). Whoever reaches this port may send, serve, read and cancel everything, offer itself
as any service and so read what is asked of it; anybody on the way may read and change all of it. ${conduitCommand} token create ends that.
`;

export async function start(flags: Readonly<Record<string, unknown>>): Promise<void> {
  const config = configOf(flags);
  const { stderr } = process;
  const log = createLogger(config.logLevel, config.hubId, stderr.isTTY ? logLines(stderr, hasColours(stderr)) : undefined);
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'an error of our own; the hub stops');
    process.exit(exitCodes.internal.code);
  });
  const hub = await startHub(config, log).catch((error: unknown) => {
    throw new Refusal(error instanceof Error ? error.message : String(error), error instanceof ConfigError ? 'usage' : 'failed');
  });
  // From now on, since whoever reads that it listens may tell it to stop.
  const left = leaveOnSignal(hub);
  const where = config.memory
    ? 'in memory only: they end with this hub'
    : `in ${resolve(config.dataDir)}${config.durability === 'power' ? ', safe from the loss of power too' : ''}`;
  const option = hub.url === `http://127.0.0.1:${defaults.port}` ? '' : ` --url ${hub.url}`;
  process.stdout.write(`Conduit hub ${hub.hubId} listens on ${hub.url}
Requests are kept ${where}.
Try it from a second terminal: ${conduitCommand} call SERVICE ACTION '{"your":"payload"}'${option}
To see a whole hub at work: ${conduitCommand} demo. Ctrl-C stops this one.
`);
  if (hub.asksForToken)
    process.stdout.write(
      `It asks for a token: ${conduitCommand} token create makes one, CONDUIT_TOKEN shows it to ${conduitCommand} call.\n`,
    );
  else if (config.insecure) process.stdout.write(insecureWarning);
  await left;
}

function configOf(flags: Readonly<Record<string, unknown>>): HubConfig {
  try {
    const file = flags['config'] ?? process.env['CONDUIT_CONFIG'];
    return readConfig({ flags, variables: process.env, ...(typeof file === 'string' ? { file } : {}) });
  } catch (error) {
    if (error instanceof ConfigError) throw new Refusal(error.message, 'usage');
    throw error;
  }
}

/** The first signal lets the hub leave in order, the second at once. */
async function leaveOnSignal(hub: Hub): Promise<void> {
  await new Promise<void>((left, reject) => {
    let isLeaving = false;
    const leave = (): void => {
      if (isLeaving) process.exit(exitCodes.interrupted.code);
      isLeaving = true;
      hub.close().then(left, (error: Error) => reject(new Refusal(error.message, 'failed')));
    };
    process.on('SIGTERM', leave);
    process.on('SIGINT', leave);
  });
}
