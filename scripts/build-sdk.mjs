// Builds @conduit/sdk for pages without a bundler: one file for a script tag, one for a module, into packages/sdk/dist/browser.
// Does nothing while nothing has changed.
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sdk = `${root}packages/sdk/`;
const target = `${sdk}dist/browser/`;
const built = ['conduit.js', 'conduit.js.map', 'conduit.mjs', 'conduit.mjs.map', 'licenses.md'];

/** No hub speaks it and the SDK never asks for it: some 700 bytes that no page needs. */
const noWebTransport = {
  name: 'no-webtransport',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source.endsWith('/webtransport.js') && importer?.includes('engine.io-client') ? '\0no-webtransport' : null,
  load: (id) => (id === '\0no-webtransport' ? 'export class WT {}' : null),
};

if (
  changedAt(sources()) >
  changedAt(
    built.map((name) => target + name),
    'oldest',
  )
)
  await buildSdk();

async function buildSdk() {
  const [{ build }, { noNodeModules }] = await Promise.all([import('vite'), import('./no-node-modules.mjs')]);
  const { version, license } = JSON.parse(readFileSync(`${sdk}package.json`, 'utf8'));
  const outputs = await build({
    configFile: false,
    root: sdk,
    logLevel: 'warn',
    plugins: [noNodeModules, noWebTransport],
    resolve: { conditions: ['conduit-src', 'module', 'browser', 'production'] },
    build: {
      // Only for the paths in the maps.
      outDir: target,
      write: false,
      sourcemap: true,
      // Every browser of the last two years.
      target: 'es2022',
      license: { fileName: 'licenses.md' },
      lib: { entry: 'src/index.ts', name: 'conduit', formats: ['iife', 'es'], fileName: fileNameOf },
      // Vite keeps the spaces of a module for whoever bundles it again; this one is for pages.
      rolldownOptions: {
        output: {
          minify: true,
          postBanner: `/*! @conduit/sdk ${version}, ${license}; what is inside: licenses.md, beside it */`,
        },
      },
    },
  });
  mkdirSync(target, { recursive: true });
  for (const file of outputs.flatMap(({ output }) => output))
    write(file.fileName, file.type === 'chunk' ? file.code : file.source);
}

function fileNameOf(format) {
  return format === 'es' ? 'conduit.mjs' : 'conduit.js';
}

/** Whole or not at all: tests and hubs read it while another process builds it. */
function write(name, content) {
  const temporary = `${target}.${name}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, target + name);
}

/** What goes into it: its own sources, and whatever decides on the versions of the rest. */
function sources() {
  const own = readdirSync(`${sdk}src`, { recursive: true }).map((name) => `${sdk}src/${name}`);
  const others = ['scripts/build-sdk.mjs', 'scripts/no-node-modules.mjs', 'packages/sdk/package.json', 'package-lock.json'];
  return [...own, ...others.map((name) => root + name)];
}

/** Milliseconds since 1970; 0 when a file is missing. */
function changedAt(paths, which = 'newest') {
  const times = paths.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return which === 'newest' ? Math.max(...times) : Math.min(...times);
}
