/** No block of code in the documents stands there untried: each is run, compared or compiled, and every command in it exists. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aProgram } from '../python/python.ts';
import { closing } from '../support/closing.ts';
import { aFolderForTypeScript, blocksOf, complaintsOfCompiler } from '../support/programs.ts';
import { aTestHub } from '../support/sdk.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

/** What tries the blocks of a document, by their language: a test that reads the document, or one of the ways of this file. */
const tried: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'README.md': { js: 'test/documents/readme.test.ts', sh: 'test/documents/shell.test.ts' },
  'docs/cli.md': { sh: 'test/documents/shell.test.ts', text: 'test/documents/shell.test.ts' },
  'docs/conduit-local.md': { sh: 'test/documents/shell.test.ts' },
  'docs/configuration.md': { json: 'settings' },
  'docs/dashboard.md': { sh: 'test/documents/shell.test.ts', text: 'packages/dashboard/src/pages/requests/filters.test.ts' },
  'docs/dispatch.md': { js: 'test/dispatch/docs.test.ts', sh: 'test/dispatch/docs.test.ts' },
  'docs/errors.md': { ts: 'test/documents/reference.test.ts', text: 'test/documents/reference.test.ts' },
  'docs/guarantees.md': { ts: 'test/documents/reference.test.ts', python: 'test/documents/reference.test.ts' },
  'docs/http.md': { sh: 'test/documents/http.test.ts', text: 'test/documents/http.test.ts' },
  'docs/integration-guide.md': {
    ts: 'test/templates/guide.test.ts',
    tsx: 'test/templates/guide.test.ts',
    js: 'test/templates/guide.test.ts',
    python: 'test/templates/guide.test.ts',
    sh: 'test/templates/guide.test.ts',
  },
  'docs/operations.md': { sh: 'test/documents/shell.test.ts' },
  'docs/pools.md': { ts: 'test/documents/reference.test.ts' },
  // The first two are run here; the third is what the second section of the conformance suite does, the types are its seventh.
  'docs/protocol.md': { js: 'the examples', ts: 'shown' },
  'docs/python.md': { sh: 'test/python/docs.test.ts', python: 'test/python/docs.test.ts' },
  'docs/sdk-browser.md': {
    html: 'test/browser/sdk-guide.test.ts',
    js: 'test/browser/sdk-guide.test.ts',
    sh: 'test/browser/sdk-guide.test.ts',
  },
  'docs/sdk-react.md': { tsx: 'test/react/docs.test.ts' },
  'docs/sdk.md': { ts: 'test/documents/sdk.test.ts', text: 'test/documents/sdk.test.ts' },
  'docs/security.md': { sh: 'test/documents/shell.test.ts' },
  'docs/start.md': {
    ts: 'test/documents/start.test.ts',
    python: 'test/documents/start.test.ts',
    sh: 'test/documents/start.test.ts',
    text: 'test/documents/start.test.ts',
  },
};

/** Also of a fence that says more than its language. */
function languagesOf(path: string): string[] {
  return [...new Set([...read(path).matchAll(/^```(\S+)(?: .*)?\n/gm)].map(([, language = '']) => language))].sort();
}

test('every block of every document is tried by something that is there', () => {
  const found = documents.map((path) => [path, languagesOf(path)] as const).filter(([, languages]) => languages.length > 0);
  expect(found).toEqual(found.map(([path]) => [path, Object.keys(tried[path] ?? {}).sort()]));
  for (const [path, ways] of Object.entries(tried)) {
    for (const test of Object.values(ways).filter((way) => way.includes('/')))
      expect(read(test), test).toContain(path.split('/').at(-1));
  }
});

test('every fence says what it is', () => {
  for (const path of documents) {
    const fences = read(path).match(/^```.*$/gm) ?? [];
    for (const [at, fence] of fences.entries()) expect(/^```\S/.test(fence), `${path}: fence ${at}`).toBe(at % 2 === 0);
  }
});

/** The options of each command, as the page about them has them; that page is held to the help by a test of its own. */
function commandsOfPage(): Map<string, Set<string>> {
  const [, ...sections] = read('docs/cli.md').split(/^## /m);
  const optionsOf = (text: string): string[] => [...text.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, option = '']) => option);
  const common = optionsOf(sections.find((text) => text.startsWith('Every command')) ?? '');
  const commands = sections.flatMap((text) => {
    const name = /^conduit ([a-z]+)\n/.exec(text)?.[1];
    return name === undefined ? [] : [[name, new Set([...optionsOf(text), ...common, '--help'])] as const];
  });
  return new Map(commands);
}

test('every command of conduit in a document exists, with its options', () => {
  const commands = commandsOfPage();
  expect(commands.size).toBeGreaterThan(8);
  let seen = 0;
  for (const path of documents) {
    const blocks = [...read(path).matchAll(/^```sh.*\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
    for (const line of blocks.join('\n').replaceAll('\\\n', ' ').split('\n')) {
      // A value in quotes is nobody's option, and what follows a pipe is another program's.
      const plain = line.replaceAll(/'[^']*'/g, "''");
      const [, command, rest = ''] = /(?:^|\s)(?:conduit|run --rm hub) ([a-z]+)((?: [^\s|#&]+)*)/.exec(plain) ?? [];
      if (command === undefined) continue;
      seen += 1;
      expect([...commands.keys()], `${path}: ${line}`).toContain(command);
      const allowed =
        command === 'doctor'
          ? new Set([...(commands.get('start') ?? []), ...(commands.get('doctor') ?? [])])
          : commands.get(command);
      for (const [option] of rest.matchAll(/(?<= )--[a-z-]+/g)) expect(allowed, `${path}: ${line}`).toContain(option);
    }
  }
  expect(seen).toBeGreaterThan(30);
});

test('the file of settings is one that a hub takes', async () => {
  const { readConfig } = await import('../../packages/hub/src/config.ts');
  const dir = mkdtempSync(join(tmpdir(), 'conduit-settings-'));
  closing(() => rmSync(dir, { recursive: true }));
  const [{ text = '' } = {}] = blocksOf('docs/configuration.md');
  writeFileSync(join(dir, 'conduit.json'), text);
  expect(readConfig({ flags: {}, variables: {}, file: join(dir, 'conduit.json') })).toMatchObject(JSON.parse(text));
});

test('the example of the protocol is the one that the conformance suite sends', () => {
  const text = blocksOf('docs/protocol.md').find((block) => block.text.includes('brightwrapper'))?.text ?? '';
  const suite = read('test/conformance/2-the-example.test.ts');
  const said = [...text.matchAll(/socket\.(?:emit|on)\('(\w+)'/g)].map(([, name = '']) => name);
  expect(said).toEqual(['register', 'request', 'progress', 'task_result', 'result']);
  for (const name of said) expect(suite).toMatch(new RegExp(`socket\\.(?:emit|on)\\('${name}'`));
});

test('the client and the worker at the top of the protocol speak to each other', async () => {
  const hub = await aTestHub();
  const dir = mkdtempSync(join(tmpdir(), 'conduit-six-lines-'));
  closing(() => rmSync(dir, { recursive: true }));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  const [client = '', worker = ''] = blocksOf('docs/protocol.md').map(({ text }) =>
    text.replace('http://127.0.0.1:9100', hub.url),
  );
  const [asks, serves] = [client, worker].map((text, at) => {
    const path = join(dir, `${at}.mjs`);
    const ready = at === 0 ? '' : "socket.on('registered', () => console.log('registered'));";
    writeFileSync(path, `import { io } from 'socket.io-client';\n${text}${ready}`);
    return path;
  });
  const worked = aProgram(process.execPath, [serves ?? ''], {});
  await worked.printed('registered');
  await aProgram(process.execPath, [asks ?? ''], {}).printed(/[0-9a-f-]{36}\nYou said: Hello\n\{ words: 3 \}\n/);
});

test('the TypeScript of every page compiles', () => {
  const dir = aFolderForTypeScript();
  let written = 0;
  for (const path of ['docs/sdk.md', 'docs/start.md', 'docs/errors.md', 'docs/pools.md', 'docs/guarantees.md']) {
    for (const { language, text } of blocksOf(path)) {
      if (language !== 'ts') continue;
      written += 1;
      // One that has a name is imported by it; the others are programs of their own.
      const name = path === 'docs/sdk.md' ? /^\/\/ ([\w-]+\.ts)\n/.exec(text)?.[1] : undefined;
      writeFileSync(join(dir, name ?? `block-${written}.ts`), text);
    }
  }
  expect(written).toBeGreaterThan(7);
  expect(complaintsOfCompiler(dir)).toBe('');
}, 120_000);
