/** A real hub for people's own tests: in memory, on a free port, with a clock that can be turned forward. */

import type { HubConfig } from './config.ts';
import { type Hub, startHub } from './hub.ts';
import { createLogger } from './ops/logger.ts';
import { TurnableClock } from './ops/turnable-clock.ts';

export interface TestHub extends Hub, AsyncDisposable {
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
 * await serve('greeter', { greet: ({ name }) => `Hello ${name}` }, { hub: hub.url });
 * const conduit = await connect(hub.url);
 * assert.equal(await conduit.request('greeter', 'greet', { name: 'Ada' }), 'Hello Ada');
 * conduit.close();
 * await hub.close();
 * ```
 */
export async function createTestHub(settings: Partial<HubConfig> = {}): Promise<TestHub> {
  const clock = new TurnableClock();
  const hub = await startHub({ port: 0, memory: true, hubId: 'test', ...settings }, createLogger('silent', 'test'), () => clock);
  return {
    ...hub,
    advance: async (ms) => await clock.advance(ms),
    [Symbol.asyncDispose]: async () => await hub.close(),
  };
}
