// Requests a second over HTTP beside those over a socket, on the same hub with the same worker: `npm run build && node bench/http.mjs`.
// Hub, worker and load share the machine. After a round that does not count, to warm up, the ways are taken in turn, each round
// beginning with the next of them (`--reps 5 --seconds 3`); figures are medians, with the smallest and largest. Each way begins when
// nothing of the one before is under way.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';

const { values } = parseArgs({ options: { reps: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' } } });
const port = 9_487;
const hub = `http://127.0.0.1:${port}`;
const message = { to: 'echo', action: 'say', payload: { text: 'x'.repeat(80) } };
const body = JSON.stringify(message);
const inFlight = 64;
const agent = new Agent({ keepAlive: true, maxSockets: inFlight });

const child = spawn(
  process.execPath,
  [
    'packages/hub/bin/conduit.js',
    'start',
    '--port',
    String(port),
    '--memory',
    '--keep-requests',
    '1000000',
    '--log-level',
    'warn',
  ],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
// Whatever happens here, the hub does not stay behind.
process.on('exit', () => child.kill('SIGKILL'));
for (let printed = ''; !printed.includes(hub); ) printed += String((await once(child.stdout, 'data'))[0]);
child.stdout.resume();

const worker = io(hub, { transports: ['websocket'] });
await once(worker, 'connect');
await worker.emitWithAck('register', { type: 'service', name: 'echo' });
worker.on('request', ({ request_id, payload }) => worker.emit('result', { request_id, result: payload }));

const socket = io(hub, { transports: ['websocket'] });
await once(socket, 'connect');
/** By request: who waits for its result, or that it has come before its acknowledgement was looked at. */
const results = new Map();
socket.on('result', ({ request_id }) => {
  const waiting = results.get(request_id);
  if (waiting === undefined) return void results.set(request_id, 'here');
  results.delete(request_id);
  waiting();
});

/** @param {string} path @param {Record<string, string>} headers @param {string | undefined} sent */
async function ask(path, headers = {}, sent = undefined) {
  const asked = request(`${hub}/api/v1${path}`, { agent, method: sent === undefined ? 'GET' : 'POST', headers });
  asked.end(sent);
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  if (response.statusCode >= 300) throw new Error(`${path}: ${response.statusCode} ${text}`);
  return response.headers.location;
}

const json = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
const location = await ask('/requests', { ...json, prefer: 'wait=30' }, body);
const ways = {
  'socket: request → result': async () => {
    const { request_id } = await socket.emitWithAck('request', message);
    if (results.delete(request_id)) return;
    await new Promise((resolve) => {
      results.set(request_id, resolve);
    });
  },
  'POST /requests, Prefer: wait=30 → result': () => ask('/requests', { ...json, prefer: 'wait=30' }, body),
  'POST /requests → 202': () => ask('/requests', json, body),
  'GET /requests/{id}': () => ask(location.slice('/api/v1'.length)),
  'GET /requests?limit=50': () => ask('/requests?limit=50'),
};

/** What was accepted and not waited for would be paid for by whoever comes next. */
async function settled() {
  for (;;) {
    const { open } = await (await fetch(`${hub}/api/v1/stats`)).json();
    if (Object.values(open).every((count) => count === 0)) return;
    await pause(20);
  }
}

/** Requests a second of one way, in `seconds`; who is under way at their end is counted with the time that he takes. */
async function rateOf(way) {
  await settled();
  const started = performance.now();
  const until = started + Number(values.seconds) * 1_000;
  let done = 0;
  const one = async () => {
    while (performance.now() < until) {
      await way();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return (done / (performance.now() - started)) * 1_000;
}

const reps = Number(values.reps);
const names = Object.keys(ways);
const rates = new Map(names.map((name) => [name, []]));
for (let rep = 0; rep <= reps; rep += 1) {
  // Nobody always comes after the same one, and what is kept grows for all of them.
  for (let at = 0; at < names.length; at += 1) {
    const name = names[(rep + at) % names.length];
    const rate = await rateOf(ways[name]);
    if (rep > 0) rates.get(name).push(rate);
  }
}
const median = (sorted) => (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
const socketRate = median(rates.get(names[0]).toSorted((one, other) => one - other));
console.log(`| | requests/s | × socket |\n|---|---:|---:|`);
for (const [name, all] of rates) {
  const sorted = all.toSorted((one, other) => one - other);
  const [least, middle, most] = [sorted[0], median(sorted), sorted.at(-1)].map(Math.round);
  console.log(`| ${name} | ${middle} (${least}–${most}) | ${(median(sorted) / socketRate).toFixed(2)} |`);
}
console.log(`\n${reps} repetitions of ${values.seconds} s each.`);
for (const one of [worker, socket]) one.close();
agent.destroy();
child.kill('SIGTERM');
