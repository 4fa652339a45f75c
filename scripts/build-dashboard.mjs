// Builds the dashboard into packages/hub/dist/dashboard, from where the hub serves it. Does nothing while nothing has changed.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dashboard = `${root}packages/dashboard/`;
const target = `${root}packages/hub/dist/dashboard/`;
const page = 'index.html';

const below = (folder) => readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`);
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = [
  ...below(`${dashboard}src`),
  ...below(`${root}packages/sdk/src`),
  ...['index.html', 'vite.config.ts', 'package.json'].map((name) => dashboard + name),
  `${root}scripts/build-dashboard.mjs`,
  `${root}package-lock.json`,
];

if (Math.max(...sources.map(changedAt)) > changedAt(target + page)) {
  const { build } = await import('vite');
  const { output } = await build({ root: dashboard, logLevel: 'warn', build: { write: false } });
  // The page comes last: whoever reads it finds all that it names. What it named before goes after that.
  const files = output.toSorted(({ fileName }) => (fileName === page ? 1 : -1));
  for (const file of files) write(file.fileName, file.type === 'chunk' ? file.code : file.source);
  const names = new Set(files.map(({ fileName }) => fileName));
  for (const name of readdirSync(`${target}assets`))
    if (!names.has(`assets/${name}`)) rmSync(`${target}assets/${name}`, { force: true });
}

/** Whole or not at all: tests and hubs read it while another process builds it. */
function write(name, content) {
  mkdirSync(`${target}assets`, { recursive: true });
  const temporary = `${target}.${name.replaceAll('/', '-')}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, target + name);
}
