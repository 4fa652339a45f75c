/** A real hub as a process of its own: started, killed, started again on the same port, as people do it. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { closing } from './closing.ts';
import { spawnDependent } from './dependent.ts';
import { expectNoSecrets } from './secrets.ts';

const cli = fileURLToPath(new URL('../../packages/hub/src/cli/conduit.ts', import.meta.url));
const probe = new URL('memory-probe.mjs', import.meta.url).href;
const patienceMs = 45_000;

export interface HubOptions {
  /** Left out: a new folder that goes with the hub. */
  readonly dataDir?: string;
  /** Further arguments of `conduit start`. */
  readonly args?: readonly string[];
  /** It can be asked for the memory that it has in use. */
  readonly isProbed?: boolean;
}

export class HubProcess {
  readonly port: number;
  readonly dataDir: string;
  readonly url: string;
  readonly #args: readonly string[];
  readonly #isProbed: boolean;
  readonly #isFolderOurs: boolean;
  #child: ChildProcess | undefined;
  #exited: Promise<number | null> = Promise.resolve(null);
  #output = '';

  constructor(port: number, { dataDir, args = [], isProbed = false }: HubOptions) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#isFolderOurs = dataDir === undefined;
    this.dataDir = dataDir ?? mkdtempSync(join(tmpdir(), 'conduit-hub-'));
    this.#args = args;
    this.#isProbed = isProbed;
  }

  /** Everything it printed, over all its lives. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves once it says where it listens. */
  async start(): Promise<void> {
    // All that a log can hold is there to be searched: `close` does.
    const args = ['start', '--port', String(this.port), '--data-dir', this.dataDir, '--log-level', 'trace', ...this.#args];
    const probing = this.#isProbed ? ['--expose-gc', '--import', probe] : [];
    const child = spawnDependent(process.execPath, [...probing, '--conditions=conduit-src', '--import', 'tsx', cli, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', ...(this.#isProbed ? (['ipc'] as const) : [])],
    });
    this.#child = child;
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    this.#exited = exited;
    await new Promise<void>((resolve, reject) => {
      const patience = setTimeout(
        () => reject(new Error(`the hub did not start in ${patienceMs} ms: ${this.#output}`)),
        patienceMs,
      );
      const settle = (how: () => void): void => {
        clearTimeout(patience);
        how();
      };
      let printed = '';
      child.stdout?.on('data', (data) => {
        this.#output += String(data);
        printed += String(data);
        if (printed.includes(this.url)) settle(resolve);
      });
      child.stderr?.on('data', (data) => {
        this.#output += String(data);
      });
      void exited.then((code) => settle(() => reject(new Error(`the hub ended with code ${code}: ${this.#output}`))));
    });
  }

  /** Ends it as the signal says, and resolves with its exit code once it is gone. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<number | null> {
    this.#child?.kill(signal);
    return await this.#exited;
  }

  /** What it has in use that no collection gives back, bytes: of one that is probed. */
  async bytesInUse(): Promise<number> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) throw new Error(`the hub does not run: ${this.#output}`);
    const told = once(child, 'message');
    child.send('how much?');
    const ended = this.#exited.then((code) => {
      throw new Error(`the hub ended with code ${code}: ${this.#output}`);
    });
    const [bytes] = await Promise.race([told, ended]);
    return Number(bytes);
  }

  /** Its resident memory, bytes. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** @throws Error when one of its lives has logged what nobody should read. */
  async close(): Promise<void> {
    await this.kill('SIGKILL');
    if (this.#isFolderOurs) rmSync(this.dataDir, { recursive: true, force: true });
    expectNoSecrets(this.#output);
  }
}

/** A running hub that is gone when the test ends. */
export async function aHubProcess(options: HubOptions = {}): Promise<HubProcess> {
  const hub = new HubProcess(await aFreePort(), options);
  closing(async () => await hub.close());
  await hub.start();
  return hub;
}

/** The hub that the tests of a file speak to: the one `CONDUIT_URL` names, otherwise one of their own. Call it at the top of the file. */
export function aHubForThisFile(): { readonly url: string } {
  const given = process.env['CONDUIT_URL'];
  if (given !== undefined && given !== '') return { url: given };
  let hub: HubProcess | undefined;
  beforeAll(async () => {
    hub = new HubProcess(await aFreePort(), {});
    await hub.start();
  });
  afterAll(async () => await hub?.close());
  return {
    get url() {
      return hub?.url ?? 'http://the-hub-has-not-started';
    },
  };
}

/**
 * A port that nobody listens on, below those that the system gives to outgoing connections: clients that try again and again
 * while a hub is down would otherwise, sooner or later, get the hub's own port and connect to themselves.
 */
export async function aFreePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
