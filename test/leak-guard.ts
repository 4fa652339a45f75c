/**
 * Fails a test file that leaves something behind that would keep Node running: a server, a connection, a process, a thread,
 * or a timer that our own code has set. What its owner unreferenced (idle keep-alive connections) keeps nothing running, and
 * timers of packages end by themselves: engine.io waits half a minute for the last poll of a client that has left.
 */

import type { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterAll } from 'vitest';

/**
 * What is closing needed one look more, of 29 ms at the most, in a whole run on two cores with work for four. Looks are counted,
 * not time: where everything is slow they come slowly too. Only a leak is looked at this often.
 */
const looks = 300;
const pauseMs = 10;
/** Far beyond all looks. */
const patienceMs = 120_000;

/** A timer of this length passes. Whoever sets a longer one has to clear it, whether or not it happens to run out meanwhile. */
const longestPassingMs = 1_000;

/** Requests that end by themselves (files, DNS), what is over with the turn of the loop, and timers, which are counted here. */
const passing = /Req|^Immediate$|^Timeout$/;

/** Its streams come into being when somebody first writes to them; then they are there to stay. */
void [process.stdout, process.stderr];

/** Node counts no threads among what is open. */
const threads = new Set<Worker>();
process.on('worker', (thread) => {
  threads.add(thread);
  thread.once('exit', () => threads.delete(thread));
});

interface Watched {
  readonly caller: Error;
  hasRunOut: boolean;
}

const timers = new Map<NodeJS.Timeout, Watched>();
let sweepAt = 1_000;
globalThis.setTimeout = watching(setTimeout);
globalThis.setInterval = watching(setInterval);

const before = open();

afterAll(async () => {
  const ours = timersOfOurs();
  let left = leaks();
  for (let look = 1; left.length > 0 && look < looks; look += 1) {
    await wait(pauseMs);
    left = leaks();
  }
  left.push(...ours.filter(({ hasRunOut }) => hasRunOut).map(nameOf));
  if (left.length === 0) return;
  throw new Error(['this file leaves open what it should close with its tests (test/support/closing.ts):', ...left].join('\n- '));
}, patienceMs);

function leaks(): string[] {
  const more = [...open()].map(([type, count]) => [type, count - (before.get(type) ?? 0)] as const);
  const handles = more.filter(([, count]) => count > 0).map(([type, count]) => `${count} ${type}`);
  return [
    ...handles,
    ...(handles.length > 0 ? named() : []),
    ...[...threads].map((thread) => `the thread ${thread.threadId}`),
    ...timersOfOurs().map(nameOf),
  ];
}

/** How many handles of each kind keep Node running. */
function open(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) {
    if (!passing.test(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}

/** What can be told of them: Node knows no public way to the handles themselves. */
function named(): string[] {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles?: () => readonly object[] };
  return (handles?.call(process) ?? []).flatMap((handle) => {
    if (handle instanceof Server) return [`a server on ${JSON.stringify(handle.address())}`];
    if (handle instanceof Socket && handle.remotePort !== undefined) {
      return [`a connection from port ${handle.localPort} to ${handle.remoteAddress}:${handle.remotePort}`];
    }
    const { pid, spawnargs } = handle as Partial<ChildProcess>;
    return pid !== undefined && spawnargs !== undefined ? [`the process ${pid}: ${spawnargs.join(' ').slice(0, 200)}`] : [];
  });
}

/** The same function, which remembers who called it, and whether a long timeout of theirs was let run out. */
function watching<Set extends typeof setTimeout | typeof setInterval>(set: Set): Set {
  return new Proxy(set, { apply });

  function apply(target: Set, self: unknown, args: [unknown, ...unknown[]]): NodeJS.Timeout {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 1;
    const watched: Watched = { caller: new Error(), hasRunOut: false };
    Error.captureStackTrace(watched.caller, apply);
    Error.stackTraceLimit = stackTraceLimit;
    const [callback, ms] = args;
    if (target.name === 'setTimeout' && typeof callback === 'function' && Number(ms) > longestPassingMs) {
      args[0] = function (this: unknown, ...rest: unknown[]): unknown {
        watched.hasRunOut = true;
        return Reflect.apply(callback, this, rest);
      };
    }
    const timer: NodeJS.Timeout = Reflect.apply(target, self, args);
    timers.set(timer, watched);
    if (timers.size >= sweepAt) sweep();
    return timer;
  }
}

/** Forgets the timers that are over. */
function sweep(): void {
  for (const timer of timers.keys()) {
    if ((timer as unknown as { readonly _destroyed: boolean })._destroyed) timers.delete(timer);
  }
  sweepAt = Math.max(1_000, timers.size * 2);
}

/** Those of our own lines that are still to run. */
function timersOfOurs(): Watched[] {
  sweep();
  return [...timers]
    .filter(([timer]) => timer.hasRef())
    .map(([, watched]) => watched)
    .filter((watched) => !/node_modules|node:/.test(setterOf(watched)));
}

function setterOf({ caller }: Watched): string {
  return caller.stack?.split('\n')[1]?.trim() ?? '';
}

function nameOf(watched: Watched): string {
  return `a timer, set ${setterOf(watched)}`;
}
