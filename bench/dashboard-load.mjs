// Keeps a hub busy for bench/dashboard.ts: so many idle connections, so many running requests, so many progress messages a second among them.
// `node dashboard-load.mjs URL CONNECTIONS RUNNING EVENTS_PER_SECOND LIFE_SECONDS`; prints `ready`, then once a second what it sent.
import { io } from 'socket.io-client';

const [url, connections, running, perSecond, lifeSeconds] = process.argv
  .slice(2)
  .map((text, at) => (at === 0 ? text : Number(text)));
/** Messages go out in as many portions a second: coarse enough to keep time, fine enough not to come in bursts. */
const portions = 50;
/** A session may have 1,000 open requests. */
const requesters = Math.ceil(running / 500);

const connected = async (options = {}) => {
  const socket = io(url, { transports: ['websocket'], forceNew: true, ...options });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  return socket;
};

for (let from = 0; from < connections; from += 100) {
  const some = Array.from({ length: Math.min(100, connections - from) }, async () => {
    const socket = await connected();
    await socket.emitWithAck('register', { type: 'client' });
  });
  await Promise.all(some);
}

const worker = await connected();
await worker.emitWithAck('register', { type: 'service', name: 'load', capacity: 10_000 });
const clients = await Promise.all(Array.from({ length: requesters }, () => connected()));
let next = 0;
const ask = () => {
  next += 1;
  clients[next % requesters].emit('request', { to: 'load', action: 'do', payload: {}, tags: [`user-${next % 50}`] });
};
for (const client of clients) client.on('result', ask);

const held = [];
worker.on('request', ({ request_id }) =>
  held.push({ request_id, sent: 0, endsAt: performance.now() + lifeSeconds * 1_000 * (0.5 + Math.random()) }),
);
for (let count = 0; count < running; count += 1) ask();
while (held.length < running) await new Promise((resolve) => setTimeout(resolve, 50));

let sent = 0;
let at = 0;
let owed = 0;
let lookedAt = performance.now();
setInterval(() => {
  const now = performance.now();
  // What a late timer missed is sent, unless it is much: then the machine is full, and the rate that is printed says so.
  owed = Math.min(owed + ((now - lookedAt) / 1_000) * perSecond, perSecond / 5);
  lookedAt = now;
  for (; owed >= 1 && held.length > 0; owed -= 1) {
    at = (at + 1) % held.length;
    const one = held[at];
    one.sent += 1;
    worker.emit('progress', { request_id: one.request_id, task_id: 'main', progress: (one.sent % 1_000) / 1_000 });
    sent += 1;
  }
  for (let index = held.length - 1; index >= 0; index -= 1) {
    if (held[index].endsAt > now) continue;
    worker.emit('result', { request_id: held[index].request_id, result: 'done' });
    held.splice(index, 1);
  }
}, 1_000 / portions);
console.log('ready');
setInterval(() => {
  console.log(JSON.stringify({ sent, running: held.length }));
  sent = 0;
}, 1_000);
