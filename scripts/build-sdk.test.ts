/** What pages load: nothing that only Node has, nothing that they do not use, and the sources to find an error in. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { build, type Rolldown } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import { noNodeModules } from './no-node-modules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const browser = `${root}packages/sdk/dist/browser/`;
const offered = ['ConduitError', 'ServiceError', 'action', 'connect', 'defineService', 'isConduitError', 'serve'];

const buildSdk = (): void => void execFileSync(process.execPath, [`${root}scripts/build-sdk.mjs`]);
beforeAll(buildSdk);

/** The names of a program's modules that anything is left of, once it has been bundled as a user's page would be. */
async function bundled(program: string): Promise<string[]> {
  const entry = '\0program';
  const plant = {
    name: 'plant',
    resolveId: (id: string) => (id === 'program' ? entry : undefined),
    load: (id: string) => (id === entry ? program : undefined),
  };
  const { output } = (await build({
    configFile: false,
    root: `${root}packages/sdk`,
    logLevel: 'silent',
    plugins: [plant, noNodeModules],
    resolve: { conditions: ['conduit-src', 'module', 'browser', 'production'] },
    build: { write: false, rolldownOptions: { input: 'program' } },
  })) as Rolldown.RolldownOutput;
  const chunks = output.filter((file) => file.type === 'chunk');
  return chunks.flatMap(({ modules }) => Object.entries(modules).flatMap(([id, { code }]) => (code ? [id] : [])));
}

const serviceSide = /packages\/sdk\/src\/(?:service\/|serve\.ts)/;

test('a page that only calls carries nothing of the service side', async () => {
  const calling = await bundled(`import { connect } from '@conduit/sdk'; connect();`);
  expect(calling.some((id) => id.endsWith('/client/conduit.ts'))).toBe(true);
  expect(calling.filter((id) => serviceSide.test(id))).toEqual([]);
  const serving = await bundled(`import { serve } from '@conduit/sdk'; serve('greeter', {});`);
  expect(serving.filter((id) => serviceSide.test(id)).length).toBeGreaterThan(5);
});

test('a page that only defines a contract carries no connection', async () => {
  const defining = await bundled(
    `import { defineService } from '@conduit/sdk'; globalThis.greeter = defineService('greeter', {});`,
  );
  expect(defining.filter((id) => /socket\.io|engine\.io|\/connection\//.test(id))).toEqual([]);
});

test('a module of Node is refused, whatever its spelling', async () => {
  for (const name of ['node:fs', 'fs', 'fs/promises'])
    await expect(bundled(`import * as fs from '${name}'; globalThis.fs = fs;`)).rejects.toThrow(
      `imports ${name}, which no page has`,
    );
});

test('the script makes one global, and asks for nothing when it is loaded', () => {
  // Of a browser's surroundings it has only what the language has.
  const globals: { conduit?: object } = {};
  runInNewContext(readFileSync(`${browser}conduit.js`, 'utf8'), globals);
  expect(Object.keys(globals)).toEqual(['conduit']);
  expect(Object.keys(globals.conduit ?? {}).sort()).toEqual(offered);
});

test('the module offers the same, and imports nothing', async () => {
  expect(readFileSync(`${browser}conduit.mjs`, 'utf8')).not.toMatch(/\bimport\b[\s{*('"]|\brequire\(/);
  const module = await import(/* @vite-ignore */ `${browser}conduit.mjs`);
  expect(Object.keys(module).sort()).toEqual(offered);
});

test.each(['conduit.js', 'conduit.mjs'])('the map of %s leads to the line of the source', (name) => {
  const lines = readFileSync(browser + name, 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes('no hub answers'));
  const map = new SourceMap(JSON.parse(readFileSync(`${browser}${name}.map`, 'utf8')));
  const { originalSource, originalLine } = map.findEntry(line, lines[line]?.indexOf('no hub answers') ?? 0);
  expect(existsSync(new URL(originalSource, `file://${browser}`))).toBe(true);
  const source = readFileSync(new URL(originalSource, `file://${browser}`), 'utf8').split('\n');
  expect(source[originalLine]).toContain('no hub answers');
});

test('nothing is built again while nothing has changed', () => {
  const { mtimeMs } = statSync(`${browser}conduit.js`);
  buildSdk();
  expect(statSync(`${browser}conduit.js`).mtimeMs).toBe(mtimeMs);
});
