/** Reads a document in a thread of its own: bounded in time and memory, stopped at once when nobody wants it any more. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type FailureCode, failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { ParsedDocument } from './document.ts';

/** A document as it was fetched or sent. */
export interface RawDocument {
  readonly bytes: Uint8Array;
  /** What its sender says it is: only a charset in it is believed. */
  readonly type?: string;
  /** Where it came from. */
  readonly url?: string;
}

interface Reading {
  readonly signal: AbortSignal;
  readonly onPage: (page: number, pages: number) => void;
  /** Milliseconds. */
  readonly timeoutMs?: number;
}

type FromThread =
  | { readonly page: number; readonly pages: number }
  | { readonly document: ParsedDocument }
  | { readonly code: FailureCode; readonly sentence: string };

const built = new URL('./read-thread.js', import.meta.url);

/** @throws ServiceError any code but those of fetching; the signal's reason, once it is aborted. */
export async function readDocument(
  raw: RawDocument,
  { signal, onPage, timeoutMs = limits.parseMs }: Reading,
): Promise<ParsedDocument> {
  signal.throwIfAborted();
  const thread = startThread(raw);
  let stop = (): void => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<ParsedDocument>((resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop);
      timer = setTimeout(() => reject(tooSlow(timeoutMs)), timeoutMs);
      thread.on('message', (message: FromThread) => {
        if ('page' in message) onPage(message.page, message.pages);
        else if ('document' in message) resolve(message.document);
        else reject(failure(message.code, message.sentence));
      });
      thread.on('error', (error: Error) => reject(isOutOfMemory(error) ? tooHeavy() : error));
      thread.on('exit', () =>
        reject(failure('broken_document', 'the document made its reader stop; save it again with another program')),
      );
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    await thread.terminate();
  }
}

function isOutOfMemory(error: Error): boolean {
  return Reflect.get(error, 'code') === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooHeavy(): Error {
  return failure('document_too_large', `the document unfolds to more than ${limits.threadMiB} MiB; send it in parts`);
}

function tooSlow(timeoutMs: number): Error {
  return failure('document_too_slow', `the document could not be read within ${timeoutMs / 1000} s; send it in parts`);
}

/** From the sources the thread needs a loader; built, it is plain JavaScript. */
function startThread(workerData: RawDocument): Worker {
  const options = { workerData, resourceLimits: { maxOldGenerationSizeMb: limits.threadMiB } };
  if (existsSync(fileURLToPath(built))) return new Worker(built, options);
  const source = new URL('./read-thread.ts', import.meta.url).href;
  return new Worker(
    `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(source)}, ${JSON.stringify(source)}))`,
    { ...options, eval: true },
  );
}
