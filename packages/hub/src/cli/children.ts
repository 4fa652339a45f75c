/** Processes that belong to a command: none outlives it, however it ends, but by a SIGKILL of its own. */

import { type ChildProcess, spawn } from 'node:child_process';

/** What a worker may take to hand over what it holds, milliseconds. */
const partingMs = 3_000;

export class Children {
  readonly #living = new Set<ChildProcess>();
  #isOver = false;
  readonly #endAll = (): void => {
    for (const child of this.#living) child.kill('SIGKILL');
  };

  constructor() {
    process.on('exit', this.#endAll);
  }

  /** False: what ends now was not meant to. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Starts a program of Node's. Ctrl-C at the terminal does not reach it: it is for the command to say what ends.
   * @param onLine takes each line of its standard output.
   */
  start(args: readonly string[], env: Readonly<Record<string, string>>, onLine: (line: string) => void): ChildProcess {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.#living.add(child);
    child.once('exit', () => this.#living.delete(child));
    let unread = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (unread + text).split('\n');
      unread = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
    return child;
  }

  /** Lets all of them leave in order, for a few seconds. */
  async close(): Promise<void> {
    this.#isOver = true;
    const exits = [...this.#living].map(async (child) => {
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), partingMs);
      await exited;
      clearTimeout(patience);
    });
    await Promise.all(exits);
    process.off('exit', this.#endAll);
  }
}
