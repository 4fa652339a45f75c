/** The programs of the SDK's guide, run as they stand; what they print is what it says. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aFolderOf, aProgram, blocksOf, offered } from '../support/programs.ts';
import { aTestHub } from '../support/sdk.ts';

const [afterCaller, afterBytes, afterDeadline] = blocksOf('docs/sdk.md').flatMap(({ language, text }) =>
  language === 'text' ? [text] : [],
);

test('the contract, the service and the caller of the guide print what it says', async () => {
  const hub = await aTestHub();
  const { dir } = aFolderOf('docs/sdk.md');
  const env = { CONDUIT_URL: hub.url };
  aProgram(join(dir, 'service.ts'), env);
  await offered(hub.url, 'books');
  expect(await aProgram(join(dir, 'caller.ts'), env).printed).toBe(afterCaller);
});

test('bytes go there and come back, in a payload, in chunks and in a result', async () => {
  const hub = await aTestHub();
  const { dir } = aFolderOf('docs/sdk.md');
  expect(await aProgram(join(dir, 'bytes.ts'), { CONDUIT_URL: hub.url }).printed).toBe(afterBytes);
});

test('the guide turns a clock forward, and a deadline passes', async () => {
  const { dir } = aFolderOf('docs/sdk.md');
  expect(await aProgram(join(dir, 'deadline.ts')).printed).toBe(afterDeadline);
});
