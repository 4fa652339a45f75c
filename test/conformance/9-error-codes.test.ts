/** Protocol, section 9: every error that can be had over the wire has its code, and says rightly whether a retry can help. */

import { expect, test } from 'vitest';
import { aHandedRequest } from '../support/handed.ts';
import { aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aPeer } from '../support/peer.ts';
import type { WireError } from '../support/wire.ts';

const hub = aHubForThisFile();

const queued = { action: 'go', start_timeout_ms: 60_000 };

/** How each is provoked. Those that need a token, a full disk or a hub that stops are shown where such a hub is. */
const provoked: readonly [code: string, retryable: boolean, provoke: () => Promise<WireError | undefined>][] = [
  ['invalid_message', false, async () => await aPeer(hub.url).refusal('request', {})],
  ['service_not_found', true, async () => await aPeer(hub.url).refusal('request', { to: aName('nobody'), action: 'go' })],
  [
    'action_not_found',
    false,
    async () => {
      const { client, service } = await aHandedRequest(hub.url, { worker: { register: { actions: ['go'] } } });
      return await client.refusal('request', { to: service, action: 'stay' });
    },
  ],
  ['request_not_found', false, async () => await aPeer(hub.url).refusal('get', { request_id: crypto.randomUUID() })],
  [
    'duplicate_request',
    false,
    async () => {
      const { client, service, request_id } = await aHandedRequest(hub.url);
      return await client.refusal('request', { to: service, action: 'go', payload: 'another', request_id });
    },
  ],
  [
    'payload_too_large',
    false,
    async () =>
      await aPeer(hub.url).refusal('request', { to: 'x', action: 'go', payload: Array.from({ length: 100_001 }, () => 0) }),
  ],
  [
    'expired',
    true,
    async () => {
      const client = await aClient(hub.url);
      return (await client.finish({ to: aName('absent'), action: 'go', start_timeout_ms: 1 })).body.error;
    },
  ],
  [
    'deadline_exceeded',
    false,
    async () => {
      const { client, request_id } = await aHandedRequest(hub.url, { request: { timeout_ms: 100 } });
      return (await client.end(request_id)).body.error;
    },
  ],
  [
    'cancelled',
    false,
    async () => {
      const client = await aClient(hub.url);
      const { request_id } = await client.ok('request', { to: aName('absent'), ...queued });
      await client.ok('cancel', { request_id });
      return (await client.end(request_id)).body.error;
    },
  ],
  [
    'provider_lost',
    false, // Work began.
    async () => {
      const { client, worker, request_id } = await aHandedRequest(hub.url, { request: { max_attempts: 1 } });
      worker.close();
      return (await client.end(request_id)).body.error;
    },
  ],
  [
    'provider_error',
    false,
    async () => {
      const { client, worker, request_id } = await aHandedRequest(hub.url);
      await worker.ok('error', { request_id, error: { message: 'it is broken' } });
      return (await client.end(request_id)).body.error;
    },
  ],
  ['not_assigned', false, async () => await aPeer(hub.url).refusal('result', { request_id: crypto.randomUUID() })],
  [
    'already_finished',
    false,
    async () => {
      const { worker, request_id } = await aHandedRequest(hub.url);
      await worker.ok('result', { request_id });
      return await worker.refusal('progress', { request_id, progress: 1 });
    },
  ],
];

test.each(provoked)('"%s" can be had, and its "retryable" is %s', async (code, retryable, provoke) => {
  const error = await provoke();
  expect(error).toMatchObject({ code, retryable });
  // A sentence for people, not the code again.
  expect(error?.message).toMatch(/\w+ \w+/);
});
