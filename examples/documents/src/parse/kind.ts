/** Tells what a file is by what it holds: names and headers are often wrong, and sometimes on purpose. */

import type { ParsedDocument } from './document.ts';
import { Refusal } from './refusal.ts';

/** PDF readers look so far for the header: some files begin with the envelope they came in. */
const headBytes = 1_024;

/** Files that people send by mistake, by their first bytes. */
const others: readonly (readonly [string, string])[] = [
  ['PK\u0003\u0004', 'a ZIP archive or an Office document'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old Office document'],
  ['\u0089PNG', 'a PNG picture'],
  ['\u00ff\u00d8\u00ff', 'a JPEG picture'],
  ['GIF8', 'a GIF picture'],
  ['{\\rtf', 'an RTF document'],
  ['\u001f\u008b', 'a gzip archive'],
];

/** @throws Refusal `unsupported_document`, or `empty_document` for no bytes at all. */
export function kindOf(bytes: Uint8Array): ParsedDocument['type'] {
  if (bytes.byteLength === 0) throw new Refusal('empty_document', 'the document has no bytes; was it sent whole?');
  const head = latin1(bytes.subarray(0, headBytes));
  // A page may speak of PDFs in its first lines.
  if (head.includes('%PDF-') && !/^\W*<(?:!doctype html|html)/i.test(head)) return 'pdf';
  const other = others.find(([signature]) => head.startsWith(signature));
  if (other === undefined && isHtml(head, bytes)) return 'html';
  const what = other === undefined ? 'neither PDF nor HTML' : other[1];
  throw new Refusal('unsupported_document', `the document is ${what}; give a PDF, or a page of HTML`);
}

/** A tag that only HTML has, and no byte that texts don't have. */
function isHtml(head: string, bytes: Uint8Array): boolean {
  if (isUtf16(bytes)) return hasHtmlTag(head.replaceAll('\0', ''));
  return !head.includes('\0') && hasHtmlTag(head);
}

function hasHtmlTag(head: string): boolean {
  return /<(?:!doctype html|html|head|body|title|meta|article|main|section|div|h[1-6]|p|table|ul|ol)[\s>]/i.test(head);
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
