/** Reads the text of a PDF page by page with PDF.js: its lines, its links, its title. Draws nothing, and runs nothing that it holds. */

import { getDocumentProxy } from 'unpdf';
import { limits } from '../limits.ts';
import { blocksOf } from './blocks.ts';
import { linkOf, type ParsedDocument, tidy } from './document.ts';
import { linesOf, type Piece } from './lines.ts';
import { Refusal } from './refusal.ts';
import { type PageLines, withoutRunningLines } from './running-lines.ts';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<Pdf['getPage']>>;

/**
 * @param onPage how many of the pages are read.
 * @throws Refusal `encrypted_document`, `broken_document`, `document_too_large`.
 */
export async function readPdf(bytes: Uint8Array, onPage: (page: number, pages: number) => void): Promise<ParsedDocument> {
  const pdf = await opened(bytes);
  if (pdf.numPages > limits.pages) {
    throw new Refusal(
      'document_too_large',
      `the PDF has ${pdf.numPages} pages; at most ${limits.pages} are read, so send it in parts`,
    );
  }
  const pages: PageLines[] = [];
  const links = new Set<string>();
  let characters = 0;
  for (let page = 1; page <= pdf.numPages; page += 1) {
    const { height, pieces, hrefs } = await readPage(pdf, page);
    characters += pieces.reduce((sum, { text }) => sum + text.length, 0);
    if (characters > limits.characters) {
      throw new Refusal('document_too_large', `the PDF has more than ${limits.characters} characters of text; send it in parts`);
    }
    pages.push({ page, height, lines: linesOf(pieces) });
    for (const href of hrefs) links.add(href);
    onPage(page, pdf.numPages);
  }
  const blocks = blocksOf(withoutRunningLines(pages));
  const heading = blocks.find(({ kind }) => kind === 'heading');
  const title = (await titleOf(pdf)) || (heading?.kind === 'heading' ? heading.text : '');
  return { type: 'pdf', title, pages: pdf.numPages, blocks, links: [...links] };
}

async function opened(bytes: Uint8Array): Promise<Pdf> {
  try {
    // No fonts from this machine, no warnings on its console.
    return await getDocumentProxy(bytes, { useSystemFonts: false, disableFontFace: true, verbosity: 0 });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new Refusal('encrypted_document', 'the PDF asks for a password; save it without one and send it again');
    }
    throw new Refusal('broken_document', 'the PDF is damaged: its structure can not be read; was it sent whole?');
  }
}

async function readPage(pdf: Pdf, number: number): Promise<{ height: number; pieces: Piece[]; hrefs: string[] }> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const pieces = items.flatMap((item) => ('str' in item ? pieceOf(item) : []));
    const hrefs = await linksOf(page);
    const { height } = page.getViewport({ scale: 1 });
    page.cleanup();
    return { height, pieces, hrefs };
  } catch {
    throw new Refusal('broken_document', `page ${number} of the PDF is damaged; save it again with another program`);
  }
}

/** Only text that stands upright: what lies on its side is a label of a picture, or a watermark. */
function pieceOf({ str, transform, width }: { str: string; transform: unknown[]; width: number }): Piece[] {
  const [a, b, , d, x, y] = transform.map(Number);
  if (a === undefined || b === undefined || d === undefined || x === undefined || y === undefined) return [];
  const isUpright = Math.abs(b) < Math.abs(a) * 0.1;
  return isUpright ? [{ text: str, x, y, width, size: Math.abs(d) }] : [];
}

async function linksOf(page: Page): Promise<string[]> {
  const annotations: unknown[] = await page.getAnnotations();
  return annotations.flatMap((annotation) => {
    const { subtype, url } = annotation as { readonly subtype?: unknown; readonly url?: unknown };
    return subtype === 'Link' && typeof url === 'string' ? (linkOf(url) ?? []) : [];
  });
}

async function titleOf(pdf: Pdf): Promise<string> {
  try {
    const { info } = await pdf.getMetadata();
    const title: unknown = Reflect.get(info, 'Title');
    return typeof title === 'string' ? tidy(title).slice(0, longestTitle) : '';
  } catch {
    // What a file says of itself is the first to be damaged, and the least to be missed.
    return '';
  }
}

const longestTitle = 300;
