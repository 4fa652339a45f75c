/** Makes pictures of SVGs, several at a time: one thread each, started when needed and ended with its picture. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Failure } from '../failure.ts';

export interface Rendered {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

type FromWorker = { readonly step: string } | { readonly png: Uint8Array; readonly width: number; readonly height: number };

const built = new URL('./render-worker.js', import.meta.url);

/** @param onStep what has been done: laid out, rasterised. */
export async function render(svg: string, signal: AbortSignal, onStep: (step: string) => void): Promise<Rendered> {
  const worker = startWorker();
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop);
  try {
    return await new Promise<Rendered>((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if ('step' in message) onStep(message.step);
        else resolve({ ...message, png: Buffer.from(message.png) });
      });
      worker.on('error', reject);
      worker.on('exit', () => reject(new Failure('cancelled', 'the drawing was stopped')));
      worker.postMessage(svg);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

/** From the sources the worker needs a loader; built, it is plain JavaScript. */
function startWorker(): Worker {
  if (existsSync(fileURLToPath(built))) return new Worker(built);
  const source = new URL('./render-worker.ts', import.meta.url).href;
  return new Worker(
    `import('tsx/esm/api').then(({ tsImport }) => tsImport(${JSON.stringify(source)}, ${JSON.stringify(source)}))`,
    { eval: true },
  );
}
