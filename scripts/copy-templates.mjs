// Puts what `conduit init` writes beside the command: the code of the examples, with what a project of its own needs around it.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = `${root}/packages/hub/dist/init`;
/** Paths below `examples`, and where they stand in the template. */
const code = {
  worker: { 'worker/src': 'src' },
  python: { 'python-worker/worker.py': 'worker.py' },
  page: Object.fromEntries(
    ['index.html', 'page.js', 'serve.mjs', 'socket-io.js', 'style.css', 'view.js'].map((name) => [`browser/${name}`, name]),
  ),
};

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
cpSync(`${root}/packages/hub/init`, target, { recursive: true });
for (const [template, paths] of Object.entries(code)) {
  for (const [from, to] of Object.entries(paths))
    cpSync(`${root}/examples/${from}`, `${target}/${template}/${to}`, { recursive: true });
}
