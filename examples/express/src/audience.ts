/** Who follows which request: one that everybody has left is abandoned after a while, which a reload or a cut does not take. */

export class Audience {
  readonly #leaveMs: number;
  readonly #abandon: (id: string) => void;
  readonly #followers = new Map<string, number>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  #isClosed = false;

  constructor(leaveMs: number, abandon: (id: string) => void) {
    this.#leaveMs = leaveMs;
    this.#abandon = abandon;
  }

  /** Somebody is about to follow it. */
  expect(id: string): void {
    clearTimeout(this.#leaving.get(id));
    const abandon = (): void => {
      this.#leaving.delete(id);
      this.#abandon(id);
    };
    this.#leaving.set(id, setTimeout(abandon, this.#leaveMs));
  }

  /** @returns what to call when they left. */
  enter(id: string): () => void {
    clearTimeout(this.#leaving.get(id));
    this.#leaving.delete(id);
    this.#followers.set(id, (this.#followers.get(id) ?? 0) + 1);
    return () => {
      const left = (this.#followers.get(id) ?? 1) - 1;
      if (left > 0) return void this.#followers.set(id, left);
      this.#followers.delete(id);
      if (!this.#isClosed) this.expect(id);
    };
  }

  /** Nobody is abandoned any more. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
  }
}
