/** What a provider does to the process that it is in, where there is one: a page has none. */

interface Process {
  readonly pid: number;
  exitCode?: number | string | null | undefined;
}

const { process } = globalThis as { readonly process?: Partial<Process> };

/** How people tell this process from others; undefined in a page. */
export const processId = process?.pid;

/** It has failed, whatever it does until it ends; a code that was set already stays. */
export function failProcess(): void {
  if (process?.pid !== undefined) process.exitCode ??= 1;
}
