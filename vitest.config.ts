import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests run on the sources: no build stands between an edit and its test.
const conditions = ['conduit-src'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
    setupFiles: ['./test/end-with-run.ts', './test/leak-guard.ts'],
    // Most of the time a file waits for the processes that it has started: vitest's own process needs no core to itself.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    reporters: ['default', './scripts/closing-line.ts'],
  },
});
