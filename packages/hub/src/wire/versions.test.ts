import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { installedParts, refuseOldParts } from './versions.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A program whose packages have these versions. */
function aProgram(versions: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'conduit-versions-'));
  folders.push(root);
  const installed = { 'socket.io': '4.8.4', 'engine.io': '6.6.10', 'socket.io-parser': '4.2.7', ws: '8.23.0', ...versions };
  for (const [name, version] of Object.entries(installed)) {
    const folder = join(root, 'node_modules', name);
    mkdirSync(join(folder, 'build'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, main: './build/index.js' }));
    writeFileSync(join(folder, 'build', 'package.json'), '{"type":"commonjs"}');
    writeFileSync(join(folder, 'build', 'index.js'), '');
  }
  return join(root, 'program.js');
}

test('what is installed here is new enough', () => {
  expect(installedParts().map(({ name, isSafe }) => [name, isSafe])).toEqual([
    ['engine.io', true],
    ['socket.io-parser', true],
    ['ws', true],
  ]);
});

test.each([
  ['ws', '8.22.9'],
  ['engine.io', '6.6.9'],
  ['engine.io', '5.9.20'],
  ['socket.io-parser', '4.2.7-rc.1'],
])('%s %s keeps a hub from starting, and the sentence says what to install', (name, version) => {
  expect(() => refuseOldParts(aProgram({ [name]: version }))).toThrow(`${name} ${version} is installed, and older ones`);
  expect(() => refuseOldParts(aProgram({ [name]: version }))).toThrow(`npm install ${name}@^`);
});

test('the oldest safe versions and newer ones are taken', () => {
  refuseOldParts(aProgram({}));
  refuseOldParts(aProgram({ ws: '9.0.0', 'engine.io': '6.10.0', 'socket.io-parser': '4.3.0-rc.1' }));
});
