// Holds what pages load to its budget, as it travels: gzipped.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const built = new URL('../packages/hub/dist/dashboard/', import.meta.url);
const dashboard = ['index.html', ...readdirSync(new URL('assets/', built)).map((name) => `assets/${name}`)].map(
  (name) => `packages/hub/dist/dashboard/${name}`,
);
const page = read(dashboard[0]);
/** What the page names is loaded at once; the rest when somebody looks at what needs it. */
const firstView = dashboard.filter((path, index) => index === 0 || page.includes(path.split('/').at(-1)));

const budgets = [
  ['the SDK by a script tag', ['packages/sdk/dist/browser/conduit.js'], 25_000],
  ['the SDK as a module', ['packages/sdk/dist/browser/conduit.mjs'], 25_000],
  ['the first view of the dashboard', firstView, 200_000],
  ['all of the dashboard', dashboard, 260_000],
];

for (const [what, paths, budget] of budgets) {
  const bytes = paths.reduce((sum, path) => sum + gzipSync(read(path), { level: 9 }).length, 0);
  if (bytes <= budget) continue;
  console.error(`${what} has ${bytes} bytes gzipped, ${bytes - budget} more than its budget of ${budget}: ${paths.join(', ')}`);
  process.exitCode = 1;
}

function read(path) {
  return readFileSync(new URL(`../${path}`, import.meta.url));
}
