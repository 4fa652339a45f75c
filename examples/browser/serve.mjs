// Serves this folder's three files on loopback: `node serve.mjs [port]`. Any static server does as well.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
};

const server = createServer(async ({ url = '/' }, response) => {
  const file = files[new URL(url, 'http://localhost').pathname];
  if (file === undefined) return response.writeHead(404).end('there is nothing here');
  response.writeHead(200, { 'content-type': file[1] }).end(await readFile(new URL(file[0], import.meta.url)));
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
