/** Starts a program that ends when this process ends, however that ends: the system kills it, so nothing has to be left to do so. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** Only Linux knows how; elsewhere a program outlives a test run that is killed. */
const before = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];

/** As `spawn` does; the process is the program's own from the start, with its id and its signals. */
export function spawnDependent(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const [program = command, ...rest] = [...before, command, ...args];
  return spawn(program, rest, options);
}
