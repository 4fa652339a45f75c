/** The documentation as a hub serves it: its pages by their names, its files for good, and a policy that runs nothing but what is in them. */

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Hono } from 'hono';
import { afterAll, expect, test } from 'vitest';
import { serveDocs } from './docs.ts';
import type { StreamEnv } from './event-streams.ts';

const script = "document.documentElement.classList.add('dark')";
const folder = mkdtempSync(join(tmpdir(), 'conduit-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'assets'));
mkdirSync(join(folder, 'decisions'));
writeFileSync(
  join(folder, 'index.html'),
  `<script id="a">${script}</script><script src="/docs/assets/app.js"></script><p>all of it</p>`,
);
writeFileSync(join(folder, 'errors.html'), '<p>errors</p>');
writeFileSync(join(folder, 'decisions/one.html'), '<p>one</p>');
writeFileSync(join(folder, 'assets/app.js'), 'export {};');

const get = async (path: string, from = folder): Promise<Response> => {
  const app = new Hono<StreamEnv>();
  app.onError((error, context) => context.text(error.message, 404));
  serveDocs(app, pathToFileURL(`${from}/`));
  return await app.request(path);
};

test.each([
  ['/docs/', 'all of it'],
  ['/docs/errors', 'errors'],
  ['/docs/errors.html', 'errors'],
  ['/docs/decisions/one', 'one'],
])('%s is a page, asked for again each time', async (path, text) => {
  const response = await get(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(await response.text()).toContain(text);
});

test('without its slash it leads to where it is, relative to whatever stands before it', async () => {
  const response = await get('/docs');
  expect([response.status, response.headers.get('location')]).toEqual([308, 'docs/']);
});

test('what pages are made of is kept for good', async () => {
  const { headers } = await get('/docs/assets/app.js');
  expect(headers.get('cache-control')).toContain('immutable');
  expect(headers.get('content-type')).toContain('text/javascript');
});

test('a page runs its own scripts, the one within it by what is in it, and none other', async () => {
  const policy = (await get('/docs/')).headers.get('content-security-policy') ?? '';
  const directives = new Map(policy.split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1)]));
  const hash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  expect(directives.get('script-src')).toEqual(["'self'", hash]);
  expect(directives.get('default-src')).toEqual(["'none'"]);
  expect(directives.get('connect-src')).toEqual(["'self'"]);
  expect(directives.get('frame-ancestors')).toEqual(["'none'"]);
  expect((await get('/docs/errors')).headers.get('content-security-policy')).toContain("script-src 'self';");
});

test.each(['/docs/nothing', '/docs/../package.json', '/docs/%2e%2e/package.json', '/docs/assets', '/docs/decisions/'])(
  '%s is nothing',
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test('a checkout in which nothing is built says so', async () => {
  const response = await get('/docs/', join(folder, 'not-built'));
  expect([response.status, await response.text()]).toEqual([
    404,
    'the documentation is not built in this checkout; run: npm run build',
  ]);
});
