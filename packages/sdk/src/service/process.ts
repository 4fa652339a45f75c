/** The process that a provider is in, where there is one: a page has none. */

interface Process {
  readonly pid: number;
  exitCode?: number | string | null | undefined;
  once(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
  listenerCount(signal: string): number;
  kill(pid: number, signal: string): unknown;
}

const { process } = globalThis as { readonly process?: Partial<Process> };

/** Undefined in a page, also in one that a bundler gave something of that name. */
export const ownProcess: Process | undefined = process?.once === undefined ? undefined : (process as Process);

/** It has failed, whatever it does until it ends; a code that was set already stays. */
export function failProcess(): void {
  if (ownProcess !== undefined) ownProcess.exitCode ??= 1;
}
