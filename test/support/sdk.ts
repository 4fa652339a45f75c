/** The SDK's two sides as tests need them: gone when the test ends. */

import { createTestHub, type TestHub } from '@conduit/hub/testing';
import {
  type Conduit,
  type ConnectOptions,
  connect,
  type LooseHandlers,
  type Provider,
  type ServeOptions,
  serve,
} from '@conduit/sdk';
import { closing } from './closing.ts';

export async function aTestHub(settings: Parameters<typeof createTestHub>[0] = {}): Promise<TestHub> {
  const hub = await createTestHub(settings);
  closing(async () => await hub.close());
  return hub;
}

export async function aConduit(url: string, options?: ConnectOptions): Promise<Conduit> {
  const conduit = await connect(url, options);
  closing(() => conduit.close());
  return conduit;
}

/** A provider (of `worker`, where the test says no other) whose signals are the test's own matter. */
export async function aProvider(
  hub: string,
  handlers: LooseHandlers,
  { service = 'worker', ...options }: ServeOptions & { readonly service?: string } = {},
): Promise<Provider> {
  const provider = await serve(service, handlers, { hub, handlesSignals: false, log: () => undefined, ...options });
  closing(() => provider.close());
  return provider;
}

/** Something a test opens by hand: what waits for `opened` goes on when `open` is called. */
export function aGate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
