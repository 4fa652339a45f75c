/** PDFs for tests, made by a real writer, and some that no honest writer makes. */

import { deflateSync } from 'node:zlib';
import PDFDocument from 'pdfkit';

type Pdf = PDFKit.PDFDocument;

export async function aPdf(write: (pdf: Pdf) => void, options: PDFKit.PDFDocumentOptions = {}): Promise<Uint8Array> {
  const pdf = new PDFDocument({ size: 'A4', margin: 64, ...options });
  const parts: Buffer[] = [];
  pdf.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => pdf.on('end', resolve));
  write(pdf);
  pdf.end();
  await ended;
  return new Uint8Array(Buffer.concat(parts));
}

export async function aPdfOfPages(pages: number, textOf: (page: number) => string): Promise<Uint8Array> {
  return await aPdf((pdf) => {
    for (let page = 1; page <= pages; page += 1) {
      if (page > 1) pdf.addPage();
      pdf.text(textOf(page));
    }
  });
}

/** One page whose content is a megabyte of spaces, so many times: small on its way, huge when it is unfolded. */
export function aPdfThatUnfolds(megabytes: number): Uint8Array {
  const content = deflateSync(Buffer.concat([Buffer.from('BT /F1 12 Tf (Hi) Tj ET '), Buffer.alloc(megabytes * 1024 ** 2, ' ')]));
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.byteLength} /Filter /FlateDecode >>\nstream\n${content.toString('latin1')}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  const body = objects.map((object, at) => `${at + 1} 0 obj\n${object}\nendobj\n`).join('');
  return new Uint8Array(Buffer.from(`%PDF-1.4\n${body}trailer << /Size 6 /Root 1 0 R >>\n%%EOF`, 'latin1'));
}
