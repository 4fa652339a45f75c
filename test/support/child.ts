/** A program as a process of its own that says when it is ready, and is gone when its test ends, or the run. */

import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { closing } from './closing.ts';
import { spawnDependent } from './dependent.ts';

const patienceMs = 45_000;
const rawWorker = fileURLToPath(new URL('../scenarios/raw-worker.mjs', import.meta.url));

/** Resolves with the process once it printed a line with `ready` in it. */
export async function aChild(command: string, args: readonly string[], ready: string): Promise<ChildProcess> {
  const child = spawnDependent(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  closing(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${command} ${args.join(' ')} ${why}: ${printed}`));
    const patience = setTimeout(() => fail(`was not ready in ${patienceMs} ms`), patienceMs);
    const take = (data: unknown): void => {
      printed += String(data);
      if (!printed.includes(ready)) return;
      clearTimeout(patience);
      resolve();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => {
      clearTimeout(patience);
      fail(`ended with code ${code}`);
    });
  });
  return child;
}

/** A worker of `service` in a process of its own; it answers with its name. */
export async function aWorkerProcess(url: string, service: string, name: string): Promise<ChildProcess> {
  return await aChild(process.execPath, [rawWorker, url, service, name], 'registered');
}
