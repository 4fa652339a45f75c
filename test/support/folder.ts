/** An empty folder that goes with the test. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closing } from './closing.ts';

export function aFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'conduit-test-'));
  closing(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
