/** Opens a connection to a hub for sending requests. */

import type { Conduit } from './client/conduit.ts';
import { openable } from './client/opening.ts';
import type { ConnectionOptions } from './connection/connection.ts';

/** Milliseconds. */
const defaultConnectTimeoutMs = 10_000;

export interface ConnectOptions extends ConnectionOptions {
  /** How long the first answer of a hub may take, milliseconds; 10 s by default, `Infinity` waits for a hub that comes later. */
  readonly connectTimeoutMs?: number;
  /** False: the first try that finds no hub is the last, as people want it who wait before a screen; true by default. */
  readonly waitsForHub?: boolean;
}

/**
 * Connects to a hub; resolves once it has answered. From then on it reconnects by itself.
 *
 * @param url left out, `CONDUIT_URL`, in a page the page's own origin, otherwise `http://127.0.0.1:9100`.
 * @throws ConduitError `unreachable` when no hub answers in time, `unauthenticated` when it does not take the token.
 * @throws TypeError when `url` is no address.
 * @example
 * ```ts
 * const conduit = await connect('https://hub.example.org', { token: () => readToken() });
 * console.log(await conduit.request('summarizer', 'summarize', { text }));
 * conduit.close();
 * ```
 */
export async function connect(url?: string, options: ConnectOptions = {}): Promise<Conduit> {
  const { conduit, open } = openable(url, options);
  const { connectTimeoutMs = defaultConnectTimeoutMs, waitsForHub = true } = options;
  await open(connectTimeoutMs, { waitsForHub });
  return conduit;
}
