import { expect, test } from 'vitest';
import { Origins } from './origins.ts';

function someOrigins(...allowed: string[]) {
  const warnings: string[] = [];
  const origins = new Origins({ allowed, log: { warn: (_fields, sentence) => warnings.push(sentence) } });
  const admits = (origin: string | undefined, host = '192.0.2.7:9100', localAddress = '192.0.2.7'): boolean =>
    origins.admits({ origin, host, localAddress });
  return { origins, admits, warnings };
}

test('what sends no origin is no browser, and may connect', () => {
  expect(someOrigins().admits(undefined)).toBe(true);
});

test('pages of this machine may connect, on whatever port they were served', () => {
  const { admits } = someOrigins();
  for (const origin of ['http://localhost:5173', 'http://127.0.0.1:8080', 'http://[::1]:3000', 'https://app.localhost']) {
    expect(admits(origin), origin).toBe(true);
  }
});

test('a page that the hub served may connect to it', () => {
  expect(someOrigins().admits('http://conduit.local:9100', 'Conduit.local:9100')).toBe(true);
});

test('another page is turned away, and the log says once which flag would let it in', () => {
  const { admits, warnings } = someOrigins();
  expect(admits('https://evil.example')).toBe(false);
  expect(admits('https://evil.example')).toBe(false);
  expect(warnings).toEqual([
    'a page of https://evil.example was turned away; --allow-origin https://evil.example would let it in',
  ]);
});

test('a page without an origin is no origin to allow: the log says what would help', () => {
  const { admits, warnings } = someOrigins();
  expect(admits('null')).toBe(false);
  expect(warnings).toEqual([
    'a page of null was turned away; it was opened as a file, or stands in a sandbox: serve it over HTTP, and allow that origin',
  ]);
});

test('names that only begin or end like this machine are not this machine', () => {
  const { admits } = someOrigins();
  for (const origin of ['http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'http://evillocalhost']) {
    expect(admits(origin), origin).toBe(false);
  }
});

test('an origin that was told of may connect, however it is written', () => {
  const { admits } = someOrigins('https://App.example.org:443/');
  expect(admits('https://app.example.org')).toBe(true);
  expect(admits('http://app.example.org')).toBe(false);
});

test('a star lets everybody in', () => {
  const { admits } = someOrigins('*');
  expect(admits('https://anywhere.example')).toBe(true);
  expect(admits('null')).toBe(true);
});

test('a foreign name that was made to point at this machine is not its own', () => {
  const { admits } = someOrigins();
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    expect(admits('http://rebound.example:9100', 'rebound.example:9100', address), address).toBe(false);
  }
});

test('a page without an origin of its own needs to be told of by that word', () => {
  expect(someOrigins().admits('null')).toBe(false);
  expect(someOrigins('null').admits('null')).toBe(true);
});

test('what no browser would send is turned away, and does not reach the log as it came', () => {
  const { admits, warnings } = someOrigins();
  expect(admits('"; rm -rf / #')).toBe(false);
  expect(warnings.join()).not.toContain('rm');
});
