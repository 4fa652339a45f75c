/** A loop over a value that changes: it is given the latest, and whoever is slow does not see those between. */

import type { Loop } from './loop.ts';

interface Waiting<Value> {
  readonly resolve: (next: IteratorResult<Value, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

export class Latest<Value> implements Loop<Value> {
  readonly #begin: (latest: Latest<Value>) => void;
  readonly #left: (latest: Latest<Value>) => void;
  #news: { readonly value: Value } | undefined;
  #failure: { readonly error: unknown } | undefined;
  #waiting: Waiting<Value>[] = [];
  #stage: 'new' | 'begun' | 'over' = 'new';

  /**
   * @param begin runs when it is first asked for a value: until then nobody wants any.
   * @param left runs once, when nobody wants one any more.
   */
  constructor(begin: (latest: Latest<Value>) => void, left: (latest: Latest<Value>) => void) {
    this.#begin = begin;
    this.#left = left;
  }

  put(value: Value): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#news = { value };
    else waiting.resolve({ value, done: false });
  }

  /** No value will come any more. */
  fail(error: unknown): void {
    this.#failure = { error };
    const [first, ...others] = this.#waiting.splice(0);
    if (first === undefined) return;
    first.reject(error);
    for (const { resolve } of others) resolve(over);
    this.#end();
  }

  async next(): Promise<IteratorResult<Value, undefined>> {
    if (this.#stage === 'new') {
      this.#stage = 'begun';
      this.#begin(this);
    }
    if (this.#stage === 'over') return over;
    if (this.#failure !== undefined) {
      this.#end();
      throw this.#failure.error;
    }
    const news = this.#news;
    this.#news = undefined;
    if (news !== undefined) return { value: news.value, done: false };
    return await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<Value, undefined>> {
    for (const { resolve } of this.#waiting.splice(0)) resolve(over);
    this.#end();
    return over;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    const hadBegun = this.#stage === 'begun';
    this.#stage = 'over';
    if (hadBegun) this.#left(this);
  }
}

const over = { value: undefined, done: true } as const;
