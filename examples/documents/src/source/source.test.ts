/** Documents from a real server on this machine: what is taken, and what is refused with which code. */

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { limits } from '../limits.ts';
import type { RawDocument } from '../parse/read.ts';
import { shippedNames } from './shipped.ts';
import { getDocument, type Payload } from './source.ts';

async function aServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function get(payload: Payload, signal = new AbortController().signal): Promise<RawDocument> {
  return await getDocument(payload, { signal, onBytes: () => undefined });
}

describe('what is taken', () => {
  test('a document from a server, with what it says it is, and how much of it is here', async () => {
    const page = `<p>${'water '.repeat(40_000)}`;
    const url = await aServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': page.length }).end(page),
    );
    const told: (readonly [number, number | undefined])[] = [];
    const signal = new AbortController().signal;
    const raw = await getDocument({ url }, { signal, onBytes: (bytes, total) => told.push([bytes, total]) });
    expect(raw).toMatchObject({ url, type: 'text/html; charset=utf-8' });
    expect(new TextDecoder().decode(raw.bytes)).toBe(page);
    expect(told.at(-1)).toEqual([page.length, page.length]);
  });

  test('a document behind redirects, under its own address', async () => {
    const url = await aServer((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/there' }).end();
      else response.end('here');
    });
    expect(await get({ url })).toEqual({ url: `${url}there`, bytes: new TextEncoder().encode('here') });
  });

  test.each(shippedNames)('the document "%s", which ships with the example', async (name) => {
    expect((await get({ url: `document:${name}` })).bytes.byteLength).toBeGreaterThan(1_000);
  });

  test('bytes as they are', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await get({ bytes, type: 'application/pdf' })).toEqual({ bytes, type: 'application/pdf' });
  });
});

describe('what is refused', () => {
  test.each([
    [{}, 'no document'],
    [{ url: 'document:minutes.html', bytes: new Uint8Array(1) }, 'both url and bytes'],
    [{ bytes: { type: 'Buffer', data: [1] } }, 'sent as binary'],
    [{ url: 'no address' }, 'no address'],
    [{ url: 'file:///etc/hosts' }, `"file:" addresses can't be read`],
    [{ url: 'ftp://example.com/' }, `"ftp:" addresses can't be read`],
    [{ url: 'http://user:secret@127.0.0.1/' }, 'must not hold a name or password'],
    [{ url: 'document:nothing.pdf' }, 'there are annual-report.pdf'],
    [{ url: 'document:../package.json' }, 'there are annual-report.pdf'],
  ])('%o is an invalid payload', async (payload, sentence) => {
    await expect(get(payload)).rejects.toMatchObject({ code: 'invalid_payload', message: expect.stringContaining(sentence) });
  });

  test('what is not there, and its query stays unsaid', async () => {
    const url = await aServer((_, response) => response.writeHead(404).end());
    const error: unknown = await get({ url: `${url}letter.pdf?key=secret` }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unreachable_document', message: `${url}letter.pdf answered 404; is it public?` });
  });

  test('a server that is not there', async () => {
    // Port 1 is nobody's on a machine that tests run on.
    await expect(get({ url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({ code: 'unreachable_document', retryable: true });
  });

  test.each([
    ['in circles', '/', 'more than 5 times'],
    ['to a file', 'file:///etc/hosts', "can't be read"],
    ['to nowhere', 'http://:::', 'no address'],
  ])('redirects %s', async (_, location, sentence) => {
    const url = await aServer((_request, response) => response.writeHead(301, { location }).end());
    const refusal = { code: 'unreachable_document', message: expect.stringContaining(sentence) };
    await expect(get({ url })).rejects.toMatchObject(refusal);
  });

  test('a document that says it is too large, before any of it is read', async () => {
    const url = await aServer((_, response) => {
      response.writeHead(200, { 'content-length': limits.fetchedBytes + 1 });
      response.flushHeaders();
    });
    await expect(get({ url })).rejects.toMatchObject({ code: 'document_too_large' });
  });

  test('a document that never ends, at its bound', async () => {
    let sent = 0;
    const url = await aServer((_, response) => {
      const more = (): void => {
        sent += 65_536;
        if (!response.destroyed) response.write(Buffer.alloc(65_536, 'a'), more);
      };
      more();
    });
    await expect(get({ url })).rejects.toMatchObject({
      code: 'document_too_large',
      message: expect.stringContaining('20 MiB'),
    });
    expect(sent).toBeLessThan(2 * limits.fetchedBytes);
  });

  test('a fetch that is stopped, at once and with the reason of the stop', async () => {
    const stop = new AbortController();
    const url = await aServer(() => stop.abort(new Error('told to stop')));
    await expect(get({ url }, stop.signal)).rejects.toThrow('told to stop');
  });
});
