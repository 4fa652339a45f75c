/** `conduit dispatch`: puts HTTP workers behind a hub until it is told to stop, and then lets them finish. */

import { isConduitError, type Provider } from '@conduit/sdk';
import { present } from '@conduit/sdk/protocol/fields';
import { dispatch } from '../dispatch/dispatch.ts';
import { checkAddress, type HubOptions } from './at-hub.ts';
import { exitCodes, Refusal } from './exit.ts';
import { jsonLine } from './wire-lines.ts';

export interface DispatchFlags extends HubOptions {
  readonly to: readonly string[];
  readonly action?: readonly string[];
  readonly header?: readonly string[];
  readonly concurrency: number;
  readonly health?: string;
  readonly healthInterval: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly timeoutMs?: number;
  readonly maxAnswerBytes: number;
}

/** @returns the exit code. */
export async function dispatchTo(service: string, flags: DispatchFlags): Promise<number> {
  const { url, token, json: isJson = false, to, action: actions, header = [], health, timeoutMs, ...others } = flags;
  checkAddress(url);
  const log = (sentence: string): void =>
    void process.stderr.write(isJson ? jsonLine({ event: 'note', note: sentence }) : `${sentence}\n`);
  const headers = Object.fromEntries(header.map((line) => headerOf(line, process.env)));
  try {
    const { healthInterval: healthIntervalMs, concurrency, connectTimeoutMs, idleTimeoutMs, maxAnswerBytes } = others;
    const provider = await dispatch(service, {
      ...present({ token, actions, health, timeoutMs }),
      ...{ hub: url, to, concurrency, headers, healthIntervalMs, connectTimeoutMs, idleTimeoutMs, maxAnswerBytes },
      handlesSignals: false,
      log,
    });
    const stop = drainOnSignals(provider, log);
    log(`${service} serves ${url} with ${to.length} ${to.length === 1 ? 'target' : 'targets'}`);
    try {
      await provider.closed;
    } finally {
      stop();
    }
    return exitCodes.completed.code;
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal(error.message, 'usage');
    if (!isConduitError(error)) throw error;
    const isRefused = error.code === 'unauthenticated' || error.code === 'forbidden';
    throw new Refusal(`${error.message} (${error.code})`, isRefused ? 'refused' : 'failed');
  }
}

/**
 * `Name: value`, where `${NAME}` stands for a variable: so a secret need not be said where a list of processes shows it.
 * @throws Refusal that never quotes the value.
 */
export function headerOf(line: string, variables: Readonly<Record<string, string | undefined>>): readonly [string, string] {
  const [, name, template = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/.exec(line) ?? [];
  if (name === undefined) throw new Refusal(`a header must be like 'Authorization: Bearer \${API_KEY}'`, 'usage');
  const value = template.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) => {
    const found = variables[variable];
    if (found === undefined || found === '')
      throw new Refusal(`the header ${name} needs the variable ${variable}, which is not set`, 'usage');
    return found;
  });
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw new Refusal(`the header ${name} holds what no header can, a line break perhaps`, 'usage');
  return [name.toLowerCase(), value];
}

/** @returns what ends it. */
function drainOnSignals(provider: Provider, log: (sentence: string) => void): () => void {
  let count = 0;
  const listener = (): void => {
    count += 1;
    if (count > 1) process.exit(exitCodes.interrupted.code);
    log(provider.held === 0 ? 'leaving' : `finishing ${provider.held} before leaving; a second signal leaves at once`);
    void provider.drain();
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, listener);
  return () => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.off(signal, listener);
  };
}
