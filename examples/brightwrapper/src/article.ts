/** Finds the readable text of a page: its title and its paragraphs. */

import { ServiceError } from '@conduit/sdk';
import type { Page } from './fetch-page.ts';
import { readHtml } from './html.ts';

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

interface Readable {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

/** Throws `not_readable` for a page without text. */
export function readArticle(page: Page): Article {
  const { title, paragraphs } = page.kind === 'html' ? fromHtml(page) : fromPlain(page.content);
  if (paragraphs.length === 0) {
    throw new ServiceError('not_readable', `${page.url} has no paragraphs of text; is it made by a script, or behind a login?`);
  }
  return { url: page.url, title: tidy(title).slice(0, longestTitle) || page.url, paragraphs: bounded(paragraphs) };
}

/** Of several articles, lists of teasers for example, the one with the most text; an inner one before what stands around it. */
function fromHtml({ url, content }: Page): Readable {
  const { title, regions } = readOrFail(content, url);
  const candidates = regions.map(({ heading, paragraphs }) => ({ heading, paragraphs: long(paragraphs) }));
  const [page, ...parts] = candidates.map((one) => ({ ...one, size: one.paragraphs.join('').length }));
  const [largest] = parts.reverse().sort((one, other) => other.size - one.size);
  const best = largest !== undefined && largest.size > 0 ? largest : page;
  const paragraphs = best !== undefined && best.size > 0 ? best.paragraphs : long(regions[0]?.loose ?? []);
  return { title: best?.heading || page?.heading || title, paragraphs };
}

function readOrFail(content: string, url: string): ReturnType<typeof readHtml> {
  try {
    return readHtml(content);
  } catch (error) {
    if (error instanceof RangeError) throw new ServiceError('not_readable', `${url} is no page of text: its ${error.message}`);
    throw error;
  }
}

/** The first line is the title, as in a letter; empty lines stand between paragraphs. */
function fromPlain(content: string): Readable {
  const [title = '', ...rest] = content.trim().split(/\r?\n/);
  return {
    title,
    paragraphs: long(
      rest
        .join('\n')
        .split(/\n\s*\n/)
        .map(tidy),
    ),
  };
}

function long(texts: readonly string[]): string[] {
  return texts.filter((text) => text.length >= shortestParagraph);
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
