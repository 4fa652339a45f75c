/** The requests that wait for one action of one service, in the order in which they will be served. */

import { lineKey, type RequestRecord } from './record.ts';

/** One that waits. */
export interface Waiting {
  readonly requestId: string;
  readonly key: number;
  /** Providers that turned it down, by session, and until when (hub time) they are not asked again. */
  readonly turnedDown: ReadonlyMap<string, number>;
}

export class Line {
  readonly #entries: Waiting[] = [];

  get length(): number {
    return this.#entries.length;
  }

  get first(): Waiting | undefined {
    return this.#entries[0];
  }

  /** In order of service. */
  get entries(): readonly Waiting[] {
    return this.#entries;
  }

  /** By the time of creation and the priority; equals stay in the order in which they came. */
  add(record: RequestRecord, turnedDown: ReadonlyMap<string, number>): void {
    const entry = { requestId: record.requestId, key: lineKey(record), turnedDown };
    this.#entries.splice(this.#after(entry.key), 0, entry);
  }

  /** Linear in the line, which is at most ten thousand: a few µs. */
  remove(requestId: string): void {
    const at = this.#entries.findIndex((entry) => entry.requestId === requestId);
    if (at >= 0) this.#entries.splice(at, 1);
  }

  /** The first place behind everything of this key or an earlier one. */
  #after(key: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as Waiting).key <= key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
