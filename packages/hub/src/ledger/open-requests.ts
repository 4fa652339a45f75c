/** What a folder's store remembers of the requests that are open: where their rows are, and whose they are. */

import type { Origin } from '../routing/record.ts';

export interface OpenEntry {
  /** Its number in the file, in the order of creation. */
  readonly number: number;
  readonly origin: Origin;
  /** What its rows weigh so far. */
  bytes: number;
  /** There is a row of live state or a snapshot. */
  hasState: boolean;
  /** Chunks before this number are gone. */
  trimmedTo: number;
}

export class OpenRequests {
  readonly #entries = new Map<string, OpenEntry>();
  readonly #children = new Index();
  readonly #sessions = new Index();

  get(requestId: string): OpenEntry | undefined {
    return this.#entries.get(requestId);
  }

  add(entry: OpenEntry): void {
    const { requestId, parent, requester } = entry.origin;
    this.#entries.set(requestId, entry);
    if (parent !== undefined) this.#children.add(parent.requestId, requestId);
    this.#sessions.add(requester.sessionId, requestId);
  }

  remove({ origin: { requestId, parent, requester } }: OpenEntry): void {
    this.#entries.delete(requestId);
    if (parent !== undefined) this.#children.remove(parent.requestId, requestId);
    this.#sessions.remove(requester.sessionId, requestId);
  }

  children(requestId: string): string[] {
    return this.#children.get(requestId);
  }

  ofSession(sessionId: string): string[] {
    return this.#sessions.get(sessionId);
  }

  has(isWanted: (origin: Origin) => boolean): boolean {
    for (const { origin } of this.#entries.values()) if (isWanted(origin)) return true;
    return false;
  }

  /** Those that are wanted, below `number`, newest first. Linear in the open requests. */
  search(number: number, isWanted: (origin: Origin) => boolean): { readonly number: number; readonly requestId: string }[] {
    const found = [...this.#entries.values()].filter((entry) => entry.number < number && isWanted(entry.origin));
    return found.reverse().map((entry) => ({ number: entry.number, requestId: entry.origin.requestId }));
  }
}

/** Ids under a key, in the order in which they came. */
export class Index {
  readonly #ids = new Map<string, Set<string>>();

  get(key: string): string[] {
    return [...(this.#ids.get(key) ?? [])];
  }

  add(key: string, id: string): void {
    const ids = this.#ids.get(key);
    if (ids === undefined) this.#ids.set(key, new Set([id]));
    else ids.add(id);
  }

  remove(key: string, id: string): void {
    const ids = this.#ids.get(key);
    ids?.delete(id);
    if (ids?.size === 0) this.#ids.delete(key);
  }
}
