/** A page's files as its bundler makes them, on the sources of this repository. */

import { build, type Rolldown } from 'vite';

const conditions = ['conduit-src', 'module', 'browser', 'production'];

/** @param root the folder of the page. @returns its files by their paths. */
export async function filesOf(root: string): Promise<Record<string, string | Uint8Array>> {
  const built = await build({ root, logLevel: 'warn', resolve: { conditions }, build: { write: false } });
  const outputs = [built].flat().flatMap((output) => (isOutput(output) ? output.output : []));
  return Object.fromEntries(outputs.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]));
}

function isOutput(built: object): built is Rolldown.RolldownOutput {
  return 'output' in built;
}
