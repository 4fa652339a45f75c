import { afterEach, beforeEach, expect, test } from 'vitest';
import { Asked, identities } from '../testing/asked.ts';

const scopes = {
  'op-acme': ['operator'],
  'all-acme': ['observe:*', 'request:*', 'provide:*'],
  'root-acme': ['admin'],
};
let asked: Asked;
beforeEach(async () => {
  asked = await Asked.serve({ authenticate: identities(scopes) });
});
afterEach(() => asked.hub.close());

async function metrics(headers: Record<string, string>) {
  const response = await asked.hub.app.request('/metrics', { headers });
  return { status: response.status, text: await response.text() };
}

test('numbers are of the whole hub, so they are shown to operators and to nobody of a tenant', async () => {
  expect(await metrics({ authorization: 'Bearer op-acme' })).toMatchObject({ status: 200 });
  for (const token of ['all-acme', 'root-acme']) {
    const { status, text } = await metrics({ authorization: `Bearer ${token}` });
    expect([status, JSON.parse(text).error.code]).toEqual([403, 'forbidden']);
  }
  expect(await metrics({ authorization: 'op-acme' })).toMatchObject({ status: 401 });
});

test('pages of other origins are not shown them', async () => {
  const { status } = await metrics({ authorization: 'Bearer op-acme', origin: 'https://evil.example', host: 'hub.example' });
  expect(status).toBe(403);
});
