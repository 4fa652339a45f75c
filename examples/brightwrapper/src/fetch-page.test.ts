/** Pages from a real server on this machine: what is read, and what is refused with which code. */

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { fetchPage, shippedArticles } from './fetch-page.ts';

let server: Server | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(url: string, signal = new AbortController().signal): Promise<{ content: string; kind: string }> {
  return await fetchPage(url, { signal, onProgress: () => {} });
}

describe('what can be read', () => {
  test('a page is read as it is, and says how far it is', async () => {
    const html = `<p>${'water '.repeat(40_000)}</p>`;
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': html.length }).end(html),
    );
    const fractions: (number | null)[] = [];
    const page = await fetchPage(url, {
      signal: new AbortController().signal,
      onProgress: (fraction) => fractions.push(fraction),
    });
    expect(page).toEqual({ url, kind: 'html', content: html });
    expect(fractions.at(-1)).toBe(1);
  });

  test('a page in another charset is read in its own', async () => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from('caf\u00e9', 'latin1')),
    );
    expect(await read(url)).toMatchObject({ kind: 'text', content: 'café' });
  });

  test('redirects are followed, relative ones too', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/there' }).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end('here');
    });
    expect((await read(url)).content).toBe('here');
  });

  test.each(shippedArticles)('the article "%s" comes with the example', async (name) => {
    expect((await read(`article:${name}`)).content).toContain('<h1>');
  });
});

describe('what is refused', () => {
  test.each([
    ['no address', 'is no address'],
    ['file:///etc/hosts', "can't be read"],
    ['ftp://example.com/', "can't be read"],
    ['http://user:secret@127.0.0.1/', 'must not hold a name or password'],
    ['article:nothing', 'there are tides, bridges, reefs'],
    ['article:../package', 'there are tides, bridges, reefs'],
  ])('%s is an invalid payload', async (url, sentence) => {
    await expect(read(url)).rejects.toMatchObject({ code: 'invalid_payload', message: expect.stringContaining(sentence) });
  });

  test('a page that is not there is unreachable, and its status is told', async () => {
    const url = await serve((_, response) => response.writeHead(404).end());
    await expect(read(url)).rejects.toMatchObject({ code: 'unreachable_page', message: expect.stringContaining('404') });
  });

  test('a server that is not there is unreachable', async () => {
    const url = await serve(() => {});
    await new Promise((resolve) => server?.close(resolve));
    await expect(read(url)).rejects.toMatchObject({ code: 'unreachable_page', message: expect.stringContaining('ECONNREFUSED') });
  });

  test.each([
    ['in circles', '/', 'more than 5 times'],
    ['to a file', 'file:///etc/hosts', "can't be read"],
    ['to nowhere', 'http://:::', 'no address'],
  ])('redirects %s are unreachable', async (_, location, sentence) => {
    const url = await serve((_request, response) => response.writeHead(301, { location }).end());
    await expect(read(url)).rejects.toMatchObject({ code: 'unreachable_page', message: expect.stringContaining(sentence) });
  });

  test.each([{ 'content-type': 'image/png' }, {}])('what is no text is not readable: %o', async (headers) => {
    const url = await serve((_, response) => response.writeHead(200, headers).end('x'));
    await expect(read(url)).rejects.toMatchObject({ code: 'not_readable' });
  });

  test('a page that never ends is cut off at its bound', async () => {
    let sent = 0;
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      const more = (): void => {
        sent += 65_536;
        if (!response.destroyed) response.write(Buffer.alloc(65_536, 'a'), more);
      };
      more();
    });
    await expect(read(url)).rejects.toMatchObject({ code: 'not_readable', message: expect.stringContaining('2 MiB') });
    expect(sent).toBeLessThan(16 * 1024 ** 2);
  });

  test('a fetch that is stopped ends at once, with the reason of the stop', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort(new Error('told to stop')));
    await expect(read(url, stop.signal)).rejects.toThrow('told to stop');
  });
});
