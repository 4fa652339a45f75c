// Holds what pages load to its budget, as it travels: gzipped.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const budgets = [
  ['packages/sdk/dist/browser/conduit.js', 25_000],
  ['packages/sdk/dist/browser/conduit.mjs', 25_000],
];

for (const [path, budget] of budgets) {
  const { length } = gzipSync(readFileSync(new URL(`../${path}`, import.meta.url)), { level: 9 });
  if (length <= budget) continue;
  console.error(`${path} has ${length} bytes gzipped, ${length - budget} more than its budget of ${budget}`);
  process.exitCode = 1;
}
