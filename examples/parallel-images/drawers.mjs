// Threads that draw, one for each core: a picture is computed, and would hold up the heartbeats of a worker that did it itself.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

const program = new URL('./draw.mjs', import.meta.url);

export class Drawers {
  count = Math.max(2, availableParallelism());
  #isAtWork = 0;
  #line = [];

  /** Resolves with the bytes of a PNG. Rejects with the signal's reason at once, also in the middle of a picture. */
  async draw(seed, { signal, onProgress }) {
    await this.#turn(signal);
    try {
      return await drawn(seed, { signal, onProgress });
    } finally {
      this.#isAtWork -= 1;
      this.#line.shift()?.();
    }
  }

  async #turn(signal) {
    while (this.#isAtWork >= this.count) {
      await new Promise((resolve) => this.#line.push(resolve));
      // Whoever gave up lets the next one in.
      if (signal.aborted) this.#line.shift()?.();
      signal.throwIfAborted();
    }
    this.#isAtWork += 1;
  }
}

/** A thread for one picture: ended when nobody wants it any more, whatever it is at. */
async function drawn(seed, { signal, onProgress }) {
  const thread = new Worker(program, { workerData: seed });
  let stop;
  try {
    return await new Promise((resolve, reject) => {
      stop = () => reject(signal.reason);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
      thread.on('message', ({ progress, png }) => (png === undefined ? onProgress(progress) : resolve(png)));
      thread.on('error', reject);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await thread.terminate();
  }
}
