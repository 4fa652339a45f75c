/** A hub behind Apache and behind nginx, with the files of `deploy/` as they stand: at a domain of its own, and below a path of another site. */

import { get } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startChromium } from '../browser/chromium.ts';
import { closing } from '../support/closing.ts';
import { aFreePort, aHubProcess, type HubProcess } from '../support/hub-process.ts';
import { networkAddress } from '../support/network-address.ts';
import { aClient, aName, aWorker, type Peer } from '../support/peer.ts';
import { type Answer, aWebServer, domain, site, type WebServer } from '../support/web-servers.ts';

/** Where a hub is to be found by whoever comes from outside. */
interface Door {
  readonly host: string;
  /** Before the hub's own paths. */
  readonly below: string;
}

const ownDomain: Door = { host: domain, below: '' };
const belowPath: Door = { host: site, below: '/tools/conduit' };
const doors = [
  ['at a domain of its own', ownDomain],
  ['below a path of a site', belowPath],
] as const;
const json = { 'content-type': 'application/json' };

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium([`--host-resolver-rules=MAP ${domain} 127.0.0.1, MAP ${site} 127.0.0.1`]);
});
afterAll(async () => await browser?.close());

/** A stock client that comes by the web server. */
async function aDistantClient({ port, agent }: WebServer, { host, below }: Door): Promise<Peer> {
  return await aClient(`https://${host}:${port}`, { path: `${below}/socket.io/`, agent: agent as never });
}

interface Setting {
  /** Further arguments of the hub. */
  readonly args?: readonly string[];
  readonly isTrusted?: boolean;
  /** See `aWebServer`. */
  readonly instead?: Readonly<Record<string, string>>;
  readonly address?: string;
}

describe.each(['apache', 'nginx'] as const)('%s', (kind) => {
  async function aHubBehind({ args = [], isTrusted = true, ...options }: Setting = {}): Promise<{
    hub: HubProcess;
    server: WebServer;
  }> {
    const port = await aFreePort();
    const origins = [domain, site].flatMap((host) => ['--allow-origin', `https://${host}:${port}`]);
    const hub = await aHubProcess({ args: [...(isTrusted ? ['--trust-proxy', '127.0.0.1'] : []), ...origins, ...args] });
    return { hub, server: await aWebServer(kind, { hub, port, ...options }) };
  }

  test.each(doors)('%s, a client of Socket.IO gets progress and a result by WebSocket through TLS', async (_, door) => {
    const { hub, server } = await aHubBehind();
    const to = aName('render');
    const worker = await aWorker(hub.url, to);
    const client = await aDistantClient(server, door);
    const { request_id } = await client.ok('request', { to, action: 'go', payload: { bytes: Buffer.from('abc') } });
    await worker.next('request', { request_id });
    worker.say('progress', { request_id, task_id: 'draw', progress: 0.5 });
    expect(await client.next('progress', { request_id })).toMatchObject({ task_id: 'draw', progress: 0.5 });
    await worker.ok('result', { request_id, result: Buffer.from('drawn') });
    expect((await client.end(request_id)).body.result).toEqual(Buffer.from('drawn'));
    expect(client.socket.io.engine.transport.name).toBe('websocket');
  });

  test.each(doors)(
    '%s, a stream of events comes piece by piece, and calls come as they were made',
    async (_, { host, below }) => {
      const { hub, server } = await aHubBehind();
      // As it is written in an address, a slash of a name is no slash of the path.
      const to = `${aName('render')}/fast`;
      const worker = await aWorker(hub.url, to);
      const listed = await server.ask(host, `${below}/api/v1/services/${encodeURIComponent(to)}`);
      expect([listed.status, JSON.parse(listed.text).name]).toEqual([200, to]);

      const body = JSON.stringify({ to, action: 'go', payload: null });
      const sent = await server.ask(host, `${below}/api/v1/requests`, { method: 'POST', headers: json, body });
      const { request_id } = JSON.parse(sent.text);
      expect([sent.status, sent.headers['location']]).toEqual([202, `${below}/api/v1/requests/${request_id}`]);

      await worker.next('request', { request_id });
      let said = '';
      let chunks = 0;
      const say = (): void => {
        chunks += 1;
        worker.say('chunk', { request_id, data: `piece ${chunks}` });
      };
      // Each piece is said only once the one before it has come.
      const stream = await server.ask(host, `${String(sent.headers['location'])}/events`, {
        headers: { accept: 'text/event-stream' },
        onPiece: (piece) => {
          said += piece;
          if (chunks === 0 || (said.includes(`piece ${chunks}`) && chunks < 4)) say();
          else if (said.includes('piece 4')) worker.say('result', { request_id, result: 'done' });
        },
      });
      expect(stream.headers['content-type']).toMatch('text/event-stream');
      expect(stream.text).toMatch(/event: result/);
    },
  );

  test.each(doors)('%s, the dashboard is live, and so are the pages of the documentation', async (_, { host, below }) => {
    const { server } = await aHubBehind();
    const context = await browser.newContext({ locale: 'en-US', ignoreHTTPSErrors: true });
    closing(async () => await context.close());
    const page = await context.newPage();
    await page.goto(`https://${host}:${server.port}${below}/`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.goto(`https://${host}:${server.port}${below}/requests?state=failed`);
    await page.getByText('live', { exact: true }).waitFor();
    const called = await server.ask(host, `${below}/docs`);
    expect([called.status, called.headers['location']]).toEqual([expect.toBeOneOf([301, 308]), expect.stringMatching(/docs\/$/)]);
    const trouble: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && trouble.push(message.text())));
    page.on('response', (answer) => void (answer.status() >= 400 && trouble.push(`${answer.status()} ${answer.url()}`)));
    await page.goto(`https://${host}:${server.port}${below}/docs/`);
    await page.locator('.vp-doc').getByRole('link', { name: 'Concepts' }).click();
    await page.locator('h1', { hasText: 'Concepts' }).waitFor();
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('.VPLocalSearchBox input').fill('provider_lost');
    await page.locator('.VPLocalSearchBox .result').first().click();
    await page.waitForURL(`**${below}/docs/errors#provider_lost`);
    expect(trouble).toEqual([]);
  });

  test('the domain is known: plain HTTP leads to TLS, files of our own are served, and headers of security are there once', async () => {
    const { server } = await aHubBehind();
    const plain = await new Promise<[status: number | undefined, location: string | undefined]>((resolve, reject) => {
      const asking = get(
        { port: server.plainPort, path: '/requests?state=failed', headers: { host: domain }, agent: false },
        (answer) => {
          answer.resume();
          resolve([answer.statusCode, answer.headers.location]);
        },
      );
      asking.on('error', reject);
    });
    expect(plain).toEqual([301, `https://${domain}/requests?state=failed`]);

    const own = await server.ask(domain, '/app/');
    expect([own.status, own.headers['content-type'], own.text]).toEqual([
      200,
      'text/html',
      expect.stringContaining('A page of our own'),
    ]);
    expect((await server.ask(site, '/')).text).toContain('The site');
    expect((await server.ask(site, '/tools/conduit')).headers['location']).toMatch(/\/tools\/conduit\/$/);

    const { headers } = await server.ask(domain, '/');
    expect(headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
    });
  });

  test('a body beyond what a message may have is refused by the hub, one far beyond it by the web server', async () => {
    const { server } = await aHubBehind();
    const ask = async ({ host, below }: Door, bytes: number): Promise<Answer> =>
      await server.ask(host, `${below}/api/v1/requests`, {
        method: 'POST',
        headers: { ...json, 'content-length': String(bytes) },
        body: 'x'.repeat(bytes),
      });
    for (const [, door] of doors) {
      const refused = await ask(door, 1.5 * 1024 ** 2);
      expect([refused.status, JSON.parse(refused.text).error?.code]).toEqual([413, 'payload_too_large']);
      const kept = await ask(door, 4 * 1024 ** 2);
      expect([kept.status, kept.headers['content-type']]).toEqual([413, expect.stringContaining('text/html')]);
    }
  });

  test('who asks too often is one address of many where the hub trusts the proxy, and nobody in particular where it does not', async () => {
    const address = networkAddress();
    const statuses = async (isTrusted: boolean): Promise<Set<number>> => {
      const { server } = await aHubBehind({ isTrusted, address, args: ['--max-address-requests', '5'] });
      const all = await Promise.all(
        Array.from({ length: 40 }, async (_, at) => {
          // What somebody says of himself counts for nothing, whatever it is.
          const headers = { 'x-forwarded-for': `203.0.113.${at}` };
          return (await server.ask(domain, '/healthz', { headers })).status;
        }),
      );
      return new Set(all);
    };
    expect(await statuses(true)).toEqual(new Set([200, 429]));
    expect(await statuses(false)).toEqual(new Set([200]));
  });

  test('a connection that nothing is said over for longer than the timeout is cut, and the client goes on where it was', async () => {
    const instead = kind === 'apache' ? { 'Timeout 60': 'Timeout 1', 'timeout=60': 'timeout=1' } : { '60s': '1s' };
    const { hub, server } = await aHubBehind({ instead });
    const to = aName('render');
    const worker = await aWorker(hub.url, to);
    const client = await aDistantClient(server, ownDomain);
    const { request_id } = await client.ok('request', { to, action: 'go', payload: null });
    await worker.next('request', { request_id });
    // The hub's heartbeats come every 10 s: as the files stand, they keep the connection.
    expect(await client.disconnected()).toBe('transport close');
    await client.connected();
    await worker.ok('result', { request_id, result: 'done' });
    expect((await client.end(request_id)).body.result).toBe('done');
  });

  test('a hub that is frozen loses its clients to the timeout', async () => {
    const instead = kind === 'apache' ? { 'Timeout 60': 'Timeout 2', 'timeout=60': 'timeout=2' } : { '60s': '2s' };
    const { hub, server } = await aHubBehind({ instead });
    const client = await aDistantClient(server, ownDomain);
    process.kill(hub.pid, 'SIGSTOP');
    expect(await client.disconnected()).toBe('transport close');
    process.kill(hub.pid, 'SIGCONT');
    await client.connected();
  });

  test('200 WebSockets at once leave room for whoever else comes', async () => {
    const { server } = await aHubBehind();
    await Promise.all(Array.from({ length: 200 }, async () => await aDistantClient(server, ownDomain)));
    expect((await server.ask(domain, '/healthz')).status).toBe(200);
  });
});

test('nginx tells an address that asks too often to wait, before the hub has to', async () => {
  const [hub, port] = [await aHubProcess({ args: ['--allow-origin', `https://${domain}`] }), await aFreePort()];
  const server = await aWebServer('nginx', { hub, port, instead: { 'rate=200r/s': 'rate=1r/s', 'burst=400': 'burst=2' } });
  const asked = await Promise.all(Array.from({ length: 10 }, async () => (await server.ask(domain, '/app/')).status));
  expect(asked.toSorted()).toEqual([200, 200, 200, ...Array(7).fill(429)]);
});
