import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Asked } from '../testing/asked.ts';

type Json = Readonly<Record<string, unknown>>;

let asked: Asked;

beforeEach(async () => {
  asked = await Asked.serve();
});
afterEach(() => asked.hub.close());

type Paths = Record<string, Record<string, Json>>;

async function theDocument(): Promise<Json & { paths: Paths }> {
  const response = await asked.hub.app.request('/openapi.json');
  return (await response.json()) as Json & { paths: Paths };
}

test('the document is of OpenAPI 3.1 and describes every route there is, each with its answers and its errors', async () => {
  const document = await theDocument();
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { title: 'Conduit', version: '0.0.0' },
    servers: [{ url: 'api/v1' }],
  });
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const routes = asked.hub.app.routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/'));
  const served = new Set(routes.map(({ method, path }) => `${method.toLowerCase()} ${path.slice('/api/v1'.length)}`));
  expect(described.toSorted()).toEqual([...served].toSorted());
  expect(described.length).toBeGreaterThan(20);
  for (const methods of Object.values(document.paths)) {
    for (const route of Object.values(methods)) {
      expect(route).toMatchObject({ summary: expect.any(String), tags: [expect.any(String)] });
      expect(Object.keys(route['responses'] as Json)).toEqual(expect.arrayContaining(['200', 'default']));
    }
  }
});

test('what the document refers to stands in it', async () => {
  const document = await theDocument();
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path as string);
  expect(references.length).toBeGreaterThan(10);
  for (const reference of references) {
    const found = reference.split('/').reduce<unknown>((at, key) => (at as Json | undefined)?.[key], document);
    expect(found, reference).toBeTypeOf('object');
  }
});

test('a query is described as what is taken', async () => {
  const { paths } = await theDocument();
  const parameters = paths['/requests']?.['get']?.['parameters'] as { name: string; schema: Json }[];
  const schemas = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
  expect(schemas).toMatchObject({
    limit: { type: 'integer', minimum: 1, maximum: 200 },
    service: { type: 'string', pattern: expect.any(String) },
    state: { type: 'string' },
    cursor: { type: 'string' },
  });
});

test('the page has no script within it, and everything that it asks for is there', async () => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../../../scripts/copy-reference.mjs', import.meta.url))]);
  const page = await asked.hub.app.request('/api');
  const text = await page.text();
  expect(text).not.toMatch(/<script>|https?:\/\//);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("default-src 'none';");
  expect(policy).toContain("frame-ancestors 'none'");
  const named = [...text.matchAll(/(?:src|href)="(api\/[^"]+)"/g)].map(([, path]) => path as string);
  expect(named).toHaveLength(3);
  for (const path of named) {
    const file = await asked.hub.app.request(`/${path}`);
    expect([file.status, (await file.text()).length > 100], path).toEqual([200, true]);
    expect(file.headers.get('content-type')).toMatch(/^text\/(?:css|javascript); charset=utf-8$/);
  }
});

test.each(['/api/../package.json', '/api/..%2Fpackage.json', '/api/nothing.js'])('nothing else is served: %s', async (path) => {
  expect((await asked.hub.app.request(path)).status).toBe(404);
});
