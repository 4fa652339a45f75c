/** Reads HTML in one pass: headings, paragraphs, tables and links, without the menus and programs around them. */

import { Parser } from 'htmlparser2';
import { limits } from '../limits.ts';
import { type Block, linkOf, type ParsedDocument, tidy } from './document.ts';
import { HtmlTables } from './html-tables.ts';
import { Refusal } from './refusal.ts';

/** Browsers stop at 512; a page that goes on is broken, or wants to keep somebody busy. */
const deepest = 2_000;
const mostLinks = 2_000;
const noise = new Set('nav footer aside button dialog svg iframe template noscript script style select textarea'.split(' '));
const blockNames = new Set(
  'html head body title header main article section div p li ul ol dl dt dd blockquote pre figure figcaption table caption tr td th hr form fieldset address details summary h1 h2 h3 h4 h5 h6'.split(
    ' ',
  ),
);

/**
 * @param base the address it came from, if it has one: what relative links are relative to.
 * @throws Refusal `broken_document`, `document_too_large`.
 */
export function readHtml(html: string, base?: string): ParsedDocument {
  const reader = new Reader(base);
  const parser = new Parser({
    onopentag: (name, attributes) => reader.open(name, attributes),
    onclosetag: (name) => reader.close(name),
    ontext: (text) => reader.text(text),
  });
  parser.write(html);
  parser.end();
  reader.flush();
  const { blocks, links } = reader.content;
  const heading = blocks.find((block) => block.kind === 'heading');
  const title = (heading?.kind === 'heading' ? heading.text : '') || reader.title;
  return { type: 'html', title, pages: 1, blocks, links: [...links] };
}

interface Open {
  readonly name: string;
  readonly isNoise: boolean;
  readonly isMain: boolean;
}

interface Content {
  readonly blocks: Block[];
  readonly links: Set<string>;
}

class Reader {
  title = '';
  readonly #page: Content = { blocks: [], links: new Set() };
  /** Of `main`, where a page has one: around it there are only its heads and menus. */
  readonly #main: Content = { blocks: [], links: new Set() };
  #inMain = 0;
  readonly #tables = new HtmlTables();
  readonly #open: Open[] = [];
  #base: string | undefined;
  #noise = 0;
  #characters = 0;
  #buffer = '';

  constructor(base: string | undefined) {
    this.#base = base;
  }

  get content(): Content {
    return this.#main.blocks.length > 0 ? this.#main : this.#page;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#open.length >= deepest) {
      throw new Refusal(
        'broken_document',
        `the elements of the page are nested more than ${deepest} deep; is it made to be read?`,
      );
    }
    if (blockNames.has(name)) this.#boundary();
    const isNoise = noise.has(name) || 'hidden' in attributes || attributes['aria-hidden'] === 'true';
    const one = { name, isNoise, isMain: name === 'main' || attributes['role'] === 'main' };
    this.#open.push(one);
    if (one.isMain) this.#inMain += 1;
    if (one.isNoise) this.#noise += 1;
    if (this.#noise > 0) return;
    if (name === 'base' && attributes['href'] !== undefined) this.#base = linkOf(attributes['href'], this.#base) ?? this.#base;
    if (name === 'br') this.text(' ');
    if (name === 'a' && attributes['href'] !== undefined) this.#link(attributes['href']);
    this.#tables.open(name);
  }

  close(name: string): void {
    if (blockNames.has(name)) this.#boundary();
    const one = this.#open.pop();
    if (this.#noise === 0) {
      const rows = this.#tables.close(name)?.map((row) => row.map(tidy));
      // One row or one column holds a layout, whose text would be lost as a table.
      if (rows !== undefined && rows.length >= 2 && (rows[0]?.length ?? 0) >= 2) this.#add({ kind: 'table', rows, page: 1 });
      else for (const cell of rows?.flat() ?? []) this.#paragraph(cell);
    }
    if (one?.isNoise === true) this.#noise -= 1;
    if (one?.isMain === true) this.#inMain -= 1;
  }

  text(text: string): void {
    if (this.#noise > 0) return;
    this.#characters += text.length;
    if (this.#characters > limits.characters) {
      throw new Refusal('document_too_large', `the page has more than ${limits.characters} characters of text; send it in parts`);
    }
    if (this.#tables.isInCell) this.#tables.text(text);
    else this.#buffer += text;
  }

  /** The text before the beginning or the end of a block is whole. */
  flush(): void {
    const text = tidy(this.#buffer);
    this.#buffer = '';
    if (text === '') return;
    const name = this.#open.findLast((one) => blockNames.has(one.name))?.name ?? '';
    if (name === 'title') this.title ||= text;
    else if (/^h[1-6]$/.test(name)) this.#add({ kind: 'heading', level: Number(name[1]), text, page: 1 });
    else this.#paragraph(text);
  }

  #boundary(): void {
    if (this.#noise > 0) return;
    if (this.#tables.isInCell) this.#tables.text(' ');
    else this.flush();
  }

  #paragraph(text: string): void {
    if (text !== '') this.#add({ kind: 'paragraph', text, page: 1 });
  }

  #link(href: string): void {
    const link = href.startsWith('#') ? undefined : linkOf(href, this.#base);
    for (const { links } of this.#current) {
      if (link !== undefined && links.size < mostLinks) links.add(link);
    }
  }

  #add(block: Block): void {
    for (const { blocks } of this.#current) blocks.push(block);
  }

  get #current(): readonly Content[] {
    return this.#inMain > 0 ? [this.#page, this.#main] : [this.#page];
  }
}
