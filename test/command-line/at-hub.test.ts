/** A command whose hub has gone waits for it, but not for ever. */

import { afterEach, expect, test, vi } from 'vitest';
import { atHub } from '../../packages/hub/src/cli/at-hub.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aGate } from '../support/sdk.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a hub that is gone for five minutes ends a command, and says what becomes of things', async () => {
  const hub = await aHubProcess({ args: ['--memory'] });
  const [started, down] = [aGate(), aGate()];
  const notes: string[] = [];
  const note = (sentence: string): void => {
    notes.push(sentence);
    down.open();
  };
  let error: unknown;
  const lost = (): string => '; the request goes on';
  const ended = atHub({ url: hub.url }, { name: 'a test', note, lost }, async () => {
    started.open();
    return await new Promise<never>(() => undefined);
  }).catch((thrown: unknown) => {
    error = thrown;
  });
  await started.opened;
  // From here on minutes pass in no time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await hub.kill('SIGKILL');
  await down.opened;
  await vi.advanceTimersByTimeAsync(5 * 60_000 - 1);
  expect([error, notes]).toEqual([undefined, ['the connection is gone, trying again']]);
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(error).toMatchObject({ message: `no hub answers at ${hub.url} any more; the request goes on`, exitCode: 69 });
});
