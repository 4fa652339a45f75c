/** The services that `conduit demo` starts: those of the checkout's examples that are built. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Example {
  /** Of its folder, and of the service. */
  readonly name: string;
  readonly workers: number;
  /** Something worth asking it. */
  readonly action: string;
  readonly payload: string;
}

/** The first one that is there is put to work. */
export const examples: readonly Example[] = [
  { name: 'brightwrapper', workers: 2, action: 'generate-infographics', payload: '{"url":"article:tides"}' },
  { name: 'llm', workers: 2, action: 'chat', payload: '{"prompt":"It was a dark and stormy night"}' },
  { name: 'documents', workers: 1, action: 'process', payload: '{"url":"document:annual-report.pdf"}' },
  { name: 'briefing', workers: 1, action: 'prepare', payload: '{"url":"document:annual-report.pdf"}' },
];

export function mainOf({ name }: Example): string {
  return fileURLToPath(new URL(`../../../../examples/${name}/dist/main.js`, import.meta.url));
}

export function isBuilt(example: Example): boolean {
  return existsSync(mainOf(example));
}
