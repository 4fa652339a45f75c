/** What docs/conduit-local.md says of a hub on one's own network: by which names it is reached, from where, and by whose pages. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startChromium } from '../browser/chromium.ts';
import { closing } from '../support/closing.ts';
import { aFreePort } from '../support/hub-process.ts';
import { networkAddress } from '../support/network-address.ts';
import { aWorker } from '../support/peer.ts';
import { aSite } from '../support/site.ts';
import { aTemplate } from './started.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/conduit-local.md', import.meta.url)), 'utf8');
const cli = '../packages/hub/src/cli/conduit.ts';

/** Runs a hub as the page says, in memory; resolves once it listens. @param flags beside the port. */
async function aHub(port: number, ...flags: readonly string[]): Promise<void> {
  await aTemplate(cli, `:${port}`, { args: ['start', '--memory', '--port', String(port), ...flags] });
}

/** What the hub answers to somebody who came to `address` and asked for `name`: the status, and the sentence of a refusal. */
async function asked(port: number, address: string, name: string): Promise<{ status: number | undefined; says: string }> {
  return await new Promise((resolve, reject) => {
    const headers = { host: `${name}:${port}` };
    const asking = request({ host: address, port, path: '/healthz', headers, agent: false }, (answer) => {
      let says = '';
      answer.on('data', (data) => {
        says += String(data);
      });
      answer.on('end', () => resolve({ status: answer.statusCode, says }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

test('over the network it answers to conduit.local, to private names and to its address, and to no public name', async () => {
  const [port, address] = [await aFreePort(), networkAddress()];
  await aHub(port, '--host', '0.0.0.0', '--insecure');
  for (const name of ['conduit.local', 'conduit', 'hub.lan', 'hub.internal', 'hub.test', 'hub.home.arpa', address]) {
    expect(await asked(port, address, name), name).toMatchObject({ status: 200 });
  }
  const refused = await asked(port, address, 'hub.example.org');
  expect(refused.status).toBe(403);
  expect(refused.says).toContain('--allow-origin');
});

test('with a token it is open to the network without more, and answers to public names too', async () => {
  const [port, address] = [await aFreePort(), networkAddress()];
  const dir = mkdtempSync(join(tmpdir(), 'conduit-local-'));
  closing(() => rmSync(dir, { recursive: true, force: true }));
  const tokens = join(dir, 'tokens.json');
  const created = await aTemplate(cli, /\S{20,}/, {
    args: ['token', 'create', 'browser', '--scope', 'request:*', '--tokens', tokens],
  });
  expect(await created.ended()).toBe(0);
  await aHub(port, '--host', '0.0.0.0', '--tokens', tokens);
  for (const name of ['conduit.local', 'hub.example.org']) {
    expect(await asked(port, address, name), name).toMatchObject({ status: 200 });
  }
});

test('over loopback it answers to names of this machine, and to conduit.local if it was told of it', async () => {
  const [port, told] = [await aFreePort(), await aFreePort()];
  await Promise.all([aHub(port), aHub(told, '--allow-origin', `http://conduit.local:${told}`)]);
  for (const name of ['localhost', '127.0.0.1'])
    expect(await asked(port, '127.0.0.1', name), name).toMatchObject({ status: 200 });
  expect(await asked(port, '127.0.0.1', 'conduit.local')).toMatchObject({ status: 403 });
  expect(await asked(told, '127.0.0.1', 'conduit.local')).toMatchObject({ status: 200 });
});

test('a page connects to conduit.local: the hub’s own as it stands, another one once the hub is told of it', async () => {
  const [port, address] = [await aFreePort(), networkAddress()];
  const site = await aSite({ 'index.html': '<!doctype html><title>Another page</title>' });
  const other = `http://conduit.local:${new URL(site).port}`;
  const own = `http://conduit.local:${port}`;
  await aHub(port, '--host', '0.0.0.0', '--insecure', '--allow-origin', other);
  const worker = await aWorker(`http://127.0.0.1:${port}`, 'brightwrapper');
  // What mDNS does on a network: the name is this machine's address. The other page's server listens on loopback only.
  const rules = `MAP ${new URL(own).host} ${address}:${port}, MAP conduit.local 127.0.0.1`;
  const browser = await startChromium([`--host-resolver-rules=${rules}`]);
  closing(async () => await browser.close());
  for (const from of [own, other]) {
    const context = await browser.newContext({ locale: 'en-US' });
    // A person who allowed this leaves the hub to guard itself.
    await context.grantPermissions(['local-network-access'], { origin: from });
    const opened = await context.newPage();
    // The hub's own pages run no scripts but their own, so the one of the origin that both share is put beside them.
    if (from === own) {
      await context.route(
        `${own}/page`,
        async (route) => await route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
      );
    }
    await opened.goto(from === own ? `${own}/page` : from);
    expect(await opened.evaluate(() => location.origin)).toBe(from);
    await opened.addScriptTag({ url: `${own}/socket.io/socket.io.min.js` });
    const result = opened.evaluate(exampleOfTheProtocol, own);
    const { request_id } = await worker.next('request');
    await worker.ok('result', { request_id, result: 'drawn' });
    expect(await result).toBe('drawn');
    await context.close();
  }
});

declare global {
  /** What the hub's copy of Socket.IO brings. Only what runs in a page may name it. */
  const io: (url: string) => {
    on(event: string, listener: (data: { readonly result: unknown }) => void): void;
    emit(event: string, body: object): void;
  };
}

/** Runs in the page. */
async function exampleOfTheProtocol(url: string): Promise<unknown> {
  const socket = io(url);
  socket.emit('register', { type: 'client' });
  socket.emit('request', {
    to: 'brightwrapper',
    action: 'generate-infographics',
    payload: { url: 'https://example.com/article' },
  });
  return await new Promise((resolve) => socket.on('result', ({ result }) => resolve(result)));
}

test('the page starts a hub in these ways only, each of them tried above', () => {
  const commands = [...page.matchAll(/^npx conduit start ?(.*)$/gm)].map(([, args]) => args);
  expect(commands).toEqual(['--host 0.0.0.0', '--host 0.0.0.0 --insecure', '--allow-origin http://conduit.local:9100']);
});
