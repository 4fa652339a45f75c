/** What is documented is what the help says: every command, every option, every exit code, and no other. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../support/command.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/cli.md', import.meta.url)), 'utf8');

/** What stands below a heading. */
function section(heading: string): string {
  const [, text = ''] = page.split(new RegExp(`^## ${heading}$`, 'm'));
  return text.split(/^## /m)[0] ?? '';
}

async function help(...command: string[]): Promise<string> {
  const { stdout, code } = await run([...command, '--help'], { env: { COLUMNS: '200' } });
  expect(code).toBe(0);
  return stdout;
}

/** The words that begin the lines of a list in a help. */
function listed(text: string, list: 'Commands' | 'Options' | 'Exit codes'): string[] {
  const [, after = ''] = text.split(`\n${list}:\n`);
  const [lines = ''] = after.split('\n\n');
  return lines.split('\n').flatMap((line) => /^ {2}(?:-\w, )?(--[a-z-]+(?: <[^>]+>)?|[a-z0-9]+)/.exec(line)?.[1] ?? []);
}

/** Of a command, and of the commands below it. */
async function optionsIn(...command: string[]): Promise<string[]> {
  const text = await help(...command);
  const below = listed(text, 'Commands').filter((one) => one !== 'help');
  const nested: string[] = [];
  for (const one of below) nested.push(...(await optionsIn(...command, one)));
  const options = listed(text, 'Options').filter((option) => option !== '--help');
  return [...new Set([...options, ...nested])];
}

function optionsOf(text: string): string[] {
  return [...text.matchAll(/^\| `(--[^`]+)` \|/gm)].map(([, option = '']) => option);
}

test('every command is documented with its options, and no other', async () => {
  const commands = listed(await help(), 'Commands').filter((command) => command !== 'help');
  const documented = [...page.matchAll(/^## conduit ([a-z ]+)$/gm)].map(([, command = '']) => command);
  expect(documented).toEqual(commands);
  const [overview = ''] = page.split('## ');
  expect([...overview.matchAll(/^\| \[`conduit ([a-z]+)`\]/gm)].map(([, command]) => command)).toEqual(commands);

  const common = optionsOf(section('Every command that speaks to a hub'));
  expect(common).toHaveLength(3);
  for (const command of commands) {
    const options = await optionsIn(command);
    const speaks = options.includes('--url <url>');
    const own = speaks ? options.filter((option) => !common.includes(option)) : options;
    expect(optionsOf(section(`conduit ${command}`)), command).toEqual(own);
    if (speaks) expect(options, command).toEqual(expect.arrayContaining(common));
  }
});

test('every exit code is documented as the help says it', async () => {
  const told = (await help()).split('\nExit codes:\n')[1]?.trimEnd().split('\n');
  const documented = [...section('Exit codes').matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(
    ([, code = '', meaning]) => `  ${code.padEnd(4)} ${meaning}`,
  );
  expect(told).toEqual(documented);
});
