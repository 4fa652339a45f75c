// Measures the hub beside a bare relay, interleaved: `npm run bench` (`-- --reps 5 --seconds 3`). Prints a table of medians.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { reps: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' } } });
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const conduit = here('../../packages/hub/dist/cli/conduit.js');
const hubs = {
  relay: () => [here('relay.mjs')],
  memory: () => [conduit, 'start', '--port', '0', '--memory', '--progress-interval', '0', '--log-level', 'error'],
  process: (dir) => [conduit, 'start', '--port', '0', '--data-dir', dir, '--progress-interval', '0', '--log-level', 'error'],
  power: (dir) => [
    conduit,
    'start',
    '--port',
    '0',
    '--data-dir',
    dir,
    '--durability',
    'power',
    '--progress-interval',
    '0',
    '--log-level',
    'error',
  ],
};
const workloads = [
  { name: 'request → result, 1 in flight', inFlight: 1, progress: 0 },
  { name: 'request → result, 64 in flight', inFlight: 64, progress: 0 },
  { name: 'request → 20 progress → result, 64 in flight', inFlight: 64, progress: 20 },
];

async function started(args, pattern) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const part of child.stdout) {
    text += part;
    const found = pattern.exec(text);
    if (found !== null) {
      child.stdout.resume();
      return { child, found: found[0] };
    }
  }
  throw new Error(`${args.join(' ')} ended early: ${text}`);
}

async function once(hub, { inFlight, progress }) {
  const dir = await mkdtemp(join(tmpdir(), 'conduit-bench-'));
  const server = await started(hubs[hub](dir), /http:\/\/[\d.:]+/);
  const worker = await started([here('worker.mjs'), server.found, String(progress)], /ready/);
  try {
    const load = await started(
      [here('load.mjs'), server.found, String(inFlight), values.seconds, String(server.child.pid)],
      /\{.*\}/,
    );
    return JSON.parse(load.found);
  } finally {
    worker.child.kill('SIGKILL');
    server.child.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  }
}

const median = (numbers) => [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
const spread = (numbers, digits) => {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return `${median(numbers).toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
};

for (const workload of workloads) {
  const results = Object.fromEntries(Object.keys(hubs).map((hub) => [hub, []]));
  for (let rep = 0; rep < Number(values.reps); rep += 1) {
    for (const hub of Object.keys(hubs)) results[hub].push(await once(hub, workload));
  }
  console.log(
    `\n**${workload.name}**\n\n| hub | requests/s | × relay | messages/s | hub CPU µs/request | × relay | µs/message | p50 ms | p99 ms |`,
  );
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|');
  const of = (hub, key) => results[hub].map((result) => result[key]);
  const ratio = (hub, key) => (median(of(hub, key)) / median(of('relay', key))).toFixed(2);
  for (const hub of Object.keys(hubs)) {
    const cells = [
      spread(of(hub, 'requestsPerSecond'), 0),
      ratio(hub, 'requestsPerSecond'),
      median(of(hub, 'messagesPerSecond')).toFixed(0),
      spread(of(hub, 'hubMicrosPerRequest'), 0),
      ratio(hub, 'hubMicrosPerRequest'),
      median(of(hub, 'hubMicrosPerMessage')).toFixed(1),
      median(of(hub, 'p50Ms')).toFixed(2),
      median(of(hub, 'p99Ms')).toFixed(1),
    ];
    console.log(`| ${hub} | ${cells.join(' | ')} |`);
  }
}
process.exit(0);
