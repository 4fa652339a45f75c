/**
 * Bounds the buffers of this thread. A PDF of some megabytes can unfold to many gigabytes, and PDF.js has no limit of its own; what lies in
 * buffers is not part of the heap that a thread's `resourceLimits` bound.
 */

import { limits } from '../limits.ts';

let isExceeded = false;

/** For a thread that does nothing else: every buffer that is asked for from now on is looked at. */
export function boundBuffers(): void {
  // It gathers all of its output before anybody can say no. PDF.js has an inflater of its own, and takes it where this one is missing.
  Reflect.deleteProperty(globalThis, 'DecompressionStream');
  globalThis.Uint8Array = new Proxy(Uint8Array, {
    construct(target, [first, ...rest], newTarget) {
      if (typeof first === 'number' && first > limits.bufferBytes) {
        isExceeded = true;
        throw new RangeError(`a buffer of ${first} bytes was asked for`);
      }
      return Reflect.construct(target, [first, ...rest], newTarget);
    },
  });
}

/** Whether one was refused: PDF.js goes on after an error, with what it has. */
export function wasBufferRefused(): boolean {
  return isExceeded;
}
