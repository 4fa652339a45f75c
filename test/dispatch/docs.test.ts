/** The programs of the page about HTTP workers, run as they stand: by the command, and by the library. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aProgram } from '../python/python.ts';
import { command, run } from '../support/command.ts';
import { aFreePort, aHubProcess } from '../support/hub-process.ts';
import { aFolderOf, aProgram as aTypeScriptProgram, blocksOf, offered } from '../support/programs.ts';

const page = 'docs/dispatch.md';
const [shell = ''] = blocksOf(page).flatMap(({ language, text }) => (language === 'sh' ? text : []));

/** The words of the page's line that begins so. */
function words(start: string): string[] {
  const line = shell.split('\n').find((one) => one.startsWith(start)) ?? '';
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].slice(2).map(([, quoted, bare]) => quoted ?? bare ?? '');
}

test('the worker of the page is served by its command, which drains on SIGTERM, and by its library form', async () => {
  const hub = await aHubProcess();
  const { dir } = aFolderOf(page);
  const port = await aFreePort();
  const worker = aProgram(process.execPath, [join(dir, 'worker.mjs')], { env: { PORT: String(port) } });
  await worker.printed('listening');
  const env = { CONDUIT_URL: hub.url };

  const dispatcher = command(
    words('npx conduit dispatch').map((word) => word.replace(':8000', `:${port}`)),
    { env },
  );
  await dispatcher.printed(`shout serves ${hub.url} with 1 target`);
  const called = await run(words('npx conduit call'), { env });
  expect([called.code, JSON.parse(called.stdout)]).toEqual([0, { words: 2 }]);
  expect(called.stderr).toContain('A B ');
  dispatcher.signal('SIGTERM');
  expect(await dispatcher.finished()).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('leaving') });

  aTypeScriptProgram(join(dir, 'dispatcher.mjs'), { ...env, TARGET: `http://127.0.0.1:${port}` });
  await offered(hub.url, 'shout');
  expect((await run(words('npx conduit call'), { env })).code).toBe(0);
});
