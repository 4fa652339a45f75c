import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests run on the sources: no build stands between an edit and its test.
const conditions = ['conduit-src'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
    globalSetup: ['./test/browser/unpacked.ts'],
    setupFiles: ['./test/end-with-run.ts', './test/leak-guard.ts'],
    // Most of the time a file waits for the processes that it has started: vitest's own process needs no core to itself.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Only what never comes is waited for this long: with ten times the work that there were cores for, two tests took more than 30 s.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './scripts/closing-line.ts'],
  },
});
