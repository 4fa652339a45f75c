import { defineConfig } from 'vitest/config';

// Tests run on the sources: no build stands between an edit and its test.
const conditions = ['conduit-src'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
    setupFiles: ['./test/end-with-run.ts', './test/leak-guard.ts'],
    testTimeout: 30_000,
    reporters: ['default', './scripts/closing-line.ts'],
  },
});
