/** A command's connection to a hub: whatever keeps it from its work becomes one sentence and an exit code. */

import { type Conduit, connect, isConduitError } from '@conduit/sdk';
import { Refusal } from './exit.ts';
import { conduitCommand } from './spelled.ts';

/** How long a hub may take to answer the first time. */
const connectMs = 5_000;
/** How long somebody who is no hub may take to show it. */
const strangerMs = 2_000;
/** A hub that restarts is back in seconds, one that moves to another machine in minutes. */
export const giveUpMs = 5 * 60_000;

export const goneText = 'the connection is gone, trying again';

/** The options that every command has which speaks to a hub. */
export interface HubOptions {
  readonly url: string;
  readonly token?: string;
  readonly json?: boolean;
}

interface Said {
  /** What the hub's people see of this session. */
  readonly name: string;
  /** The connection went, or is back: then the sentence is empty. */
  readonly note: (sentence: string) => void;
  /** What becomes of things when no hub answers any more: the end of a sentence. */
  readonly lost?: () => string;
}

/** Runs the work over a connection that comes back by itself, and closes it. @throws Refusal */
export async function atHub<Value>(
  { url, token }: HubOptions,
  { name, note, lost = () => '' }: Said,
  work: (conduit: Conduit) => Promise<Value>,
): Promise<Value> {
  checkAddress(url);
  const conduit = await connect(url, {
    name,
    waitsForHub: false,
    connectTimeoutMs: connectMs,
    ...(token === undefined ? {} : { token }),
  }).catch(async (error: unknown) => {
    throw isConduitError(error, 'unreachable') ? await whyUnreachable(url) : refusalOf(error, url);
  });
  let giveUp: NodeJS.Timeout | undefined;
  try {
    const isGone = new Promise<never>((_, reject) => {
      conduit.onState((state) => {
        clearTimeout(giveUp);
        if (state === 'connected') note('');
        if (state !== 'reconnecting') return;
        note(goneText);
        giveUp = setTimeout(() => reject(new Refusal(`no hub answers at ${url} any more${lost()}`, 'unreachable')), giveUpMs);
      });
    });
    return await Promise.race([work(conduit), isGone]);
  } catch (error) {
    throw refusalOf(error, url);
  } finally {
    clearTimeout(giveUp);
    conduit.close();
    // `close` is a state too.
    clearTimeout(giveUp);
  }
}

/** @throws Refusal when it is no address of a hub. */
export function checkAddress(url: string): void {
  if (URL.canParse(url) && /^(?:http|ws)s?:$/.test(new URL(url).protocol)) return;
  throw new Refusal(`the hub's address must be a URL such as http://127.0.0.1:9100, not "${url}"`, 'usage');
}

/** Where the hub speaks HTTP: beside Socket.IO, below the same path; without a slash at its end. @throws Refusal */
export function httpAddressOf(url: string): string {
  checkAddress(url);
  const { protocol, host, pathname } = new URL(url);
  return `${protocol.replace('ws', 'http')}//${host}${pathname.replace(/\/+$/, '')}`;
}

export function unreachable(url: string): Refusal {
  return new Refusal(`no hub answers at ${url}; start one with: ${conduitCommand} start`, 'unreachable');
}

/** Nobody answered as a hub: whether somebody else did makes another sentence. */
async function whyUnreachable(url: string): Promise<Refusal> {
  try {
    const { ok, status } = await fetch(`${httpAddressOf(url)}/healthz`, { signal: AbortSignal.timeout(strangerMs) });
    if (!ok) return new Refusal(`what answers at ${url} is no hub (it said ${status} to /healthz); say --url`, 'unreachable');
  } catch {
    // Nobody at all.
  }
  return unreachable(url);
}

function refusalOf(error: unknown, url: string): unknown {
  if (!isConduitError(error)) return error;
  const { code, message } = error;
  if (code === 'unreachable') return unreachable(url);
  return new Refusal(`${message} (${code})`, code === 'unauthenticated' || code === 'forbidden' ? 'refused' : 'failed');
}
