import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { idOf, newToken, proves } from './token.ts';
import { changeTokens, readTokens, versionOf } from './token-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'conduit-tokens-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function aPath(): string {
  files += 1;
  return join(folder, String(files), 'tokens.json');
}

function aToken(subject = 'alice') {
  return newToken({ tenant: 'acme', subject, scopes: ['request:*'], createdAt: '2026-01-01T00:00:00.000Z' });
}

test('a token is proved by what is kept of it, and by nothing else', () => {
  const { token, record } = aToken();
  expect(idOf(token)).toBe(record.id);
  expect(proves(token, record)).toBe(true);
  expect(proves(aToken().token, record)).toBe(false);
  expect(proves(token, aToken().record)).toBe(false);
});

test('what is no token of ours has no id', () => {
  const { token } = aToken();
  for (const text of ['', 'conduit_', `${token}x`, token.slice(0, -1), token.toUpperCase(), `x${token}`, `${token}\n`]) {
    expect(idOf(text), text).toBeUndefined();
  }
});

test('only the hash is kept, readable by its owner alone', async () => {
  const path = aPath();
  const { token, record } = aToken();
  await changeTokens(path, (tokens) => [...tokens, record]);
  const text = readFileSync(path, 'utf8');
  expect(text).not.toContain(token);
  expect(text).not.toContain(token.slice('conduit_0123456789ab_'.length));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readTokens(path)).toEqual([record]);
});

test('a file that is not there is no file without tokens', async () => {
  const path = aPath();
  expect([readTokens(path), versionOf(path)]).toEqual([undefined, undefined]);
  await changeTokens(path, () => []);
  expect(readTokens(path)).toEqual([]);
});

test('every change gives the file another version', async () => {
  const path = aPath();
  const versions = new Set<unknown>();
  for (let time = 0; time < 10; time += 1) {
    await changeTokens(path, (tokens) => tokens);
    versions.add(versionOf(path));
  }
  expect(versions.size).toBe(10);
});

test('changes at the same time follow one another, and none is lost', async () => {
  const path = aPath();
  const records = Array.from({ length: 20 }, (_, at) => aToken(`subject-${at}`).record);
  await Promise.all(records.map((record) => changeTokens(path, (tokens) => [...tokens, record])));
  expect(new Set(readTokens(path)?.map(({ id }) => id))).toEqual(new Set(records.map(({ id }) => id)));
});

test('a change that fails leaves what was there, and the way free for the next', async () => {
  const path = aPath();
  const { record } = aToken();
  await changeTokens(path, () => [record]);
  const failing = changeTokens(path, () => {
    throw new Error('not now');
  });
  await expect(failing).rejects.toThrow('not now');
  expect(readTokens(path)).toEqual([record]);
  await changeTokens(path, () => []);
  expect(readTokens(path)).toEqual([]);
});

test('what a command left that died is named, and not overwritten', async () => {
  const path = aPath();
  await changeTokens(path, () => []);
  writeFileSync(`${path}.new`, '');
  await expect(changeTokens(path, (tokens) => tokens)).rejects.toThrow(`${path}.new was left by a command that died; delete it`);
});

test.each([
  ['no JSON', '{', 'are damaged'],
  ['another format', '{"format":2,"tokens":[]}', 'written by a newer one'],
  ['no list', '{"format":1}', 'has no list of tokens'],
  ['a token without a hash', '{"format":1,"tokens":[{"id":"0123456789ab"}]}', 'its token 1 can'],
])('a file with %s is refused', (_what, text, sentence) => {
  const path = join(folder, 'damaged.json');
  writeFileSync(path, text);
  expect(() => readTokens(path)).toThrow(sentence);
});
