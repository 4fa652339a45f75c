/** The dispatcher template puts HTTP workers behind a hub: real uvicorn processes, in turn, streamed, watched, stopped. */

import { expect, test } from 'vitest';
import { folded } from '../support/folded.ts';
import { aFreePort, aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName } from '../support/peer.ts';
import { aPython, type Program } from './python.ts';

const hub = aHubForThisFile();
const cwd = 'examples/python-dispatcher';

interface Api {
  readonly url: string;
  readonly server: Program;
}

/** `uvicorn api:app --workers N`, once all of them are up. */
async function anApi(workers: number, port?: number): Promise<Api> {
  const at = port ?? (await aFreePort());
  const server = aPython(['-m', 'uvicorn', 'api:app', '--workers', String(workers), '--port', String(at)], { cwd });
  await server.printed(new RegExp(`(?:Application startup complete[^]*){${workers}}`));
  return { url: `http://127.0.0.1:${at}`, server };
}

async function aDispatcher(to: string, args: readonly string[], env = {}): Promise<Program> {
  const dispatcher = aPython(['conduit_dispatcher.py', to, ...args], { cwd, env: { CONDUIT_URL: hub.url, ...env } });
  await dispatcher.printed(`${to} serves ${hub.url}`);
  return dispatcher;
}

test('requests go to four uvicorn workers, and JSON, bytes and text come back', async () => {
  const to = aName('llm');
  const { url } = await anApi(4);
  await aDispatcher(to, ['--to', `${url}/{action}`, '--concurrency', '4', '--health', '/health']);
  const client = await aClient(hub.url);
  const ends = await Promise.all(
    Array.from({ length: 40 }, async (_, number) => await client.finish({ to, action: 'echo', payload: { number } })),
  );
  const results = ends.map(({ body }) => body.result as { payload: unknown; pid: number });
  expect(results.map(({ payload }) => payload)).toEqual(Array.from({ length: 40 }, (_, number) => ({ number })));
  expect(new Set(results.map(({ pid }) => pid)).size).toBeGreaterThan(1);
  expect((await client.finish({ to, action: 'picture' })).body.result).toEqual(
    Buffer.from(Array.from({ length: 256 }, (_, at) => at)),
  );
  const poem = await client.ok('request', { to, action: 'poem' });
  expect((await client.end(poem.request_id)).body.state).toBe('completed');
  const { streams } = folded(client.events(poem.request_id), 'assigned');
  expect(streams['text']?.data.join('')).toBe('Grüße, 🐍\n');
});

test('NDJSON is streamed as tasks, progress and chunks, SSE as chunks, each before the end', async () => {
  const to = aName('llm');
  const { url } = await anApi(1);
  await aDispatcher(to, ['--to', `${url}/{action}`]);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', {
    to,
    action: 'generate',
    payload: { prompt: 'as it is made', pause_s: 0.2 },
  });
  const chunk = await client.nextHeard('chunk', { request_id });
  const end = await client.end(request_id);
  expect(end.atMs - chunk.atMs).toBeGreaterThan(400);
  expect(end.body).toMatchObject({ state: 'completed', result: { words: 4 } });
  const fold = folded(client.events(request_id), 'assigned');
  expect(fold.tasks).toEqual({
    think: { state: 'completed', title: 'Thinking', weight: 1, result: { ideas: 4 } },
    write: { state: 'completed', weight: 3 },
  });
  expect(fold.streams['text']?.data.join('')).toBe('as it is made ');
  expect(client.all('progress', request_id).map(({ body }) => body.task_id)).toContain('write');

  const said = await client.ok('request', { to, action: 'tokens', payload: { prompt: 'Grüße 🐍' } });
  expect((await client.end(said.request_id)).body).toMatchObject({ state: 'completed', result: 'said' });
  expect(folded(client.events(said.request_id), 'assigned').streams['text']?.data.join('')).toBe('Grüße 🐍 ');
});

test('a cancel closes the connection to the HTTP worker', async () => {
  const to = aName('llm');
  const { url, server } = await anApi(1);
  await aDispatcher(to, ['--to', `${url}/{action}`]);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action: 'generate', payload: { prompt: 'on and on', pause_s: 60 } });
  await client.next('chunk', { request_id });
  await client.ok('cancel', { request_id });
  expect((await client.end(request_id)).body.state).toBe('cancelled');
  await server.printed('nobody listens any more: stopping');
});

test('one that takes too long, is busy, or refuses what it was sent is an error that says so', async () => {
  const to = aName('llm');
  const { url, server } = await anApi(1);
  await aDispatcher(to, ['--to', `${url}/{action}`, '--timeout-s', '1']);
  const client = await aClient(hub.url);
  const error = async (action: string, payload: unknown): Promise<unknown> =>
    (await client.finish({ to, action, payload })).body.error;
  expect(await error('generate', { prompt: 'a b', pause_s: 60 })).toMatchObject({ code: 'worker_timeout', retryable: true });
  expect(await error('refuse', {})).toMatchObject({
    code: 'http_503',
    message: expect.stringContaining('too busy'),
    retryable: true,
  });
  expect(await error('generate', null)).toMatchObject({ code: 'http_422', retryable: false });
  // It fails once its answer has begun: there is no status to tell any more.
  expect(await error('generate', {})).toMatchObject({ code: 'worker_lost', retryable: true });
  expect(await error('nowhere', {})).toMatchObject({ code: 'http_404' });
  server.kill('SIGKILL');
  await server.ended();
  expect(await error('echo', {})).toMatchObject({ code: 'worker_unreachable', retryable: true });
});

test('two targets take turns; one that dies is out of turn at no cost, and back when it is well', async () => {
  const to = aName('llm');
  const one = await anApi(1);
  const two = await anApi(1);
  const targets = ['--to', `${one.url}/{action}`, '--to', `${two.url}/{action}`];
  const dispatcher = await aDispatcher(to, [...targets, '--health', '/health']);
  const client = await aClient(hub.url);
  const pids = async (count: number): Promise<unknown[]> => {
    const all: unknown[] = [];
    for (let number = 0; number < count; number += 1) {
      const { body } = await client.finish({ to, action: 'echo', payload: number });
      all.push(Reflect.get(body.result as object, 'pid'));
    }
    return all;
  };
  expect(await pids(4)).toEqual([one.server.pid, two.server.pid, one.server.pid, two.server.pid]);
  one.server.kill('SIGKILL');
  await one.server.ended();
  expect(await pids(3)).toEqual([two.server.pid, two.server.pid, two.server.pid]);
  await dispatcher.printed(`${one.url}/{action} does not answer`);
  const again = await anApi(1, Number(new URL(one.url).port));
  await dispatcher.printed(`${one.url}/{action} is back`);
  expect((await pids(2)).sort()).toEqual([again.server.pid, two.server.pid].sort());
});

test("the workers' token comes from the variable that is named", async () => {
  const to = aName('llm');
  const program = `import http.server
class Worker(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        said = ('"' + str(self.headers["Authorization"]) + '"').encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
server = http.server.HTTPServer(("127.0.0.1", 0), Worker)
print(f"port {server.server_port}.")
server.serve_forever()`;
  const worker = aPython(['-c', program]);
  await worker.printed(/port \d+\./);
  const url = `http://127.0.0.1:${/port (\d+)/.exec(worker.output)?.[1]}/`;
  await aDispatcher(to, ['--to', url, '--token-env', 'WORKER_TOKEN'], { WORKER_TOKEN: 's3cret' });
  const client = await aClient(hub.url);
  expect((await client.finish({ to, action: 'any' })).body.result).toBe('Bearer s3cret');
});
