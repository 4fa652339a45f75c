/** Reads the text of HTML in one pass: what its headings and paragraphs say, without what stands around an article. */

import { Parser } from 'htmlparser2';

/** A part of a page that may be the article: the page itself, an `article`, or a `main`. */
export interface Region {
  heading: string;
  readonly paragraphs: string[];
  /** Text that stands in no paragraph; some pages have nothing else. */
  readonly loose: string[];
}

export interface HtmlText {
  readonly title: string;
  /** The whole page first, then its regions in the order in which they begin. */
  readonly regions: readonly Region[];
}

/** Browsers stop at 512; a page that goes on is broken, or wants to keep somebody busy. */
const deepest = 2_000;

const noise = new Set(
  'nav footer aside button dialog table figure svg iframe template noscript script style select textarea'.split(' '),
);
const paragraphs = new Set(['p', 'li', 'blockquote', 'dd']);
const blocks = new Set([
  ...paragraphs,
  ...'html body div section article main header h1 h2 h3 h4 h5 h6 ul ol dl dt pre hr title head'.split(' '),
]);

interface Open {
  readonly isNoise: boolean;
  readonly isRegion: boolean;
  readonly isBlock: boolean;
}

/** Throws a `RangeError` for elements that are nested too deeply. Takes time in proportion to the length. */
export function readHtml(html: string): HtmlText {
  const reader = new Reader();
  const parser = new Parser({
    onopentag: (name, attributes) => reader.open(name, attributes),
    onclosetag: () => reader.close(),
    ontext: (text) => reader.text(text),
  });
  parser.write(html);
  parser.end();
  return reader;
}

class Reader implements HtmlText {
  title = '';
  readonly regions: Region[] = [{ heading: '', paragraphs: [], loose: [] }];
  readonly #open: Open[] = [];
  readonly #openBlocks: string[] = [];
  readonly #openRegions: Region[] = [...this.regions];
  #noise = 0;
  #buffer = '';

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#open.length >= deepest) throw new RangeError(`elements are nested more than ${deepest} deep`);
    const isRegion = name === 'article' || name === 'main' || attributes['role'] === 'main';
    const one = { isNoise: isNoise(name, attributes), isRegion, isBlock: isRegion || blocks.has(name) };
    if (one.isBlock) this.#flush();
    if (name === 'meta' && attributes['property'] === 'og:title' && this.title === '') this.title = attributes['content'] ?? '';
    if (name === 'br') this.#buffer += ' ';
    this.#open.push(one);
    if (one.isNoise) this.#noise += 1;
    if (one.isBlock) this.#openBlocks.push(name);
    if (!isRegion) return;
    const region = { heading: '', paragraphs: [], loose: [] };
    this.regions.push(region);
    this.#openRegions.push(region);
  }

  close(): void {
    const one = this.#open.pop();
    if (one === undefined) return;
    if (one.isBlock) {
      this.#flush();
      this.#openBlocks.pop();
    }
    if (one.isNoise) this.#noise -= 1;
    if (one.isRegion) this.#openRegions.pop();
  }

  text(text: string): void {
    if (this.#noise === 0) this.#buffer += text;
  }

  /** Where a block begins or ends, the text before it is whole. */
  #flush(): void {
    const text = this.#buffer.replaceAll(/\s+/g, ' ').trim();
    this.#buffer = '';
    if (text === '') return;
    const block = this.#openBlocks.at(-1) ?? '';
    if (block === 'title') this.title ||= text;
    else for (const region of this.#openRegions) add(region, block, text);
  }
}

function add(region: Region, block: string, text: string): void {
  if (block === 'h1') region.heading ||= text;
  else if (paragraphs.has(block)) region.paragraphs.push(text);
  else if (!/^(?:h\d|dt|head)$/.test(block)) region.loose.push(text);
}

function isNoise(name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (noise.has(name) || 'hidden' in attributes) return true;
  if (attributes['aria-hidden'] === 'true' || attributes['role'] === 'navigation') return true;
  // Numbers of footnotes, and the links to edit a section, as encyclopedias have them.
  return /(?:^|\s)(?:reference|mw-editsection)(?:\s|$)/.test(attributes['class'] ?? '');
}
