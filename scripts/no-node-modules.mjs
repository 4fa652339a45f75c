// Keeps what only Node has out of what is built for pages: Vite would put an empty module in its place, and a page would fail in use.
import { isBuiltin } from 'node:module';

export const noNodeModules = {
  name: 'no-node-modules',
  enforce: 'pre',
  resolveId(source, importer) {
    if (isBuiltin(source)) this.error(`${importer} imports ${source}, which no page has: keep it out of what pages use`);
  },
};
