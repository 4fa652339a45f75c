/** A hub with the examples as its services, each a process of its own, for looking at the dashboard with real work in it. */

import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawnDependent } from '../support/dependent.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workers = ['brightwrapper', 'brightwrapper', 'llm', 'llm', 'documents', 'briefing'];
const patienceMs = 30_000;

export interface Demo {
  readonly url: string;
  stop(): Promise<void>;
}

/** What a checkout has built is what runs. */
export async function startDemo(): Promise<Demo> {
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: 'inherit' });
  const hub = spawnDependent(process.execPath, ['packages/hub/dist/cli/conduit.js', 'start', '--port', '0', '--memory'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await said(hub, /listens on (\S+)/);
  const children = await Promise.all(
    workers.map(async (name) => {
      const env = { ...process.env, CONDUIT_URL: url };
      const child = spawnDependent(process.execPath, [`examples/${name}/dist/main.js`], {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      await said(child, /(\S+)/);
      return child;
    }),
  );
  return {
    url,
    stop: async () => {
      for (const child of [...children, hub]) {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
    },
  };
}

/** What a program says of itself when it is ready. */
async function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  let printed = '';
  return await new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(`not ready in ${patienceMs} ms: ${printed}`)), patienceMs);
    const take = (data: unknown): void => {
      printed += String(data);
      const found = pattern.exec(printed)?.[1];
      if (found === undefined) return;
      clearTimeout(patience);
      resolve(found);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${printed}`)));
  });
}
