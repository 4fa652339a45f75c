import { describe, expect, test } from 'vitest';
import { readArticle } from './article.ts';

const url = 'https://example.com/article';
const long = 'The sea rises and falls twice a day along most of the coasts of the world.';

function html(content: string): ReturnType<typeof readArticle> {
  return readArticle({ url, kind: 'html', content });
}

describe('a page of HTML', () => {
  test('gives its heading and its paragraphs, and nothing around them', () => {
    const article = html(`<title>Site</title><nav><p>${long} menu</p></nav><article><h1>Tides &amp; time</h1>
      <script>"${long}"</script><p>${long}<br>It&nbsp;never stops.</p><p>Share</p><table><td><p>${long} cell</p></td></table></article>
      <footer><p>${long} footer</p></footer>`);
    expect(article).toEqual({ url, title: 'Tides & time', paragraphs: [`${long} It never stops.`] });
  });

  test('with several articles gives the longest, not the teasers', () => {
    const article = html(
      `<article><h1>Teaser</h1><p>${long}</p></article><main><h1>It</h1><p>${long} A</p><p>${long} B</p></main>`,
    );
    expect(article).toMatchObject({ title: 'It', paragraphs: [`${long} A`, `${long} B`] });
  });

  test('reads a paragraph in a list once', () => {
    expect(html(`<ul><li><p>${long}</p></li></ul>`).paragraphs).toEqual([long]);
  });

  test('is named by its title, or by its address', () => {
    expect(html(`<title>From the head</title><p>${long}</p>`).title).toBe('From the head');
    expect(html(`<p>${long}</p>`).title).toBe(url);
  });

  test('without a single paragraph element gives the text that stands alone', () => {
    expect(html(`<div>${long}</div><div>Menu</div>`).paragraphs).toEqual([long]);
  });

  test('without paragraphs is not readable', () => {
    expect(() => html('<div id="root"></div><script src="app.js"></script>')).toThrow(
      expect.objectContaining({ code: 'not_readable' }),
    );
  });

  test.each([
    ['nested', `${'<div>'.repeat(200_000)}<p>${long}</p>`],
    ['never closed', `<p><b><i>${long}`.repeat(20_000)],
    ['of articles in articles', `<article><p>${long}</p>`.repeat(15_000)],
    ['of many paragraphs', `<p>${long}</p>`.repeat(20_000)],
    ['of one tag without an end', `<p ${'a="b" '.repeat(300_000)}`],
    ['of white space', `<p>${' \n'.repeat(900_000)}`],
  ])('that is %s does not hold up the worker', (_, content) => {
    const startedAt = performance.now();
    try {
      expect(html(content).paragraphs.join('').length).toBeLessThanOrEqual(120_000);
    } catch (error) {
      expect(error).toMatchObject({ code: 'not_readable' });
    }
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('a page of plain text', () => {
  test('has its title in the first line, and is no markup', () => {
    const content = `A <b>title</b>\n\n${long}\n${long}\n\n${long} <p>`;
    expect(readArticle({ url, kind: 'text', content })).toEqual({
      url,
      title: 'A <b>title</b>',
      paragraphs: [`${long} ${long}`, `${long} <p>`],
    });
  });
});
