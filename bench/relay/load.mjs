// Keeps so many requests in flight for some time, and says how many ended. `node load.mjs URL INFLIGHT SECONDS PID`
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { io } from 'socket.io-client';

const [url, inFlight, seconds, pid] = process.argv.slice(2);
const connections = Math.min(16, Number(inFlight));
const payload = { text: 'x'.repeat(80) };
const sentAt = new Map();
const latencies = [];
let ended = 0;
let messages = 0;
let isOver = false;

const sockets = await Promise.all(
  Array.from({ length: connections }, async () => {
    const socket = io(url, { transports: ['websocket'], forceNew: true });
    await new Promise((resolve) => socket.on('connect', () => socket.emit('register', { type: 'client' }, resolve)));
    const send = () => {
      const request_id = randomUUID();
      sentAt.set(request_id, performance.now());
      socket.emit('request', { to: 'echo', action: 'do', request_id, payload });
    };
    socket.on('progress', () => {
      messages += 1;
    });
    socket.on('result', ({ request_id, result }) => {
      if (result.text.length !== 80) throw new Error('the echo is wrong');
      latencies.push(performance.now() - sentAt.get(request_id));
      sentAt.delete(request_id);
      ended += 1;
      messages += 1;
      if (!isOver) send();
    });
    return { socket, send };
  }),
);
const cpuMs = () => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};
for (let count = 0; count < Number(inFlight); count += 1) sockets[count % connections].send();
await new Promise((resolve) => setTimeout(resolve, 500));
const before = { ended, messages, cpu: cpuMs(), at: performance.now() };
latencies.length = 0;
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));
const span = (performance.now() - before.at) / 1_000;
const requests = ended - before.ended;
const cpu = cpuMs() - before.cpu;
latencies.sort((one, other) => one - other);
isOver = true;
console.log(
  JSON.stringify({
    requestsPerSecond: requests / span,
    messagesPerSecond: (messages - before.messages) / span,
    hubMicrosPerRequest: (cpu * 1_000) / requests,
    hubMicrosPerMessage: (cpu * 1_000) / (messages - before.messages),
    p50Ms: latencies[Math.floor(latencies.length / 2)],
    p99Ms: latencies[Math.floor(latencies.length * 0.99)],
  }),
);
process.exit(0);
