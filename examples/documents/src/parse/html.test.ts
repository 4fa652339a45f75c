import { describe, expect, test } from 'vitest';
import { decodeHtml } from './charset.ts';
import { readHtml } from './html.ts';
import { kindOf } from './kind.ts';

function texts(html: string): string[] {
  return readHtml(html).blocks.map((block) => (block.kind === 'table' ? JSON.stringify(block.rows) : block.text));
}

describe('a page', () => {
  test('gives headings with their levels, and text with or without paragraphs', () => {
    expect(readHtml('<h2>A &amp; B</h2>loose<p>one<br>two &nbsp; three</p><div>four</div>').blocks).toEqual([
      { kind: 'heading', level: 2, text: 'A & B', page: 1 },
      { kind: 'paragraph', text: 'loose', page: 1 },
      { kind: 'paragraph', text: 'one two three', page: 1 },
      { kind: 'paragraph', text: 'four', page: 1 },
    ]);
  });

  test('gives nothing of menus, programs, and what is hidden', () => {
    const html =
      '<nav><p>menu</p></nav><script>"<p>no</p>"</script><p hidden>no</p><p>yes<b aria-hidden="true">no</b></p><footer>no</footer>';
    expect(texts(html)).toEqual(['yes']);
  });

  test('with a main part gives only that', () => {
    expect(texts('<header>Site</header><main><p>text</p></main><div>ads</div>')).toEqual(['text']);
  });

  test('is named by its first heading, or by its title', () => {
    expect(readHtml('<title>T</title><p>x').title).toBe('T');
    expect(readHtml('<title>T</title><h1>H</h1>').title).toBe('H');
  });

  test('gives links that lead somewhere, each once', () => {
    const html =
      '<a href="/x">1</a><a href="/x">2</a><a href="#top">3</a><a href="javascript:alert(1)">4</a><a href="mailto:a@b.example">5</a>';
    expect([...readHtml(html, 'https://a.example/b/c').links]).toEqual(['https://a.example/x', 'mailto:a@b.example']);
    expect(readHtml(html).links).toEqual(['mailto:a@b.example']);
  });
});

describe('a table', () => {
  test('has its rows, short ones filled up', () => {
    expect(texts('<table><tr><th>A<th>B<tr><td> 1 </td></tr></table>')).toEqual(['[["A","B"],["1",""]]']);
  });

  test('within a cell is part of its text', () => {
    const inner = '<table><tr><td>x</td><td>y</td></tr></table>';
    expect(texts(`<table><tr><td>a</td><td>${inner}</td></tr><tr><td>c</td><td>d</td></tr></table>`)).toEqual([
      '[["a","x y"],["c","d"]]',
    ]);
  });

  test('of one column is a layout, and its text is text', () => {
    expect(texts('<table><tr><td>one</td></tr><tr><td>two</td></tr></table>')).toEqual(['one', 'two']);
  });

  test('that is never closed loses none of its text', () => {
    expect(texts('<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d')).toEqual(['[["a","b"],["c","d"]]']);
  });
});

describe('bytes', () => {
  test.each([
    ['its sender', Buffer.from('<p>caf\u00e9', 'latin1'), 'text/html; charset=iso-8859-1'],
    ['the page', Buffer.from('<meta charset="iso-8859-1"><p>caf\u00e9', 'latin1'), undefined],
    ['nobody', Buffer.from('<p>café'), undefined],
    ['somebody who can not spell', Buffer.from('<p>café'), 'text/html; charset=utf-ate'],
    ['its first bytes', Buffer.from('\ufeff<p>café', 'utf16le'), 'text/html; charset=utf-8'],
  ])('are text in the charset that %s names', (_, bytes, told) => {
    expect(kindOf(bytes)).toBe('html');
    expect(texts(decodeHtml(bytes, told))).toContain('café');
  });
});

test('a page that speaks of PDFs is none, and a PDF in an envelope is one', () => {
  expect(kindOf(Buffer.from('<!doctype html><title>What %PDF-1.7 means</title>'))).toBe('html');
  expect(kindOf(Buffer.from('Content-Type: application/pdf\r\n\r\n%PDF-1.7'))).toBe('pdf');
});

describe('a page that means harm', () => {
  test.each([
    ['never closes', '<p><b><i>text'.repeat(600)],
    ['is one tag without an end', `<p ${'a="b" '.repeat(300_000)}`],
    ['is white space', `<p>${' \n'.repeat(900_000)}`],
    ['opens many tables', '<table><tr><td>'.repeat(600)],
    ['closes what it never opened', '</table></td></tr></main></p>'.repeat(60_000)],
    ['links everywhere', '<a href="https://a.example/?q=1">x</a>'.repeat(60_000)],
  ])('and %s is read in time', (_, html) => {
    const startedAt = performance.now();
    readHtml(html);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});
