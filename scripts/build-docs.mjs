// Builds the documentation into packages/hub/dist/docs, from where the hub serves it. Does nothing while nothing has changed.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const docs = `${root}docs`;
const dist = `${root}packages/hub/dist`;
const target = `${dist}/docs`;

const below = (folder) => readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`);
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sdk = below(`${root}packages/sdk/src`).filter((path) => path.endsWith('.ts') && !path.includes('.test.'));
const sources = [
  ...[docs, ...below(docs), ...sdk],
  ...['scripts/build-docs.mjs', 'packages/reference/write.mjs', 'node_modules/vitepress/package.json'].map((path) => root + path),
];

if (Math.max(...sources.map(changedAt)) > changedAt(`${target}/index.html`)) {
  const startedAt = performance.now();
  mkdirSync(dist, { recursive: true });
  // In a copy of its own: VitePress keeps what it is about beside its sources, and two of these may run at once.
  const work = mkdtempSync(`${dist}/.docs-`);
  try {
    await buildIn(work);
    putInPlace(`${work}/site`, `${work}/old`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const bytes = below(target).reduce((sum, path) => sum + (statSync(path).isFile() ? statSync(path).size : 0), 0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`the documentation: ${below(target).length} files, ${(bytes / 1024 ** 2).toFixed(1)} MiB, built in ${seconds} s`);
}

async function buildIn(work) {
  cpSync(docs, `${work}/docs`, { recursive: true });
  const { writeReference } = await import('@conduit/reference');
  await writeReference(`${work}/docs/reference`);
  const { build } = await import('vitepress');
  const { log } = console;
  // It draws its progress, also where nobody looks.
  console.log = () => undefined;
  try {
    await build(`${work}/docs`, { outDir: `${work}/site`, logLevel: 'warn' });
  } finally {
    console.log = log;
  }
}

/** Whole or not at all: tests and hubs read it while it is built. */
function putInPlace(built, old) {
  try {
    renameSync(target, old);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  try {
    renameSync(built, target);
  } catch (error) {
    // Another build was faster, from the same sources.
    if (error.code !== 'ENOTEMPTY') throw error;
  }
}
