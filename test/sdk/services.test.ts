/** Who looks at the services sees them come, go and come back, over a cut of its own line too. */

import { connect, isConduitError, type Loop } from '@conduit/sdk';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { aCutProxy } from '../support/cut-proxy.ts';
import { aFreePort } from '../support/hub-process.ts';
import { aScriptedHub } from '../support/scripted-hub.ts';
import { aConduit, aGate, aProvider, aTestHub } from '../support/sdk.ts';

type Listed = Loop<readonly { readonly name: string; readonly providers: readonly unknown[] }[]>;

/** Reads on until so many provide the service. */
async function providers(lists: Listed, count: number): Promise<void> {
  for (;;) {
    const { value } = await lists.next();
    if (value?.find(({ name }) => name === 'worker')?.providers.length === count) return;
  }
}

test('the services are told whenever one changes, over a cut too', async () => {
  const hub = await aTestHub();
  const line = await aCutProxy(hub.url);
  const conduit = await aConduit(line.url);
  const lists = conduit.watchServices();
  expect((await lists.next()).value).toEqual([]);
  const first = await aProvider(hub.url, { go: () => 1 });
  await providers(lists, 1);
  line.cut();
  first.close();
  await providers(lists, 0);
  await aProvider(hub.url, { go: () => 2 });
  await providers(lists, 1);
});

test('two who look see the same, and one that leaves takes nothing from the other', async () => {
  const hub = await aTestHub();
  const conduit = await aConduit(hub.url);
  const [one, other] = [conduit.watchServices(), conduit.watchServices()];
  await Promise.all([one.next(), other.next()]);
  await one.return(undefined);
  await aProvider(hub.url, { go: () => 1 });
  await providers(other, 1);
  conduit.close();
  const error: unknown = await other.next().catch((thrown: unknown) => thrown);
  expect(isConduitError(error, 'closed')).toBe(true);
});

test('a hub that can tell them only later is asked again, and one that never will ends the loop', async () => {
  const { hub, url } = await aScriptedHub();
  closing(async () => await hub.close());
  const later = { code: 'store_unavailable', message: 'the disk is full', retryable: true, details: { retry_after_ms: 10 } };
  const never = { code: 'forbidden', message: 'not for this token', retryable: false };
  const answers = [
    { ok: false, error: later },
    { ok: true, services: [] },
    { ok: false, error: never },
  ];
  hub.onMessage = ({ message }) => (Reflect.get(message, 'watch') === true ? answers.shift() : undefined);
  const conduit = await aConduit(url);
  const lists = conduit.watchServices();
  expect((await lists.next()).value).toEqual([]);
  await lists.return(undefined);
  const error: unknown = await conduit
    .watchServices()
    .next()
    .catch((thrown: unknown) => thrown);
  expect(isConduitError(error, 'forbidden')).toBe(true);
});

test('whoever does not wait for a hub hears at once that none is there', async () => {
  const url = `http://127.0.0.1:${await aFreePort()}`;
  const startedAt = performance.now();
  const error: unknown = await connect(url, { waitsForHub: false }).catch((thrown: unknown) => thrown);
  expect(isConduitError(error, 'unreachable')).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a request that waits tells its place at once', async () => {
  const hub = await aTestHub();
  const gate = aGate();
  await aProvider(hub.url, { go: async () => await gate.opened }, { capacity: 1 });
  const conduit = await aConduit(hub.url);
  const [busy, waiting] = [conduit.request('worker', 'go'), conduit.request('worker', 'go')];
  const events = [];
  for await (const event of waiting) {
    events.push(event);
    if (event.type === 'waiting') gate.open();
  }
  // The same instant: both are what the hub answered.
  expect(events[1]).toMatchObject({ type: 'waiting', reason: 'at_capacity', position: 1, at: events[0]?.at });
  await busy;
});
