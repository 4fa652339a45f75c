/** `npm run simulate`: many seeds, or one again (`--seed N`), or one with every message printed (`--seed N --trace`). */

import { parseArgs } from 'node:util';
import { type Plant, plants } from './plants.ts';
import { run } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    plant: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
const plant = plants.find((name) => name === values.plant);
if (values.plant !== undefined && plant === undefined) throw new Error(`--plant takes one of ${plants.join(', ')}`);
const options: { plant?: Plant; isTraced: boolean } = { ...(plant === undefined ? {} : { plant }), isTraced: values.trace };
const seeds = values.seed === undefined ? Array.from({ length: Number(values.seeds) }, (_, at) => at + 1) : [Number(values.seed)];

let failed = 0;
let requests = 0;
const startedAt = performance.now();
for (const seed of seeds) {
  const outcome = run(seed, options);
  requests += outcome.requests;
  if (outcome.violations.length === 0) continue;
  failed += 1;
  process.stdout.write(
    `seed ${seed}: ${outcome.violations.length} violations, the first: ${outcome.violations[0]}\n  again with: npm run simulate -- --seed ${seed}\n`,
  );
  if (failed >= 10) break;
}
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
process.stdout.write(`${seeds.length} seeds, ${requests} requests, ${seconds} s\n`);
process.stdout.write(`${seeds.length - failed} passed, ${failed} failed, 0 skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
