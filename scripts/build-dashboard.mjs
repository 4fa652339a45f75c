// Builds the dashboard into packages/hub/dist/dashboard, from where the hub serves it. Does nothing while nothing has changed.
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dashboard = `${root}packages/dashboard/`;
const built = `${root}packages/hub/dist/dashboard/index.html`;

const below = (folder) => readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`);
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = [
  ...below(`${dashboard}src`),
  ...below(`${root}packages/sdk/src`),
  ...['index.html', 'vite.config.ts', 'package.json'].map((name) => dashboard + name),
  `${root}package-lock.json`,
];

if (Math.max(...sources.map(changedAt)) > changedAt(built)) {
  const { build } = await import('vite');
  await build({ root: dashboard, logLevel: 'warn' });
}
