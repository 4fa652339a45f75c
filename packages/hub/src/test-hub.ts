/** A real hub for people's own tests: in memory, on a free port, with a clock that can be turned forward. */

import type { HubConfig } from './config.ts';
import { type Hub, startHub } from './hub.ts';
import { createLogger } from './ops/logger.ts';
import { TurnableClock } from './ops/turnable-clock.ts';

export interface TestHub extends Hub, AsyncDisposable {
  /** Ends it at once; what is open fails with `hub_draining`. */
  close(): Promise<void>;
  /**
   * Turns the hub's clock forward, so that deadlines, start timeouts, grace times and retention pass at once. Heartbeats of connections
   * keep the machine's time.
   * @param ms milliseconds.
   */
  advance(ms: number): Promise<void>;
}

/**
 * Starts a hub for a test: nothing is kept, nothing is logged, and the port is its own.
 *
 * @param settings what differs: anything that `conduit start` takes, in the names of its configuration file.
 * @example
 * ```ts
 * const hub = await createTestHub();
 * const provider = await serve('greeter', { greet: ({ name }) => `Hello ${name}` }, { hub: hub.url });
 * const conduit = await connect(hub.url);
 * assert.equal(await conduit.request('greeter', 'greet', { name: 'Ada' }), 'Hello Ada');
 * conduit.close();
 * provider.close();
 * await hub.close();
 * ```
 */
export async function createTestHub(settings: Partial<HubConfig> = {}): Promise<TestHub> {
  const clock = new TurnableClock();
  const hub = await startHub({ port: 0, memory: true, hubId: 'test', ...settings }, createLogger('silent', 'test'), () => clock);
  const close = async (): Promise<void> => {
    const closed = hub.close();
    await clock.advance(patienceMs);
    await closed;
  };
  return { ...hub, close, advance: async (ms) => await clock.advance(ms), [Symbol.asyncDispose]: close };
}

/** A hub in memory waits 30 s for what is open, and some seconds for whoever reads slowly: a test has no need of that. Milliseconds. */
const patienceMs = 60_000;
