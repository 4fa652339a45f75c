/** `conduit demo`: a hub and the example services as processes of their own, put to work before your eyes, and what to try next. */

import type { ChildProcess } from 'node:child_process';
import type { ServiceInfo } from '@conduit/sdk';
import { defaults } from '../contract/config.ts';
import { atHub } from './at-hub.ts';
import { call } from './call.ts';
import { Children } from './children.ts';
import { type Example, examples, isBuilt, mainOf } from './demo-examples.ts';
import { exitCodes, Refusal } from './exit.ts';
import { troubleOfListening } from './listening.ts';

export interface DemoOptions {
  readonly once?: true;
  readonly out: string;
  readonly dataDir?: string;
}

interface Running {
  readonly example: Example;
  readonly workers: readonly ChildProcess[];
}

/** How soon a hub that was killed is there again, milliseconds: after those who follow it have seen that it was gone. */
const hubRestartMs = 1_000;

/** @returns the exit code of the call it makes. */
export async function demo({ once, out, dataDir }: DemoOptions): Promise<number> {
  const built = examples.filter(isBuilt);
  const [shown] = built;
  if (shown === undefined)
    throw new Refusal('the demo needs the example services, which are in a checkout only; there, run: npm run demo', 'failed');
  const children = new Children();
  const leave = (): void => process.exit(exitCodes.interrupted.code);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, leave);
  try {
    const hub = new DemoHub(children, dataDir);
    const url = await hub.start();
    say(
      `Conduit hub demo listens on ${url} and keeps ${dataDir === undefined ? 'everything in memory' : `requests in ${dataDir}`}.`,
    );
    const running = await Promise.all(built.map(async (example) => await startWorkers(children, example, url)));
    const connection = { name: 'conduit demo', note: () => undefined };
    const services = await atHub({ url }, connection, async (conduit) => await conduit.services());
    say(`\n${running.map(workersText).join('\n')}`);
    const missing = examples.filter((example) => !built.includes(example)).map(({ name }) => name);
    if (missing.length > 0) say(`  not built here, so left out: ${missing.join(', ')}`);
    process.off('SIGINT', leave);
    const { name: service, action, payload } = shown;
    say(`\nWhat follows is: ${commandOf(shown)}\n`);
    // Pages of JSON would push bars and pictures off the screen.
    const code = await call({ service, action, payload, options: { url, out }, showsResult: false });
    if (once === true || code === exitCodes.interrupted.code) return code;
    say(tryNext({ url, hubPid: hub.pid, running, services, isKept: dataDir !== undefined }));
    await new Promise((resolve) => process.off('SIGTERM', leave).once('SIGTERM', resolve).once('SIGINT', resolve));
    // Whoever is in a hurry says so again.
    process.once('SIGINT', leave);
    say('\nEnding the services and the hub.');
    return exitCodes.completed.code;
  } finally {
    await children.close();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, leave);
  }
}

/** The hub: killed, it is there again a moment later, as a supervisor would see to it. */
class DemoHub {
  readonly #children: Children;
  readonly #dataDir: string | undefined;
  #child: ChildProcess | undefined;

  constructor(children: Children, dataDir: string | undefined) {
    this.#children = children;
    this.#dataDir = dataDir;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** On the usual port if it is free, so that what the README says works; otherwise on any. @returns its address. */
  async start(): Promise<string> {
    const isFree = (await troubleOfListening('127.0.0.1', defaults.port)) === undefined;
    if (!isFree) say(`Port ${defaults.port} is taken: the hub of the demo listens on another one.`);
    const url = (isFree ? await this.#run(defaults.port) : undefined) ?? (await this.#run(0));
    if (url === undefined) throw new Refusal('the hub of the demo could not start', 'failed');
    this.#keep(Number(new URL(url).port));
    return url;
  }

  /** @returns its address; undefined when it ended before it listened. */
  async #run(port: number): Promise<string | undefined> {
    const kept = this.#dataDir === undefined ? ['--memory'] : ['--data-dir', this.#dataDir];
    const args = ['start', '--port', String(port), '--hub-id', 'demo', '--log-level', 'error', ...kept];
    return await new Promise((resolve) => {
      const script = process.argv[1] ?? '';
      const child = this.#children.start([...process.execArgv, script, ...args], {}, (line) => {
        const [, url] = / listens on (\S+)$/.exec(line) ?? [];
        if (url !== undefined) resolve(url);
      });
      child.once('exit', () => resolve(undefined));
      this.#child = child;
    });
  }

  #keep(port: number): void {
    this.#child?.once('exit', () => {
      if (this.#children.isOver) return;
      say('The hub has ended; it is started again.');
      setTimeout(async () => {
        if (this.#children.isOver || (await this.#run(port)) === undefined) return;
        say(`The hub is there again, pid ${this.pid}.`);
        this.#keep(port);
      }, hubRestartMs);
    });
  }
}

/** Resolves once each worker says that it serves, or has ended. */
async function startWorkers(children: Children, example: Example, url: string): Promise<Running> {
  const workers: ChildProcess[] = [];
  const start = async (): Promise<void> =>
    await new Promise((resolve) => {
      const worker = children.start([mainOf(example)], { CONDUIT_URL: url }, (line) => {
        if (line.startsWith(`${example.name} serves `)) resolve();
      });
      workers.push(worker);
      worker.once('exit', () => {
        resolve();
        if (!children.isOver)
          say(`A worker of ${example.name} has ended (pid ${worker.pid}); ${workers.filter(isLiving).length} left.`);
      });
    });
  await Promise.all(Array.from({ length: example.workers }, start));
  if (!workers.some(isLiving)) throw new Refusal(`the example service ${example.name} ended before it was ready`, 'failed');
  return { example, workers };
}

function workersText({ example, workers }: Running): string {
  const count = workers.length === 1 ? '1 worker ' : `${workers.length} workers`;
  return `  ${example.name.padEnd(14)} ${count}  pid ${workers.map(({ pid }) => pid).join(', ')}`;
}

interface Next {
  readonly url: string;
  readonly hubPid: number | undefined;
  readonly running: readonly Running[];
  readonly services: readonly ServiceInfo[];
  readonly isKept: boolean;
}

function tryNext({ url, hubPid, running, services, isKept }: Next): string {
  const option = url === `http://127.0.0.1:${defaults.port}` ? '' : ` --url ${url}`;
  const offered = running.filter(({ example }) =>
    services.some(({ name, actions }) => name === example.name && takes(actions, example.action)),
  );
  const commands = [
    ...offered.map(({ example }) => commandOf(example)),
    'conduit services --watch',
    'conduit requests --follow',
  ].map((command) => `  npx ${command}${option}`);
  // The slowest of them: somebody has to be fast enough to kill it in the middle of a request.
  const slow = running.find(({ example }) => example.name === 'llm') ?? running[0];
  const pids = slow?.workers.map(({ pid }) => pid).join(' or ');
  const hub = isKept ? `; kill -9 ${hubPid} ends the hub, which comes back` : '';
  return `
The hub goes on: ${url}
In a second terminal, in this folder:

${commands.join('\n')}

While ${slow?.example.name} works, kill -9 ${pids} ends a worker${hub}: whoever asked sees a new attempt, no error.
Ctrl-C ends it.`;
}

/** A service that names no actions takes any. */
function takes(actions: ServiceInfo['actions'], wanted: string): boolean {
  return actions.length === 0 || actions.some(({ name }) => name === wanted);
}

function commandOf({ name, action, payload }: Example): string {
  return `conduit call ${name} ${action} '${payload}'`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function isLiving({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
