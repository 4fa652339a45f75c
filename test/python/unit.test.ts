/** The package's own unit tests pass. */

import { expect, test } from 'vitest';
import { aPython } from './python.ts';

test('python3 -m unittest passes, and leaves nothing behind', async () => {
  const tests = aPython(
    ['-W', 'error', '-m', 'unittest', 'discover', '--start-directory', 'tests', '--top-level-directory', '.'],
    {
      cwd: 'python',
    },
  );
  const code = await tests.ended();
  expect(tests.output).toMatch(/Ran \d\d+ tests[\s\S]*OK\n$/);
  expect(code).toBe(0);
});
