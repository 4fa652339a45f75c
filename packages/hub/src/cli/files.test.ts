import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SavedFile, saveBinaries, sizeText } from './files.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'conduit-files-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const png = Buffer.from('89504e470d0a1a0a', 'hex');

async function save(value: unknown, name = 'result'): Promise<unknown> {
  const saved: SavedFile[] = [];
  const noted = await saveBinaries(value, { dir, name }, saved);
  return JSON.parse(JSON.stringify(noted).replaceAll(`${dir}/`, ''));
}

test('binary parts anywhere become files, and the value says where', async () => {
  const value = { title: 'tides', pictures: [png, png], more: { cover: { mime: 'image/png', bytes: png, width: 3 } } };
  expect(await save(value)).toEqual({
    title: 'tides',
    pictures: ['<binary 8 B → result-pictures-1.png>', '<binary 8 B → result-pictures-2.png>'],
    more: { cover: { mime: 'image/png', bytes: '<binary 8 B → result-more-cover.png>', width: 3 } },
  });
  expect(readFileSync(join(dir, 'result-pictures-2.png'))).toEqual(png);
});

test('the first bytes tell the ending, then the media type, then nothing', async () => {
  const bytes = (text: string) => Buffer.from(text, 'latin1');
  await save(bytes('RIFF....WEBPVP8 '), 'a');
  await save({ content_type: 'text/csv; charset=utf-8', data: bytes('1,2') }, 'b');
  await save({ mime: 'image/svg+xml', data: bytes('  <svg/>') }, 'c');
  await save({ type: 'application/octet-stream', data: bytes('?') }, 'd');
  await save(bytes('<svg xmlns=""/>'), 'e');
  await save({ type: '../../x', data: bytes('?') }, 'f');
  expect(readdirSync(dir).sort()).toEqual(['a.webp', 'b.csv', 'c.svg', 'd.bin', 'e.svg', 'f.bin']);
});

test('nothing is overwritten, through a link neither', async () => {
  writeFileSync(join(dir, 'draw.png'), 'mine');
  symlinkSync(join(dir, 'elsewhere'), join(dir, 'draw-2.png'));
  expect(await save(png, 'draw')).toBe('<binary 8 B → draw-3.png>');
  expect(readFileSync(join(dir, 'draw.png'), 'utf8')).toBe('mine');
  expect(readdirSync(dir).sort()).toEqual(['draw-2.png', 'draw-3.png', 'draw.png']);
});

test('a name leads nowhere else', async () => {
  for (const name of ['../../etc/passwd', '/etc/passwd', '.bashrc', 'a:b', '…', '-rf']) await save(png, name);
  expect(readdirSync(dir).sort()).toEqual([
    'a-b.png',
    'bashrc.png',
    'etc-passwd-2.png',
    'etc-passwd.png',
    'result.png',
    'rf.png',
  ]);
});

test('sizes are told as people say them', () => {
  expect([12, 12_345, 1_234_567].map(sizeText)).toEqual(['12 B', '12 kB', '1.2 MB']);
});
