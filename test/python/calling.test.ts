/** A caller in Python: awaits, loops, follows, cancels, and is told in one sentence what went wrong; with asyncio and without. */

import { expect, test } from 'vitest';
import { aFreePort, aHubForThisFile } from '../support/hub-process.ts';
import { aClient, aName, aWorker, echo, type Peer } from '../support/peer.ts';
import type { Body } from '../support/wire.ts';
import { aPython, aPythonWorker, type Program } from './python.ts';

const hub = aHubForThisFile();

/** Runs a program of a few lines to its end. */
async function run(program: string, env: Readonly<Record<string, string>> = {}): Promise<Program> {
  const running = aPython(['-c', program], { env: { CONDUIT_URL: hub.url, ...env } });
  const code = await running.ended();
  if (code !== 0) throw new Error(`it ended with ${code}:\n${running.output}`);
  return running;
}

test.each([
  ['asyncio', 'asyncio'],
  ['plain', 'plain'],
])('a request is looped over and awaited (%s), and its error is raised with its code', async (_, flavour) => {
  const to = aName('painter');
  await aPythonWorker(hub.url, to);
  const call = async (action: string, payload: unknown): Promise<Program> => {
    const caller = aPython(['test/python/client.py', flavour, to, action, JSON.stringify(payload), '{}'], {
      env: { CONDUIT_URL: hub.url },
    });
    expect(await caller.ended()).toBe(0);
    return caller;
  };
  const counted = await call('count', { to: 3 });
  const events = counted.said.slice(1, -1);
  expect(events.map((event) => event['type']).filter((type) => type !== 'running')).toEqual([
    'status',
    'chunk',
    'chunk',
    'chunk',
    'result',
  ]);
  expect(events.at(-2)).toMatchObject({ stream: 'items', index: 2, data: { number: 2 } });
  expect(counted.said.at(-1)).toEqual({ final: { count: 3 } });
  const failed = await call('fail', 'own words');
  const id = failed.said[0]?.['id'];
  expect(failed.said.at(-2)).toMatchObject({ type: 'error', error: { code: 'page_not_found' }, state: 'failed' });
  expect(failed.said.at(-1)).toEqual({
    code: 'page_not_found',
    message: 'there is nothing there',
    retryable: true,
    request_id: id,
  });
  // Nothing is left behind: Python's development mode would say so.
  expect(counted.output + failed.output).not.toMatch(/Warning|never retrieved|never awaited|Unclosed/);
});

test('a request is followed by its id from its first event on, by another process, after its end too', async () => {
  const to = aName('counter');
  await aPythonWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action: 'count', payload: { to: 5 } });
  await client.end(request_id);
  const program = `from conduit import plain
with plain.connect() as hub:
    request = hub.follow("${request_id}")
    print([event.seq for event in request if not event.is_live], request.result())
    print(hub.get("${request_id}", include=["payload"])["payload"])
    print(sorted(service["name"] for service in hub.services() if service["name"] == "${to}"))
    try:
        hub.follow("00000000-0000-4000-8000-000000000000").result()
    except Exception as error:
        print(repr(error), error.code)`;
  const { output } = await run(program);
  expect(output).toContain("[1, 2, 3, 4, 5, 6, 7] {'count': 5}");
  expect(output).toContain("{'to': 5}");
  expect(output).toContain(`['${to}']`);
  expect(output).toContain('request_not_found');
});

test('a cancel ends it; leaving a loop does not', async () => {
  const to = aName('patient');
  const worker = await aPythonWorker(hub.url, to);
  const program = `import asyncio, conduit
async def main():
    async with conduit.connect() as hub:
        request = hub.request("${to}", "wait")
        async for event in request:
            if event.type == "progress":
                break
        print((await hub.get(request.id))["state"])
        print(await request.cancel("enough of it"))
        try:
            await request
        except conduit.ConduitError as error:
            print(error.code, error.request_id == request.id)
        print(await request.cancel())
asyncio.run(main())`;
  const { output } = await run(program);
  expect(output.split('\n').slice(0, 4)).toEqual(['running', 'requested', 'cancelled True', 'already_finished']);
  await worker.printed('wait was cancelled True');
});

test('whoever waits only so long is told, and the request goes on', async () => {
  const to = aName('patient');
  await aPythonWorker(hub.url, to);
  const program = `import conduit
from conduit import plain
with plain.connect() as hub:
    request = hub.request("${to}", "block", {"seconds": 1})
    try:
        request.result(timeout_ms=100)
    except conduit.ConduitError as error:
        print(error)
    print(request.result())
    request = hub.request("${to}", "wait", timeout_ms=200)
    try:
        request.result()
    except conduit.ConduitError as error:
        print(error.code)`;
  const { output } = await run(program);
  expect(output).toContain('nothing came in 100 ms; the request itself goes on (timeout)');
  expect(output).toContain("{'slept': 1}");
  expect(output).toContain('deadline_exceeded');
});

test('bytes go there and back, and what is neither JSON nor bytes is refused where it is written', async () => {
  const to = aName('echo');
  await aWorker(hub.url, to, { work: echo });
  const program = `from conduit import plain
with plain.connect() as hub:
    payload = {"text": "Grüße 🐍", "bytes": bytes(range(256)), "more": [bytearray(b"abc"), (1, 2.5, None, True)]}
    print(hub.request("${to}", "go", payload).result() == {**payload, "more": [b"abc", [1, 2.5, None, True]]})
    for wrong in ({"at": [1, {2}]}, {1: 2}, float("inf"), b"x" * 2_000_000, "x" * 2_000_000, [b""] * 11):
        try:
            hub.request("${to}", "go", wrong)
        except Exception as error:
            print(type(error).__name__, error)
    try:
        hub.request("${to}", "go", 1, timeout=3)
    except TypeError as error:
        print(error)`;
  const { output } = await run(program);
  expect(output.split('\n').slice(0, 7)).toEqual([
    'True',
    'TypeError payload.at[1] is a set, which is neither JSON nor bytes',
    'TypeError payload has the key 1, and in JSON keys are texts',
    'TypeError payload is inf, which JSON has no word for: send None instead',
    'ConduitError a message may have at most 1,048,576 bytes (payload_too_large)',
    'ConduitError a message may have at most 1,048,576 bytes (payload_too_large)',
    'ConduitError a message may have at most 10 binary parts (payload_too_large)',
  ]);
  expect(output).toContain("unexpected keyword argument 'timeout'");
});

test('what was let go is a gap: a snapshot stands for it, and the end still comes', async () => {
  const to = aName('large');
  const worker = await aWorker(hub.url, to);
  const client = await aClient(hub.url);
  const { request_id } = await client.ok('request', { to, action: 'go' });
  await worker.next('request', { request_id });
  for (let number = 0; number < 20; number += 1) {
    await worker.ok('chunk', { request_id, data: Buffer.alloc(1_000_000, number) });
  }
  await worker.ok('result', { request_id, result: Buffer.from('large and binary') });
  const program = `from conduit import plain
with plain.connect() as hub:
    request = hub.follow("${request_id}")
    events = [event for event in request if not event.is_live]
    print([(event.type, event.gap) for event in events][0], events[-1].type)
    print(request.result())`;
  const { output } = await run(program);
  expect(output).toContain("('snapshot', True) result");
  expect(output).toContain("b'large and binary'");
});

test('a loop that takes its time costs no memory, and misses nothing', async () => {
  const to = aName('fast');
  const chunks = 240;
  const work = ({ request_id }: Body, worker: Peer): void => {
    for (let number = 0; number < chunks; number += 1) worker.say('chunk', { request_id, data: `${number} `.padEnd(50_000) });
    worker.say('result', { request_id, result: 'all 12 MB' });
  };
  await aWorker(hub.url, to, { work });
  const program = `import asyncio, resource, conduit
def most_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
async def main():
    async with conduit.connect() as hub:
        before = most_kib()
        request = hub.request("${to}", "go")
        events = request.__aiter__()
        await events.__anext__()
        # Everything is said, and the loop has read one event.
        while (await hub.get(request.id))["state"] != "completed":
            pass
        # Were it taken, all of it would have come by then.
        for _ in range(100):
            await hub.get(request.id)
        print("grew by", most_kib() - before)
        data = [event.data.split()[0] async for event in events if event.type == "chunk"]
        print(data == [str(number) for number in range(${chunks})], await request)
asyncio.run(main())`;
  const { output } = await run(program);
  process.stdout.write(`${/grew by \d+/.exec(output)} KiB\n`);
  expect(output).toContain('True all 12 MB');
  expect(Number(/grew by (\d+)/.exec(output)?.[1])).toBeLessThan(8_000);
});

test('without a hub a caller is told so, and a worker waits for one', async () => {
  const port = await aFreePort();
  const url = `http://127.0.0.1:${port}`;
  const program = `from conduit import ConduitError, plain
try:
    plain.connect("${url}", patience_ms=300)
except ConduitError as error:
    print(error, error.retryable)
try:
    plain.connect("127.0.0.1:9100")
except ValueError as error:
    print(error)`;
  const { output } = await run(program);
  expect(output).toContain(`no hub answers at ${url}; is one running there? (conduit start) (unreachable) True`);
  expect(output).toContain(`a hub's address is a URL such as http://127.0.0.1:9100, not "127.0.0.1:9100"`);
});

test('a service runs in a thread beside a program that does something else', async () => {
  const to = aName('beside');
  const program = `from conduit import Service, plain
service = Service("${to}")
@service.action
def greet(payload):
    return f"Hello, {payload['name']}!"
with service.start():
    with plain.connect() as hub:
        print(hub.request("${to}", "greet", {"name": "Ada"}).result())
refused = Service("${to}")
refused.action("go", input={"type": "string", "pattern": "(?=a)"})(lambda: None)
try:
    refused.start()
except Exception as error:
    print(error.code)`;
  const { output } = await run(program);
  expect(output).toContain('Hello, Ada!');
  expect(output).toContain('invalid_message');
  expect(output).not.toMatch(/Warning|never retrieved|never awaited|Unclosed/);
});
