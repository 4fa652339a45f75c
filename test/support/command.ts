/** The command line as people and scripts run it: a process of its own, with what it prints and how it ends. */

import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { closing } from './closing.ts';
import { spawnDependent } from './dependent.ts';

const cli = fileURLToPath(new URL('../../packages/hub/src/cli/conduit.ts', import.meta.url));
/** By its path: a command may run in any folder. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const nodeArgs = ['--conditions=conduit-src', '--import', tsx, cli];
const patienceMs = 45_000;

interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from standard input. */
  readonly input?: string;
  readonly cwd?: string;
  /** In a terminal of its own, so that it draws: standard output and error are then one. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Command {
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #finished: Promise<Finished>;
  #watchers: (() => void)[] = [];

  constructor(args: readonly string[], { env, input, cwd, terminal }: CommandOptions = {}) {
    const [program, ...rest] = terminal === undefined ? [process.execPath, ...nodeArgs, ...args] : inTerminal(args, terminal);
    // `CI` and `NO_COLOR` take the colours away, and npm's word lines of help another name; a person's terminal says none of them.
    const { CONDUIT_URL: _url, NO_COLOR: _colour, CI: _ci, npm_command: _npm, ...inherited } = process.env;
    this.#child = spawnDependent(String(program), rest, {
      env: { ...inherited, TERM: 'xterm-256color', ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#child.stdin?.end(input);
    this.#child.stdout?.on('data', (data) => {
      this.stdout += String(data);
      this.#changed();
    });
    this.#child.stderr?.on('data', (data) => {
      this.stderr += String(data);
      this.#changed();
    });
    this.#finished = new Promise((resolve) =>
      this.#child.once('close', (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
        this.#changed();
      }),
    );
  }

  /** Resolves once it has printed this, anywhere. */
  async printed(what: string | RegExp): Promise<void> {
    const giveUpAt = performance.now() + patienceMs;
    const patience = setTimeout(() => this.#changed(), patienceMs);
    while (!`${this.stdout}\n${this.stderr}`.match(what)) {
      const isOver = this.#child.exitCode !== null || performance.now() >= giveUpAt;
      if (isOver) throw new Error(`it never printed ${what}, but:\n${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
    clearTimeout(patience);
  }

  signal(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  async finished(): Promise<Finished> {
    return await this.#finished;
  }

  async close(): Promise<void> {
    this.signal('SIGKILL');
    await this.#finished;
  }

  #changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}

/** A command that is gone when its test ends. */
export function command(args: readonly string[], options?: CommandOptions): Command {
  const running = new Command(args, options);
  closing(async () => await running.close());
  return running;
}

/** Runs a command to its end. */
export async function run(args: readonly string[], options?: CommandOptions): Promise<Finished> {
  return await command(args, options).finished();
}

/** Runs a command in a shell, with what follows it there: a pipe, say. The code is that of whoever failed. */
export async function inShell(args: readonly string[], after: string): Promise<Finished> {
  const line = `${quoted([process.execPath, ...nodeArgs, ...args])} ${after}`;
  const child = spawnDependent('bash', ['-o', 'pipefail', '-c', line], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (data) => {
    stdout += String(data);
  });
  child.stderr?.on('data', (data) => {
    stderr += String(data);
  });
  return await new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

/** `script` from util-linux gives a program a terminal and keeps nothing of it. */
function inTerminal(args: readonly string[], { columns, rows }: { readonly columns: number; readonly rows: number }): string[] {
  const words = quoted([process.execPath, ...nodeArgs, ...args]);
  return ['script', '--quiet', '--return', '--command', `stty cols ${columns} rows ${rows}; exec ${words}`, '/dev/null'];
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
