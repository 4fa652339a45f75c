/** The four steps of one document, each told as a task: parse → analyze → extract → format. */

import { type Analysis, analyze } from './analyze/analyze.ts';
import { type Extraction, extract } from './extract/extract.ts';
import { markdownSections } from './format/markdown.ts';
import type { ParsedDocument } from './parse/document.ts';
import { readDocument } from './parse/read.ts';
import { getDocument, type Payload } from './source/source.ts';

/** What a step says of itself. */
interface StepReport {
  progress(
    amount: number | null | { readonly current: number; readonly total?: number; readonly unit?: string },
    message?: string,
  ): void;
  done(result: unknown): void;
  fail(error: unknown): void;
}

/** Where a document's steps are told: the context that a handler is given, or a test's own. */
export interface Report {
  readonly signal: AbortSignal;
  task(taskId: string): StepReport;
  chunk(text: string, options: { readonly stream: string; readonly taskId: string }): Promise<void>;
}

export interface Processed {
  readonly document: Pick<ParsedDocument, 'type' | 'title' | 'pages'>;
  readonly analysis: Analysis;
  readonly extraction: Extraction;
  readonly markdown: string;
}

/** @throws ServiceError as `failure.ts` lists them; the signal's reason, once it is aborted. */
export async function processDocument(payload: Payload, report: Report): Promise<Processed> {
  const { signal } = report;
  const parsed = await step(report, 'parse', async (parsing) => {
    const raw = await getDocument(payload, {
      signal,
      onBytes: (bytes, total) =>
        parsing.progress(null, `fetching, ${mebibytes(bytes)}${total === undefined ? '' : ` of ${mebibytes(total)}`}`),
    });
    const read = await readDocument(raw, {
      signal,
      onPage: (current, total) => parsing.progress({ current, total, unit: 'pages' }),
    });
    return { value: read, result: { ...headOf(read), blocks: read.blocks.length, bytes: raw.bytes.byteLength } };
  });
  const analysis = await step(report, 'analyze', async (analyzing) => {
    const value = await analyze(parsed, { signal, onProgress: (fraction, message) => analyzing.progress(fraction, message) });
    return { value, result: value };
  });
  const extraction = await step(report, 'extract', async (extracting) => {
    const onPage = (current: number, total: number): void => extracting.progress({ current, total, unit: 'pages' });
    const value = await extract(parsed, { language: analysis.language?.code, signal, onPage });
    return { value, result: value };
  });
  const markdown = await step(report, 'format', async (formatting) => {
    const sections = markdownSections({ document: parsed, analysis, extraction });
    for (const [at, section] of sections.entries()) {
      await report.chunk(section, { stream: 'markdown', taskId: 'format' });
      formatting.progress({ current: at + 1, total: sections.length, unit: 'sections' });
    }
    const value = sections.join('');
    return { value, result: { sections: sections.length, characters: value.length } };
  });
  return { document: headOf(parsed), analysis, extraction, markdown };
}

/** A step that fails says so itself, before the whole request does; one that was stopped has not failed. */
async function step<T>(
  report: Report,
  taskId: string,
  work: (task: StepReport) => Promise<{ readonly value: T; readonly result: unknown }>,
): Promise<T> {
  const told = report.task(taskId);
  try {
    const { value, result } = await work(told);
    told.done(result);
    return value;
  } catch (error) {
    if (!report.signal.aborted) told.fail(error);
    throw error;
  }
}

function headOf({ type, title, pages }: ParsedDocument): Processed['document'] {
  return { type, title, pages };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
