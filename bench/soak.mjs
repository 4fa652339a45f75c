// Sends a million requests through one hub with its default retention, and watches what it weighs. `npm run soak -- --requests 1000000`
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '1000000' }, memory: { type: 'boolean', default: false } },
});
const total = Number(values.requests);
const dir = await mkdtemp(join(tmpdir(), 'conduit-soak-'));
const where = values.memory ? ['--memory'] : ['--data-dir', dir];
const conduit = fileURLToPath(new URL('../packages/hub/dist/cli/conduit.js', import.meta.url));
const hub = spawn(process.execPath, [conduit, 'start', '--port', '0', ...where, '--log-level', 'error'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise((resolve) => {
  let text = '';
  hub.stdout.on('data', (part) => {
    text += part;
    const found = /http:\/\/[\d.:]+/.exec(text);
    if (found !== null) resolve(found[0]);
  });
});

const connect = async () => {
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  await new Promise((resolve) => socket.on('connect', resolve));
  return socket;
};
const worker = await connect();
worker.on('request', ({ request_id }) => worker.emit('result', { request_id, result: { fine: true } }));
await worker.emitWithAck('register', { type: 'service', name: 'echo' });
const rssMiB = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${hub.pid}/status`, 'utf8'))[1]) / 1024;
const fileMiB = async () => {
  const sizes = await Promise.all(
    ['conduit.db', 'conduit.db-wal'].map(async (name) => (await stat(join(dir, name)).catch(() => ({ size: 0 }))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / 1024 / 1024;
};

let sent = 0;
let ended = 0;
const startedAt = performance.now();
console.log('requests, seconds, hub RSS MiB, data MiB');
await new Promise((resolve) => {
  for (let client = 0; client < 8; client += 1) {
    void connect().then((socket) => {
      const send = () => {
        if (sent === total) return;
        sent += 1;
        socket.emit('request', { to: 'echo', action: 'do', request_id: randomUUID(), payload: { n: sent } });
      };
      socket.on('result', async () => {
        ended += 1;
        if (ended % (total / 10) === 0) {
          const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
          console.log(`${ended}, ${seconds}, ${rssMiB().toFixed(0)}, ${(await fileMiB()).toFixed(0)}`);
        }
        if (ended === total) return resolve();
        send();
      });
      for (let count = 0; count < 16; count += 1) send();
    });
  }
});
hub.kill('SIGTERM');
await new Promise((resolve) => hub.on('exit', resolve));
await rm(dir, { recursive: true, force: true });
process.exit(0);
