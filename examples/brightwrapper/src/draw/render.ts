/** Makes pictures of SVGs, several at a time: one thread each, started when it is needed and ended with its picture. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ServiceError } from '@conduit/sdk';

/** The pictures of one article at once; those of a second one wait, or many requests would start dozens of threads. */
const mostThreads = 4;

export interface Rendered {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

type FromThread = { readonly step: string } | { readonly png: Uint8Array; readonly width: number; readonly height: number };

const built = new URL('./render-worker.js', import.meta.url);
const waiting: (() => void)[] = [];
let threads = 0;

/** @param onStep what has been done: laid out, rasterised. Rejects at once when the signal stops it. */
export async function render(svg: string, signal: AbortSignal, onStep: (step: string) => void): Promise<Rendered> {
  if (threads < mostThreads) threads += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    signal.throwIfAborted();
    return await renderInThread(svg, signal, onStep);
  } finally {
    // The place goes to whoever waits; only with nobody there it becomes free.
    const next = waiting.shift();
    if (next === undefined) threads -= 1;
    else next();
  }
}

async function renderInThread(svg: string, signal: AbortSignal, onStep: (step: string) => void): Promise<Rendered> {
  const thread = startThread();
  const stop = (): void => void thread.terminate();
  signal.addEventListener('abort', stop);
  try {
    return await new Promise<Rendered>((resolve, reject) => {
      thread.on('message', (message: FromThread) => {
        if ('step' in message) onStep(message.step);
        else resolve({ ...message, png: Buffer.from(message.png) });
      });
      thread.on('error', reject);
      thread.on('exit', () => reject(new ServiceError('cancelled', 'the drawing was stopped')));
      thread.postMessage(svg);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await thread.terminate();
  }
}

/** From the sources the thread needs a loader; built, it is plain JavaScript. */
function startThread(): Worker {
  if (existsSync(fileURLToPath(built))) return new Worker(built);
  const source = new URL('./render-worker.ts', import.meta.url).href;
  return new Worker(
    `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(source)}, ${JSON.stringify(source)}))`,
    { eval: true },
  );
}
