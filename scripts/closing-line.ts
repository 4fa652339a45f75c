/** Ends a test run with one line that any reader of its output can count on: `N passed, N failed, N skipped`. */

import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  /** A run that ends without a word about its tests (a crash, an interrupt) has failed. */
  #counts = { passed: 0, failed: 1, skipped: 0 };

  onInit(): void {
    process.on('exit', (code) => {
      const { passed, failed, skipped } = this.#counts;
      if (code === 0 && failed > 0) process.exitCode = 1;
      process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      // A file that could not be loaded, or that left something open, has no test to count, and has failed all the same.
      if (module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // A test without a result was running, or to be run, when its process died.
        counts[state === 'pending' ? 'failed' : state] += 1;
      }
    }
    this.#counts = counts;
  }
}
