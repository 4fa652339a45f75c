/** `conduit start`: runs a hub until it is told to stop, and leaves in order. */

import { ConfigError, type HubConfig, readConfig } from '../config.ts';
import { type Hub, startHub } from '../hub.ts';
import { createLogger } from '../ops/logger.ts';
import { exitCodes, Refusal } from './exit.ts';

export async function start(flags: Readonly<Record<string, unknown>>): Promise<void> {
  const config = configOf(flags);
  const log = createLogger(config.logLevel, config.hubId);
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'an error of our own; the hub stops');
    process.exit(exitCodes.internal.code);
  });
  const hub = await startHub(config, log).catch((error: unknown) => {
    throw new Refusal(error instanceof Error ? error.message : String(error), 'failed');
  });
  const where = config.memory ? 'in memory only' : `in ${config.dataDir}`;
  process.stdout.write(`Conduit hub ${hub.hubId} listens on ${hub.url}\nRequests are kept ${where}.\n`);
  if (config.insecure)
    process.stdout.write('Without tokens everybody who reaches this port may send, serve, watch and cancel anything.\n');
  await leaveOnSignal(hub);
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
  await new Promise<void>((resolve, reject) => {
    let isLeaving = false;
    const leave = (): void => {
      if (isLeaving) process.exit(exitCodes.interrupted.code);
      isLeaving = true;
      hub.close().then(resolve, (error: Error) => reject(new Refusal(error.message, 'failed')));
    };
    process.on('SIGTERM', leave);
    process.on('SIGINT', leave);
  });
}
