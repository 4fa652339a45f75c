// Tries @conduit/sdk and @conduit/hub as users install them: packed, in an empty project, with the registry for the rest.
// `node scripts/check-packages.mjs [path of another node …]`. The last line is `N passed, N failed, N skipped`.
import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const nodes = [process.execPath, ...process.argv.slice(2)];
/** None of these programs has anything to wait for. */
const patienceMs = 60_000;
/** The oldest that the hooks are for, and the newest. */
const reacts = [18, 19];
const counts = { passed: 0, failed: 0 };
const folder = await mkdtemp(join(tmpdir(), 'conduit-packages-'));
const project = join(folder, 'project');
const typescript = { 7: 'node_modules/typescript/bin/tsc', 5: 'node_modules/typescript-5/bin/tsc' };

try {
  const packed = await pack();
  for (const [name, path] of Object.entries(packed)) {
    await check(`${name}: publint`, () => run('npx', ['publint', 'run', '--strict', path], root));
    await check(`${name}: the types resolve`, () => run('npx', ['attw', '--profile', 'esm-only', path], root));
  }
  await install(Object.values(packed));
  const bundler = { module: 'esnext', moduleResolution: 'bundler' };
  await check('types, moduleResolution nodenext', () => compiles('types.ts', { module: 'nodenext' }));
  await check('types, moduleResolution bundler', () => compiles('types.ts', bundler, [7]));
  await check('types, a page', () => compiles('page-types.ts', { ...bundler, types: [], lib: ['es2023', 'dom'] }));
  await check('conduit init: a project on the release, which compiles', beginsProject);
  for (const node of nodes) await checkOn(node);
  for (const version of reacts) await checkReact(version, Object.values(packed));
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, 0 skipped\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;

/** @returns the tarball of each package by its name. */
async function pack() {
  const args = ['pack', '--json', '--pack-destination', folder, '-w', '@conduit/sdk', '-w', '@conduit/hub'];
  const listed = JSON.parse(await run('npm', args, root));
  for (const { name, files } of listed) {
    const stray = files.map(({ path }) => path).filter((path) => /\.test\.|\.contract\.|\/testing\//.test(path));
    await check(`${name}: carries no tests`, () => stray.length === 0 || fail(stray.join(', ')));
  }
  return Object.fromEntries(listed.map(({ name, filename }) => [name, join(folder, filename)]));
}

async function install(tarballs) {
  await installInto(project, [...tarballs, 'zod@4', '@types/node@20', 'typescript@7', 'typescript-5@npm:typescript@5.9']);
}

/** A project with the programs, and these packages. */
async function installInto(path, packages) {
  await cp(join(root, 'test/packages'), path, { recursive: true });
  await writeFile(join(path, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', '--silent', '--no-audit', '--no-fund', ...packages], path);
}

/** The hooks with the React of somebody who has that one. */
async function checkReact(version, tarballs) {
  const path = join(folder, `react-${version}`);
  const react = ['react', 'react-test-renderer', '@types/react'].map((name) => `${name}@${version}`);
  await installInto(path, [...tarballs, ...react, 'zod@4', 'typescript@7']);
  await check(`React ${version}: types`, async () => {
    const compilerOptions = { strict: true, noEmit: true, target: 'es2023', lib: ['es2023', 'dom'], jsx: 'react-jsx', types: [] };
    const bundler = { module: 'esnext', moduleResolution: 'bundler' };
    const config = { compilerOptions: { ...compilerOptions, ...bundler }, files: ['react-types.tsx'] };
    await writeFile(join(path, 'tsconfig.json'), JSON.stringify(config));
    await run(process.execPath, [typescript[7]], path);
  });
  await check(`React ${version}: a component, with the hub that \`conduit start\` runs`, async () => {
    const hub = await startHub(process.env);
    try {
      const printed = await run(process.execPath, ['react.mjs'], path, { ...process.env, CONDUIT_URL: hub.url });
      expectEqual(printed, `connected greeter completed Hello,  React ${version}\n`);
    } finally {
      await hub.stop();
    }
  });
}

/** With everything checked, our declarations and those of what they stand on too. */
async function compiles(file, compilerOptions, versions = Object.keys(typescript)) {
  const common = { strict: true, noEmit: true, target: 'es2023', types: ['node'] };
  await writeFile(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...common, ...compilerOptions }, files: [file] }),
  );
  for (const version of versions) await run(process.execPath, [typescript[version]], project);
}

/** Below the empty project, whose packages it finds. */
async function beginsProject() {
  await run(join(project, 'node_modules/.bin/conduit'), ['init', 'begun'], project);
  const { version } = JSON.parse(await readFile(join(project, 'node_modules/@conduit/sdk/package.json'), 'utf8'));
  const { dependencies } = JSON.parse(await readFile(join(project, 'begun/package.json'), 'utf8'));
  expectEqual(dependencies['@conduit/sdk'], `^${version}`);
  await run(process.execPath, [typescript[7], '--project', 'begun'], project);
}

async function checkOn(node) {
  const version = (await run(node, ['--version'], project)).trim();
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, CONDUIT_URL: '' };
  await check(`${version}: by require, with a hub of its own`, async () => {
    const printed = await run(node, ['require.cjs'], project, env);
    expectEqual(printed, 'Hello, require!\ntrue\n200 text/javascript; charset=utf-8\n200 text/html; charset=utf-8\n');
  });
  await check(`${version}: by import, with the hub that \`conduit start\` runs`, async () => {
    const hub = await startHub(env);
    try {
      expectEqual(await run(node, ['import.mjs'], project, { ...env, CONDUIT_URL: hub.url }), 'Hello, import!\ntrue\n');
    } finally {
      await hub.stop();
    }
  });
}

/** By its bin, which takes the node that the path names first. Resolves once it says where it listens. */
async function startHub(env) {
  const child = spawn(join(project, 'node_modules/.bin/conduit'), ['start', '--memory', '--port', '0'], { cwd: project, env });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  let printed = '';
  child.stderr.on('data', (data) => {
    printed += data;
  });
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      printed += data;
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
      if (found !== undefined) resolve(found);
    });
    void closed.then((code) => reject(new Error(`conduit start ended with code ${code}: ${printed}`)));
    child.once('error', reject);
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      const code = await closed;
      clearTimeout(patience);
      if (code !== 0) fail(`conduit start ended with code ${code}: ${printed}`);
    },
  };
}

async function check(name, what) {
  const startedAt = performance.now();
  try {
    await what();
    counts.passed += 1;
    process.stdout.write(`passed ${name} (${Math.round(performance.now() - startedAt)} ms)\n`);
  } catch (error) {
    counts.failed += 1;
    process.stdout.write(`FAILED ${name}\n${error.message}\n`);
  }
}

/** @returns what it printed; rejects with all of that when it ends badly, or does not end. */
async function run(program, args, cwd, env = process.env) {
  try {
    return (await promisify(execFile)(program, args, { cwd, env, timeout: patienceMs, maxBuffer: 16 * 1024 * 1024 })).stdout;
  } catch (error) {
    const how = error.killed ? `did not end in ${patienceMs} ms` : `ended with code ${error.code}`;
    return fail(`${program} ${args.join(' ')} ${how}:\n${error.stdout}${error.stderr}`);
  }
}

function expectEqual(printed, expected) {
  if (printed !== expected) fail(`it printed ${JSON.stringify(printed)}, not ${JSON.stringify(expected)}`);
}

function fail(sentence) {
  throw new Error(sentence);
}
