/** The examples in the SDK's own comments: each is a program that compiles, and runs at a hub. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aFolderForTypeScript, aProgram, complaintsOfCompiler } from '../support/programs.ts';
import { aProvider, aTestHub } from '../support/sdk.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Example {
  readonly name: string;
  readonly text: string;
}

function examplesOf(path: string): readonly Example[] {
  const source = readFileSync(join(root, path), 'utf8');
  const blocks = [...source.matchAll(/@example\n\s*\* ```ts\n(.*?)\n\s*\* ```/gs)];
  return blocks.map(([, block = ''], at) => ({
    name: `${path.replaceAll(/[/.]/g, '-')}-${at + 1}`,
    text: block.replaceAll(/^\s*\* ?/gm, '').replaceAll('https://hub.example.org', '$HUB'),
  }));
}

/** What an example takes for granted stands before it: what it does not declare itself. */
const given: Readonly<Record<string, string>> = {
  conduit: 'await connect()',
  images:
    "defineService('images', { resize: action({ input: z.object({ url: z.url(), width: z.int() }), output: z.object({ url: z.string() }) }) })",
  text: "'a text that is to be summarized'",
  url: "'https://example.com/a'",
  readToken: "(): string => 'a token'",
};

function programOf({ text }: Example, hub: string): string {
  const isUsed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(text.replaceAll(/\b\w+: /g, ''));
  const isDeclared = (name: string): boolean =>
    new RegExp(`const ${name}\\b|\\(\\{ ${name}\\b`).test(text) && !text.includes(`{ ${name} }`);
  const names = Object.keys(given).filter((name) => isUsed(name) && !isDeclared(name));
  // One that only throws is a part of a handler; one that watches goes on until its connection is closed.
  const body = text.startsWith('throw') ? `export const handler = (): never => { ${text} };` : text.replace('$HUB', hub);
  const watches = text.includes('watchServices');
  return `
import assert from 'node:assert/strict';
import { createTestHub } from '@conduit/hub/testing';
import { action, connect, defineService, isConduitError, ServiceError, serve } from '@conduit/sdk';
import { openTelemetry } from '@conduit/sdk/opentelemetry';
import { z } from 'zod';
export const known = [assert, openTelemetry, createTestHub, action, connect, defineService, isConduitError, ServiceError, serve, z];
${names.map((name) => `const ${name} = ${given[name]};`).join('\n')}
${watches ? "const log = console.log; console.log = (...said) => { log(...said); conduit.close(); };\nprocess.once('uncaughtException', (error) => process.exit(isConduitError(error, 'closed') ? 0 : 1));" : ''}
${body}
process.exit(0);
`;
}

test('each example compiles, and runs to its end', async () => {
  const hub = await aTestHub();
  await aProvider(hub.url, { resize: () => ({ url: 'https://example.com/small.png' }) }, { service: 'images' });
  await aProvider(hub.url, { summarize: () => 'short' }, { service: 'summarizer' });
  const dir = aFolderForTypeScript();
  const sdk = readdirSync(join(root, 'packages/sdk/src'), { recursive: true, encoding: 'utf8' });
  const sources = [
    ...sdk.filter((name) => name.endsWith('.ts')).map((name) => `packages/sdk/src/${name}`),
    'packages/hub/src/test-hub.ts',
  ];
  const examples = sources.flatMap(examplesOf);
  expect(examples.length).toBeGreaterThanOrEqual(9);
  for (const example of examples) writeFileSync(join(dir, `${example.name}.ts`), programOf(example, hub.url));
  expect(complaintsOfCompiler(dir)).toBe('');
  const env = { CONDUIT_URL: hub.url };
  await Promise.all(examples.map(async ({ name }) => await aProgram(join(dir, `${name}.ts`), env).printed));
});
