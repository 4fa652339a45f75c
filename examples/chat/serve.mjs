// Serves this folder's files on loopback: `node serve.mjs [--port 8080]`. Any static server does as well.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

/** Only these, by name: whatever else is asked for, `../` in all its spellings included, is not there. */
const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/index.html': ['index.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/chats.js': ['chats.js', 'text/javascript; charset=utf-8'],
  '/view.js': ['view.js', 'text/javascript; charset=utf-8'],
  '/sdk.js': ['sdk.js', 'text/javascript; charset=utf-8'],
};

const server = createServer(async ({ url = '/', method }, response) => {
  const path = url.replace(/[?#].*$/s, '');
  const [name, type] = Object.hasOwn(files, path) ? files[path] : [];
  if (name === undefined) return response.writeHead(404, { 'content-type': 'text/plain' }).end('there is nothing here\n');
  const content = await readFile(new URL(name, import.meta.url));
  response.writeHead(200, { 'content-type': type, 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' });
  response.end(method === 'HEAD' ? undefined : content);
});

const port = portOf(process.argv.slice(2));
server.on('error', ({ code }) => fail(code === 'EADDRINUSE' ? `port ${port} is in use; give another --port` : code));
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));

/** `--port 8080`, or just `8080`; without either any free one. */
function portOf(args) {
  try {
    const { values, positionals } = parseArgs({ args, options: { port: { type: 'string' } }, allowPositionals: true });
    const told = values.port ?? positionals[0] ?? '0';
    if (/^\d{1,5}$/.test(told) && Number(told) <= 65_535) return Number(told);
    return fail(`--port must be a whole number from 0 to 65535, not "${told}"`);
  } catch (error) {
    return fail(error.message);
  }
}

function fail(sentence) {
  console.error(`serve.mjs: ${sentence}`);
  process.exit(1);
}
