/** Finds the readable text of a page: its title and its paragraphs, without menus, scripts, tables and footers. */

import { type HTMLElement, parse } from 'node-html-parser';
import { Failure } from './failure.ts';
import type { Page } from './fetch-page.ts';

export interface Article {
  readonly url: string;
  readonly title: string;
  readonly paragraphs: readonly string[];
}

/** Shorter ones are captions, buttons and lines of a menu. */
const shortestParagraph = 60;
/** Some thirty pages of a book: what follows changes no picture, and would only take time. */
const mostCharacters = 120_000;
const longestTitle = 160;

const noise = [
  ...['nav', 'footer', 'aside', 'form', 'button', 'dialog', 'table', 'figure', 'svg', 'iframe', 'template', 'noscript'],
  ...['script', 'style', '[hidden]', '[aria-hidden="true"]', '[role="navigation"]', 'sup.reference', '.mw-editsection'],
].join(',');
const blocks = 'p, li, blockquote, dd';

/** Throws `not_readable` for a page without text. */
export function readArticle(page: Page): Article {
  const { title, texts } = page.kind === 'html' ? readHtml(page) : readPlain(page.content);
  const paragraphs = bounded(texts.map(tidy).filter((text) => text.length >= shortestParagraph));
  if (paragraphs.length === 0) {
    throw new Failure('not_readable', `${page.url} has no paragraphs of text; is it made by a script, or behind a login?`);
  }
  return { url: page.url, title: tidy(title).slice(0, longestTitle) || page.url, paragraphs };
}

interface Readable {
  readonly title: string;
  readonly texts: readonly string[];
}

function readHtml({ url, content }: Page): Readable {
  try {
    const document = parse(content, {
      comment: false,
      blockTextElements: { script: false, style: false, noscript: false, pre: true },
    });
    const named = document.querySelector('meta[property="og:title"]')?.getAttribute('content');
    const titled = named ?? document.querySelector('title')?.text ?? '';
    for (const element of document.querySelectorAll(noise)) element.remove();
    for (const element of document.querySelectorAll('br')) element.replaceWith(' ');
    const root = rootOf(document);
    const title = (root.querySelector('h1') ?? document.querySelector('h1'))?.text ?? titled;
    const texts = textsOf(root);
    return { title, texts: texts.length > 0 ? texts : root.text.split(/\n\s*\n/) };
  } catch (error) {
    // The parser walks elements recursively: some ten thousand inside each other are no page that anybody wrote.
    if (error instanceof RangeError) throw new Failure('not_readable', `${url} is nested too deeply to be a page of text`);
    throw error;
  }
}

/** The element with the article: of several, lists of teasers for example, the one with the most text. */
function rootOf(document: HTMLElement): HTMLElement {
  const candidates = document.querySelectorAll('article, main, [role="main"]');
  const sizes = candidates.map((element) => ({ element, size: textsOf(element).join('').length }));
  const [largest] = sizes.sort((one, other) => other.size - one.size);
  return largest === undefined || largest.size < shortestParagraph ? document : largest.element;
}

/** Blocks that hold no other block, so that nothing is read twice. */
function textsOf(root: HTMLElement): string[] {
  return root
    .querySelectorAll(blocks)
    .filter((block) => block.querySelector(blocks) === null)
    .map((block) => block.text);
}

/** The first line is the title, as in a letter; empty lines stand between paragraphs. */
function readPlain(content: string): Readable {
  const [first = '', ...rest] = content.trim().split(/\r?\n/);
  return { title: first, texts: rest.join('\n').split(/\n\s*\n/) };
}

function bounded(paragraphs: readonly string[]): string[] {
  let left = mostCharacters;
  return paragraphs.flatMap((text) => {
    if (left <= 0) return [];
    const taken = text.slice(0, left);
    left -= text.length;
    return [taken];
  });
}

function tidy(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
