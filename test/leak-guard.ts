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

/** What is closing needs some turns of the loop, on a busy machine slow ones. Only a leak waits this long. */
const graceMs = 3_000;
const pauseMs = 10;

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

const timers = new Map<NodeJS.Timeout, Error>();
let sweepAt = 1_000;
globalThis.setTimeout = watched(setTimeout);
globalThis.setInterval = watched(setInterval);

const before = open();

afterAll(async () => {
  const giveUpAt = performance.now() + graceMs;
  let left = leaks();
  while (left.length > 0 && performance.now() < giveUpAt) {
    await wait(pauseMs);
    left = leaks();
  }
  if (left.length === 0) return;
  throw new Error(['this file leaves open what it should close with its tests (test/support/closing.ts):', ...left].join('\n- '));
}, graceMs * 3);

function leaks(): string[] {
  const more = [...open()].map(([type, count]) => [type, count - (before.get(type) ?? 0)] as const);
  const handles = more.filter(([, count]) => count > 0).map(([type, count]) => `${count} ${type}`);
  return [
    ...handles,
    ...(handles.length > 0 ? named() : []),
    ...[...threads].map((thread) => `the thread ${thread.threadId}`),
    ...setByUs(),
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

/** The same function, which remembers who called it. */
function watched<Set extends typeof setTimeout | typeof setInterval>(set: Set): Set {
  return new Proxy(set, { apply });

  function apply(target: Set, self: unknown, args: unknown[]): NodeJS.Timeout {
    const timer: NodeJS.Timeout = Reflect.apply(target, self, args);
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 1;
    const caller = new Error();
    Error.captureStackTrace(caller, apply);
    Error.stackTraceLimit = stackTraceLimit;
    timers.set(timer, caller);
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

function setByUs(): string[] {
  sweep();
  return [...timers]
    .filter(([timer]) => timer.hasRef())
    .map(([, caller]) => caller.stack?.split('\n')[1]?.trim() ?? '')
    .filter((place) => !/node_modules|node:/.test(place))
    .map((place) => `a timer, set ${place}`);
}
