/** A document as every later step sees it, whatever file it came from. */

export interface Heading {
  readonly kind: 'heading';
  /** 1 is the highest. */
  readonly level: number;
  readonly text: string;
  readonly page: number;
}

export interface Paragraph {
  readonly kind: 'paragraph';
  readonly text: string;
  readonly page: number;
}

export interface Table {
  readonly kind: 'table';
  /** All of one length; a cell that is missing is an empty text. */
  readonly rows: readonly (readonly string[])[];
  readonly page: number;
}

export type Block = Heading | Paragraph | Table;

export interface ParsedDocument {
  readonly type: 'pdf' | 'html';
  readonly title: string;
  /** A page of HTML is one. */
  readonly pages: number;
  /** In the order of reading. */
  readonly blocks: readonly Block[];
  /** Where its links lead, each once: http, https and mailto. */
  readonly links: readonly string[];
}

/** What a person reads of it, tables cell by cell. */
export function textOf(block: Block): string {
  return block.kind === 'table' ? block.rows.map((row) => row.join(' ')).join('\n') : block.text;
}

/** White space as HTML shows it; the marks that only a printer needs are left out, and so are the dots of a table of contents. */
export function tidy(text: string): string {
  return text
    .replaceAll(/[\u00ad\u200b\ufeff]/g, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/(?: ?\.){5,}/g, ' …')
    .trim();
}

/** The address as a link of the document, or undefined where it leads nowhere that can be named. */
export function linkOf(href: string, base?: string): string | undefined {
  if (!URL.canParse(href, base)) return undefined;
  const url = new URL(href, base);
  return ['http:', 'https:', 'mailto:'].includes(url.protocol) && url.href.length <= longestLink ? url.href : undefined;
}

/** Longer ones are pictures or programs in the clothes of an address. */
const longestLink = 2_000;
