/** Templates started as their READMEs say, on the sources of this repository: each a process of its own that is gone with its test. */

import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { aProgram, type Program } from '../python/python.ts';
import { closing } from '../support/closing.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * Resolves once it has printed `ready`.
 * @param path of the program, below `examples`.
 */
export async function aTemplate(
  path: string,
  ready: string | RegExp,
  { args = [], env = {} }: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Program> {
  const nodeArgs = ['--conditions=conduit-src', '--import', tsx, `${examples}${path}`, ...args];
  const program = aProgram(process.execPath, nodeArgs, { env });
  await program.printed(ready);
  return program;
}

/** A site with a page that answers at once (`/page`), one that is not there, and one that answers when the test says so (`/slow`). */
export async function aSlowSite(): Promise<SlowSite> {
  const site = new SlowSite();
  closing(() => site.close());
  await site.listen();
  return site;
}

export class SlowSite {
  url = '';
  readonly #server: Server;
  #isOpen = false;
  #waiting: (() => void)[] = [];
  #visits = 0;
  #watchers: (() => void)[] = [];

  constructor() {
    this.#server = createServer(({ url }, response) => {
      if (url !== '/slow') return void response.writeHead(url === '/page' ? 200 : 404).end('a page');
      this.#visits += 1;
      for (const watcher of this.#watchers.splice(0)) watcher();
      const answer = (): void => void response.end('at last');
      if (this.#isOpen) answer();
      else this.#waiting.push(answer);
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** Resolves once so many have asked for `/slow`. */
  async visited(times: number): Promise<void> {
    while (this.#visits < times) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** From now on `/slow` answers, also to those who wait. */
  open(): void {
    this.#isOpen = true;
    for (const answer of this.#waiting.splice(0)) answer();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
