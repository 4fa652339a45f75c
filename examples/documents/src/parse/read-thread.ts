/** A thread that reads one document. A file can keep its reader busy for seconds, or for ever: the socket's own thread must stay free. */

import { parentPort, workerData } from 'node:worker_threads';
import { limits } from '../limits.ts';
import { boundBuffers, wasBufferRefused } from './buffer-bound.ts';
import { decodeHtml } from './charset.ts';
import { type ParsedDocument, textOf } from './document.ts';
import { readHtml } from './html.ts';
import { kindOf } from './kind.ts';
import { readPdf } from './pdf.ts';
import { Refusal } from './refusal.ts';

const { bytes, type, url }: { bytes: Uint8Array; type?: string; url?: string } = workerData;
boundBuffers();

try {
  parentPort?.postMessage({ document: checked(await read()) });
} catch (error) {
  if (wasBufferRefused())
    tell(new Refusal('document_too_large', 'the PDF unfolds to far more than it seems; save it again with another program'));
  else if (error instanceof Refusal) tell(error);
  else throw error;
}

async function read(): Promise<ParsedDocument> {
  if (kindOf(bytes) === 'pdf') return await readPdf(bytes, (page, pages) => parentPort?.postMessage({ page, pages }));
  const document = readHtml(decodeHtml(bytes, type), url);
  parentPort?.postMessage({ page: 1, pages: 1 });
  return document;
}

function checked(document: ParsedDocument): ParsedDocument {
  if (wasBufferRefused()) throw new RangeError('read in part only');
  if (document.blocks.every((block) => textOf(block) === '')) {
    const isPdf = document.type === 'pdf';
    const why = isPdf
      ? 'are its pages pictures? Send it through text recognition first'
      : 'is it made by a script, or behind a login?';
    throw new Refusal('empty_document', `the document has no text; ${why}`);
  }
  const parts = document.blocks.reduce((sum, block) => sum + (block.kind === 'table' ? block.rows.flat().length : 1), 0);
  if (parts > limits.parts) {
    throw new Refusal('document_too_large', `the document has more than ${limits.parts} paragraphs and cells; send it in parts`);
  }
  return document;
}

function tell({ code, message }: Refusal): void {
  parentPort?.postMessage({ code, sentence: message });
}
