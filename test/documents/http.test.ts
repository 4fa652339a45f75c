/** The document of the HTTP API says what is so: each of its commands is run against a hub and a worker, and answers as it says there. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { aChild } from '../support/child.ts';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';

const path = (from: string): string => fileURLToPath(new URL(from, import.meta.url));
const brightwrapper = path('../../examples/brightwrapper/src/main.ts');
const end = '\u001f';

interface Step {
  readonly command: string;
  /** What it prints; `…` is anything. */
  readonly prints: string;
}

/** The blocks of shell, each with the text that follows it. */
function stepsOf(document: string): Step[] {
  const blocks = [...document.matchAll(/^```(sh|text)\n(.*?)^```$/gms)].map(([, kind, text]) => ({ kind, text: text ?? '' }));
  return blocks.flatMap(({ kind, text }, at) => {
    if (kind !== 'sh') return [];
    const next = blocks[at + 1];
    return [{ command: text, prints: next?.kind === 'text' ? next.text : '' }];
  });
}

function patternOf(prints: string): RegExp {
  const parts = prints.trim().split('…');
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*')}$`);
}

test('the whole life of a request, by curl alone', async () => {
  const hub = await aHubProcess();
  const args = ['--import', 'tsx', '--conditions=conduit-src', brightwrapper];
  await aChild('env', [`CONDUIT_URL=${hub.url}`, process.execPath, ...args], 'brightwrapper serves');
  const folder = mkdtempSync(join(tmpdir(), 'conduit-curl-'));
  closing(() => rmSync(folder, { recursive: true }));
  const steps = stepsOf(readFileSync(path('../../docs/http.md'), 'utf8').replaceAll('http://127.0.0.1:9100', hub.url));
  expect(steps.length).toBeGreaterThan(12);
  const script = steps.map(({ command }) => `${command}\nprintf '${end}'\n`).join('');
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  expect(stderr).toBe('');
  const printed = stdout.split(end);
  for (const [at, { command, prints }] of steps.entries()) {
    expect(printed[at]?.trim(), command).toMatch(patternOf(prints));
  }
});
