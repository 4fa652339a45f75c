/** A PDF as the makers of the shipped documents write it: headings, paragraphs, lists, tables, and a line at the foot of each page. */

import PDFDocument from 'pdfkit';

interface SheetOptions {
  readonly title: string;
  readonly author: string;
  readonly language: string;
  readonly foot: (page: number, pages: number) => string;
}

const margin = 64;
const sizes = { title: 24, section: 16, part: 13, text: 10.5, foot: 8 } as const;
/** The same every time, so that a document which is made again differs only where its text does. */
const madeAt = new Date(Date.UTC(2026, 2, 2));

export class Sheet {
  readonly #pdf: PDFKit.PDFDocument;
  readonly #parts: Buffer[] = [];
  readonly #foot: SheetOptions['foot'];

  constructor({ title, author, language, foot }: SheetOptions) {
    const info = { Title: title, Author: author, CreationDate: madeAt, ModDate: madeAt };
    this.#pdf = new PDFDocument({ size: 'A4', margin, info, lang: language, bufferPages: true });
    this.#pdf.on('data', (part: Buffer) => this.#parts.push(part));
    this.#foot = foot;
  }

  heading(size: 'title' | 'section' | 'part', text: string): void {
    this.#pdf.font('Helvetica-Bold').fontSize(sizes[size]).text(text);
    this.#pdf.moveDown(0.5);
  }

  paragraph(text: string): void {
    this.#pdf.font('Helvetica').fontSize(sizes.text).text(text, { lineGap: 2 });
    this.#pdf.moveDown(0.9);
  }

  items(texts: readonly string[]): void {
    for (const text of texts) this.#pdf.font('Helvetica').fontSize(sizes.text).text(`• ${text}`, { lineGap: 2 });
    this.#pdf.moveDown(0.9);
  }

  link(before: string, url: string): void {
    this.#pdf.font('Helvetica').fontSize(sizes.text).text(before, { continued: true }).text(url, { link: url });
    this.#pdf.moveDown(0.9);
  }

  /** The first column reads from the left, the others are numbers. */
  table(rows: readonly (readonly string[])[]): void {
    this.#pdf.font('Helvetica').fontSize(sizes.text);
    const numbers = rows[0]?.slice(1).map(() => ({ width: 95, align: { x: 'right' as const } })) ?? [];
    this.#pdf.table({
      defaultStyle: { padding: 4 },
      columnStyles: [{ width: '*' }, ...numbers],
      data: rows.map((row) => [...row]),
    });
    this.#pdf.moveDown(1);
  }

  nextPage(): void {
    this.#pdf.addPage();
  }

  async bytes(): Promise<Buffer> {
    const { count } = this.#pdf.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      this.#pdf.switchToPage(page);
      // Below the margin a text would begin another page.
      this.#pdf.page.margins.bottom = 0;
      this.#pdf
        .font('Helvetica')
        .fontSize(sizes.foot)
        .text(this.#foot(page + 1, count), margin, this.#pdf.page.height - 40);
    }
    const ended = new Promise((resolve) => this.#pdf.on('end', resolve));
    this.#pdf.end();
    await ended;
    return Buffer.concat(this.#parts);
  }
}
