/** The dashboard as a hub serves it: one page at each of its addresses, its files for good, and a policy that lets nothing else in. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Hono } from 'hono';
import { beforeAll, expect, test } from 'vitest';
import { serveDashboard } from './dashboard.ts';
import type { StreamEnv } from './event-streams.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

beforeAll(() => void execFileSync(process.execPath, [`${root}scripts/build-dashboard.mjs`]));

const app = new Hono<StreamEnv>();
app.onError((error, context) => context.text(error.message, 404));
serveDashboard(app);
const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> => await app.request(path, { headers });

test.each([
  ['/', './'],
  ['/requests', './'],
  ['/requests/0190aaaa-0000-7000-8000-000000000001', '../'],
  ['/services', './'],
  ['/services/llm', '../'],
  ['/services/team-a/llm', '../../'],
  ['/providers', './'],
  ['/clients', './'],
  ['/cluster', './'],
])('%s is the page, which looks for the hub at %s', async (path, up) => {
  const response = await get(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  const html = await response.text();
  // Whatever the page names is named relative to this, so it stands before it.
  expect(html.indexOf(`<base href="${up}">`)).toBeGreaterThan(0);
  expect(html.indexOf('<base')).toBeLessThan(html.search(/(?:src|href)="\.\//));
});

test('its policy knows no inline script, no eval and no other host', async () => {
  const policy = (await get('/', { Host: 'hub.example:9100' })).headers.get('content-security-policy') ?? '';
  const directives = new Map(policy.split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1)]));
  expect(directives.get('default-src')).toEqual(["'none'"]);
  expect(directives.get('script-src')).toEqual(["'self'"]);
  expect(directives.get('style-src')).toEqual(["'self'"]);
  expect(directives.get('connect-src')).toEqual(["'self'", 'ws://hub.example:9100', 'wss://hub.example:9100']);
  expect(directives.get('frame-ancestors')).toEqual(["'none'"]);
  expect(policy).not.toContain('unsafe');
  expect(await (await get('/')).text()).not.toMatch(/<script(?![^>]* src=)|<style| on\w+=| style=/);
});

test('what a host header says can open no policy', async () => {
  const policy = (await get('/', { Host: "evil; script-src 'unsafe-inline'" })).headers.get('content-security-policy');
  expect(policy).toContain("connect-src 'self';");
  expect(policy).not.toContain('evil');
});

test('the files that the page names are there, and never asked for twice', async () => {
  const names = [...(await (await get('/')).text()).matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(2);
  for (const name of names) {
    const { status, headers } = await get(`/${name}`);
    expect([name, status]).toEqual([name, 200]);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('nothing else of the folder is to be had', async () => {
  for (const path of ['/assets/', '/assets/other.js', '/assets/..%2Findex.html', '/assets/%2e%2e%2fdashboard%2findex.html'])
    expect((await get(path)).status, path).not.toBe(200);
});

test('a checkout in which nothing was built says how it is', async () => {
  const bare = new Hono<StreamEnv>();
  serveDashboard(bare, pathToFileURL('/nowhere/at/all/'));
  bare.onError((error, context) => context.text(error.message, 404));
  expect(await (await bare.request('/')).text()).toBe('the dashboard is not built in this checkout; run: npm run build');
  expect((await bare.request('/assets/index.js')).status).toBe(404);
});
