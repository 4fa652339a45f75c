/** The SDK as pages get it from a hub: the right types, from anywhere, and once while it stays the same. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { beforeAll, expect, test } from 'vitest';
import type { StreamEnv } from './event-streams.ts';
import { serveSdk } from './sdk.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const browser = `${root}packages/sdk/dist/browser/`;

beforeAll(() => void execFileSync(process.execPath, [`${root}scripts/build-sdk.mjs`]));

const app = new Hono<StreamEnv>();
serveSdk(app);
const get = async (name: string, headers: Record<string, string> = {}): Promise<Response> =>
  await app.request(`/sdk/${name}`, { headers });

test.each([
  ['conduit.js', 'text/javascript; charset=utf-8'],
  ['conduit.mjs', 'text/javascript; charset=utf-8'],
  ['conduit.js.map', 'application/json'],
  ['conduit.mjs.map', 'application/json'],
  ['licenses.md', 'text/markdown; charset=utf-8'],
])('%s comes as it was built, as %s', async (name, type) => {
  const response = await get(name);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(type);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await response.text()).toBe(readFileSync(browser + name, 'utf8'));
});

test('a page of another origin may load it, as a script and as a module', async () => {
  const { headers } = await get('conduit.mjs', { Origin: 'https://pages.example' });
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
});

test('it travels once: whoever has it is told that it is the same', async () => {
  const { headers } = await get('conduit.js');
  expect(headers.get('cache-control')).toBe('no-cache');
  const etag = headers.get('etag') ?? '';
  const again = await get('conduit.js', { 'If-None-Match': `"other", ${etag}` });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
  expect(again.headers.get('etag')).toBe(etag);
  expect(again.headers.get('cache-control')).toBe('no-cache');
  expect((await get('conduit.js', { 'If-None-Match': '"other"' })).status).toBe(200);
  expect((await get('conduit.mjs')).headers.get('etag')).not.toBe(etag);
});

test('it is gzipped for whoever takes that, and for nobody else', async () => {
  const response = await get('conduit.js', { 'Accept-Encoding': 'br, gzip;q=0.8' });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('vary')).toContain('Accept-Encoding');
  const packed = Buffer.from(await response.arrayBuffer());
  expect(packed.length).toBeLessThan(25_000);
  expect(gunzipSync(packed).toString()).toBe(readFileSync(`${browser}conduit.js`, 'utf8'));
  for (const taken of ['', 'br', 'gzip;q=0', 'br, gzip; q=0.0, *'])
    expect((await get('conduit.js', { 'Accept-Encoding': taken })).headers.get('content-encoding'), taken).toBeNull();
});

test('nothing else of the package is to be had', async () => {
  for (const name of ['', 'conduit', 'other.js', '../package.json', '..%2Fpackage.json', '%2e%2e/index.js'])
    expect((await get(name)).status, name).toBe(404);
});
