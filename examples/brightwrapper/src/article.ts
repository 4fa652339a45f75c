/** Finds the readable text of a page: its title and its paragraphs, without menus, scripts and footers. */

import { parse } from 'node-html-parser';
import { Failure } from './failure.ts';
import type { Page } from './fetch-page.ts';

export interface Article {
  readonly url: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
}

/** Shorter ones are captions, buttons and lines of a menu. */
const shortestParagraph = 60;

export function readArticle({ url, html }: Page): Article {
  const document = parse(html, {
    comment: false,
    blockTextElements: { script: false, style: false, noscript: false, pre: true },
  });
  for (const noise of document.querySelectorAll('nav, footer, aside, form, header nav, svg, iframe')) noise.remove();
  const title = document.querySelector('h1')?.text ?? document.querySelector('title')?.text ?? url;
  const root = document.querySelector('article') ?? document.querySelector('main') ?? document;
  const blocks = root.querySelectorAll('p, li, blockquote');
  const texts = blocks.length > 0 ? blocks.map((block) => block.text) : root.text.split(/\n\s*\n/);
  const paragraphs = texts.map(tidy).filter((text) => text.length >= shortestParagraph);
  if (paragraphs.length === 0) throw new Failure('not_readable', `${url} has no paragraphs of text; is it made by a script?`);
  return { url, title: tidy(title), paragraphs };
}

function tidy(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
