/** The HTTP targets of a dispatcher, in turn: each with its own places, and left out while it does not answer or asks for a pause. */

export class Target {
  /** Where requests go; `{action}` in it stands for the action. */
  readonly template: string;
  held = 0;
  /** Out of turn until then, on the monotonic clock, milliseconds. */
  outUntil = 0;

  constructor(template: string) {
    this.template = template;
  }

  url(action: string): URL {
    return new URL(this.template.replaceAll('{action}', encodeURIComponent(action)));
  }

  /** Without its query, which may be nobody's business. */
  get name(): string {
    return this.template.replace(/[?#].*$/, '');
  }

  get isOut(): boolean {
    return performance.now() < this.outUntil;
  }
}

interface Parts {
  readonly concurrency: number;
  readonly log: (sentence: string) => void;
}

export class Targets {
  readonly all: readonly Target[];
  readonly #concurrency: number;
  readonly #log: (sentence: string) => void;
  #line: Target[];
  #waiting: (() => void)[] = [];

  constructor(templates: readonly string[], { concurrency, log }: Parts) {
    this.all = templates.map((template) => new Target(template));
    this.#line = [...this.all];
    this.#concurrency = concurrency;
    this.#log = log;
  }

  /**
   * The next target with a free place, waiting for one if need be; `release` gives the place back. Those that are out come last: better a
   * try than a refusal.
   * @returns undefined when all of them have been tried.
   */
  async take(tried: ReadonlySet<Target>, signal: AbortSignal): Promise<Target | undefined> {
    for (;;) {
      signal.throwIfAborted();
      const left = this.#line.filter((target) => !tried.has(target));
      if (left.length === 0) return undefined;
      const wanted = left.some((target) => !target.isOut) ? left.filter((target) => !target.isOut) : left;
      const target = wanted.find(({ held }) => held < this.#concurrency);
      if (target !== undefined) {
        target.held += 1;
        this.#line = [...this.#line.filter((other) => other !== target), target];
        return target;
      }
      await this.#change(signal);
    }
  }

  release(target: Target): void {
    target.held -= 1;
    this.#changed();
  }

  /** @param ms how long it is left out; with health checks until one of them finds it well. */
  leaveOut(target: Target, ms: number, why: string): void {
    if (!target.isOut) this.#log(`${target.name} is left out: ${why}`);
    target.outUntil = performance.now() + ms;
    this.#changed();
  }

  takeBack(target: Target): void {
    if (target.isOut) this.#log(`${target.name} is back`);
    target.outUntil = 0;
    this.#changed();
  }

  #changed(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
      this.#waiting.push(wake);
    });
  }
}
