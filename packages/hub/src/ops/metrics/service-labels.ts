/** Which services are told apart in the metrics: the first hundred that anybody provided. The others are one, so that no peer can add labels without end. */

const maxServices = 100;
/** What stands for all others. */
const otherServices = 'other';

export class ServiceLabels {
  readonly #names = new Set<string>();
  readonly #max: number;

  constructor(max = maxServices) {
    this.#max = max;
  }

  /** @param isProvided somebody has a right to this name: whoever only asks for one that nobody serves gets no label for it. */
  of(name: string, isProvided: boolean): string {
    if (this.#names.has(name)) return name;
    if (!isProvided || this.#names.size >= this.#max) return otherServices;
    this.#names.add(name);
    return name;
  }
}
