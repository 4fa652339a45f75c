/** The providers of one service, served in turn. A busy provider keeps its place in line; joining and leaving disturb nobody else's. */

import type { Provider } from './provider.ts';

export class Pool {
  #line: Provider[] = [];

  get size(): number {
    return this.#line.length;
  }

  /** In the order of their turns. */
  get providers(): readonly Provider[] {
    return this.#line;
  }

  /** Joining counts as being served: to the back. */
  add(provider: Provider): void {
    this.#line.push(provider);
  }

  remove(provider: Provider): void {
    this.#line = this.#line.filter((other) => other !== provider);
  }

  /**
   * The provider that takes the action, has room and was served longest ago; it goes to the back.
   * Linear in the pool, which is tens.
   * @param isExcluded providers that turned this request down a moment ago.
   */
  next(action: string, isExcluded?: (provider: Provider) => boolean): Provider | undefined {
    const at = this.#line.findIndex((provider) => provider.takes(action) && provider.hasRoom && isExcluded?.(provider) !== true);
    if (at < 0) return undefined;
    const [provider] = this.#line.splice(at, 1) as [Provider];
    this.#line.push(provider);
    return provider;
  }
}
