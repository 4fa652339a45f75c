/** Programs as processes of their own, with what they print and how they end; above all Debian's Python with the package of this repository. */

import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { closing } from '../support/closing.ts';
import { spawnDependent } from '../support/dependent.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patienceMs = 45_000;

/** What Python says under `-X dev` of a step that took long: on a busy machine each may. */
const slowSteps = /Executing <.*> took [\d.]+ seconds\n/g;

interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export class Program {
  /** What it printed, on both ways out. */
  get output(): string {
    return this.#printed.replaceAll(slowSteps, '');
  }

  #printed = '';
  #stdout = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #watchers: (() => void)[] = [];

  constructor(command: string, args: readonly string[], { env, cwd = root }: ProgramOptions) {
    const { CONDUIT_URL: _url, CONDUIT_TOKEN: _token, ...inherited } = process.env;
    this.#child = spawnDependent(command, args, {
      cwd,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it starts goes with it.
      detached: true,
    });
    const killIt = (): void => this.#killGroup();
    process.once('exit', killIt);
    this.#child.once('exit', () => process.off('exit', killIt));
    this.#child.stdout?.on('data', (data) => {
      this.#stdout += String(data);
    });
    for (const out of [this.#child.stdout, this.#child.stderr]) {
      out?.on('data', (data) => {
        this.#printed += String(data);
        this.#changed();
      });
    }
    this.#ended = new Promise((resolve) =>
      this.#child.once('close', (code) => {
        resolve(code);
        this.#changed();
      }),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The lines of its standard output that are JSON: what is said of them on the other way out may come in the middle of a line. */
  get said(): readonly Readonly<Record<string, unknown>>[] {
    return this.#stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  /** Resolves once it has printed this. */
  async printed(what: string | RegExp): Promise<void> {
    const giveUpAt = performance.now() + patienceMs;
    const patience = setTimeout(() => this.#changed(), patienceMs);
    while (!this.output.match(what)) {
      const isOver = this.#child.exitCode !== null || this.#child.signalCode !== null || performance.now() >= giveUpAt;
      if (isOver) throw new Error(`it never printed ${what}, but:\n${this.output}`);
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
    clearTimeout(patience);
  }

  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Resolves with its exit code; null when a signal ended it. */
  async ended(): Promise<number | null> {
    return await this.#ended;
  }

  async close(): Promise<void> {
    this.#killGroup();
    await this.#ended;
  }

  #killGroup(): void {
    // It never started.
    if (this.pid === 0) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      // Nobody of it is left.
      if (Reflect.get(error as object, 'code') !== 'ESRCH') throw error;
    }
  }

  #changed(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}

/** A program that is gone, with all that it started, when its test ends. */
export function aProgram(command: string, args: readonly string[], options: ProgramOptions): Program {
  const running = new Program(command, args, options);
  closing(async () => await running.close());
  return running;
}

/** A Python program with the package. `-X dev` prints what is left behind: tasks, sockets, exceptions that nobody took. */
export function aPython(args: readonly string[], { env, ...options }: ProgramOptions = {}): Program {
  const ours = { PYTHONPATH: `${root}python`, PYTHONDONTWRITEBYTECODE: '1' };
  return aProgram('/usr/bin/python3', ['-X', 'dev', '-u', ...args], { ...options, env: { ...ours, ...env } });
}

/** The worker of the scenarios, once the hub knows it. */
export async function aPythonWorker(url: string, service: string, env: Readonly<Record<string, string>> = {}): Promise<Program> {
  const worker = aPython(['test/python/worker.py', service], { env: { CONDUIT_URL: url, ...env } });
  await worker.printed(`${service} serves ${url}`);
  return worker;
}
