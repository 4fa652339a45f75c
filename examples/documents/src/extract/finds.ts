/** What was found of one kind: each once, with the page that says it first, and no more than a result should hold. */

export type OnPage<T> = T & { readonly page: number };

/** A list that nobody reads to its end is no help; the whole result has to fit into one message. */
const most = 200;

export class Finds<T> {
  readonly #keyOf: (find: T) => string;
  readonly #all = new Map<string, OnPage<T>>();
  #isCut = false;

  constructor(keyOf: (find: T) => string) {
    this.#keyOf = keyOf;
  }

  get all(): OnPage<T>[] {
    return [...this.#all.values()];
  }

  /** Whether there were more. */
  get isCut(): boolean {
    return this.#isCut;
  }

  add(finds: readonly T[], page: number): void {
    for (const find of finds) {
      const key = this.#keyOf(find);
      if (this.#all.has(key)) continue;
      if (this.#all.size >= most) this.#isCut = true;
      else this.#all.set(key, { ...find, page });
    }
  }
}
