// Requests a second over HTTP beside those over a socket, on the same hub with the same worker: `npm run build && node bench/http.mjs`.
// Hub, worker and load share the machine; the ways are taken in turn (`--reps 5 --seconds 3`), figures are medians, with the smallest and largest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';

const { values } = parseArgs({ options: { reps: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' } } });
const port = 9_487;
const hub = `http://127.0.0.1:${port}`;
const body = JSON.stringify({ to: 'echo', action: 'say', payload: { text: 'x'.repeat(80) } });
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
    const { request_id } = await socket.emitWithAck('request', JSON.parse(body));
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

const rates = new Map(Object.keys(ways).map((name) => [name, []]));
for (let rep = 0; rep < Number(values.reps); rep += 1) {
  for (const [name, once_] of Object.entries(ways)) {
    const until = performance.now() + Number(values.seconds) * 1_000;
    let done = 0;
    const one = async () => {
      while (performance.now() < until) {
        await once_();
        done += 1;
      }
    };
    const started = performance.now();
    await Promise.all(Array.from({ length: inFlight }, one));
    rates.get(name).push((done / (performance.now() - started)) * 1_000);
  }
}
for (const [name, all] of rates) {
  const [least, middle, most] = [0, all.length >> 1, all.length - 1].map((at) =>
    Math.round(all.toSorted((one, other) => one - other)[at]),
  );
  console.log(`| ${name} | ${middle} (${least}–${most}) |`);
}
for (const one of [worker, socket]) one.close();
agent.destroy();
child.kill('SIGTERM');
