/** The README's first screen, run as it stands. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolderOf, aProgram, blocksOf, offered } from '../support/programs.ts';
import { aTestHub } from '../support/sdk.ts';

const longestService = 12;
const longestCaller = 8;

test('the service and the caller of the README run as they stand, and are as short as they look', async () => {
  const [service, caller] = blocksOf('README.md').map(({ text }) => text.trimEnd().split('\n').slice(1));
  expect(service?.length).toBeLessThanOrEqual(longestService);
  expect(caller?.length).toBeLessThanOrEqual(longestCaller);

  const hub = await aTestHub();
  const { dir, names } = aFolderOf('README.md');
  expect(names).toEqual(['service.mjs', 'caller.mjs']);
  const env = { CONDUIT_URL: hub.url };
  aProgram(join(dir, 'service.mjs'), env);
  await offered(hub.url, 'greeter');
  expect(await aProgram(join(dir, 'caller.mjs'), env).printed).toBe("Hello, Ada { greeted: 'Ada' }\n");
});
