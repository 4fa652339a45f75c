/** The dashboard below a path of a web server that stands before the hub, which strips that path, as most are told to. */

import { request as ask, createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { closing } from '../support/closing.ts';
import { aTestHub } from '../support/sdk.ts';
import { chromiumForThisFile, live, openPage } from './open-page.ts';
import { someWork } from './work.ts';

const chromium = chromiumForThisFile();

/** A web server that has the hub below this path, WebSockets too. @returns the address of the path, without a slash at its end. */
async function aProxy(hubUrl: string, path: string): Promise<string> {
  const { port } = new URL(hubUrl);
  const sockets = new Set<Socket>();
  const strip = (url = ''): string | undefined => (url.startsWith(`${path}/`) ? url.slice(path.length) : undefined);
  const server = createServer((incoming, outgoing) => {
    const url = strip(incoming.url);
    if (url === undefined) return void outgoing.writeHead(404).end();
    const { method, headers } = incoming;
    const asked = ask({ port, path: url, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    asked.on('error', () => outgoing.destroy());
    outgoing.on('close', () => asked.destroy());
    incoming.pipe(asked);
  });
  server.on('upgrade', ({ url: asked, rawHeaders }, socket: Socket) => {
    const url = strip(asked);
    if (url === undefined) return void socket.destroy();
    const hub = connect(Number(port));
    sockets.add(socket).add(hub);
    for (const [one, other] of [
      [socket, hub],
      [hub, socket],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
    const head = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
    hub.write(`GET ${url} HTTP/1.1\r\n${head}\r\n`);
    socket.pipe(hub).pipe(socket);
  });
  closing(() => {
    server.close();
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}${path}`;
}

test('every page is found, follows, and links to the others below the path', async () => {
  const hub = await aTestHub();
  const { ids } = await someWork(hub.url);
  const below = await aProxy(hub.url, '/tools/conduit');
  const page = await openPage(chromium, `${below}/services/brightwrapper`);
  await page.getByText('generate-infographics').first().waitFor();
  await live(page);
  for (const [name, path] of [
    ['Requests', '/requests'],
    ['Providers', '/providers'],
    ['Overview', '/'],
  ] as const) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
    await page.waitForURL(`${below}${path}`);
  }
  await page.goto(`${below}/requests/${ids.running}`);
  await page.getByText('It was a dark and stormy night.').waitFor();
  expect(await page.evaluate(() => document.baseURI)).toBe(`${below}/`);
});
