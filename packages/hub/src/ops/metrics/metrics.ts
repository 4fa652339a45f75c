/** What `/metrics` is made of: the families of the table, counted by whoever knows, read and spelled when somebody asks. */

import { type MetricName, metricTable } from './table.ts';
import { contentType, histogramsText, valuesText } from './text.ts';
import { Family, Histogram, Value } from './values.ts';

type NameOf<Type extends string> = {
  [Name in MetricName]: (typeof metricTable)[Name]['type'] extends Type ? Name : never;
}[MetricName];

type Look = () => void | Promise<void>;

export class Metrics {
  readonly contentType = contentType;
  /** In the order of their making; each spells itself. */
  readonly #families = new Map<MetricName, () => string>();
  readonly #looks: Look[] = [];

  values(name: NameOf<'counter' | 'gauge'>): Family<Value> {
    const family = new Family(() => new Value());
    this.#families.set(name, () => valuesText({ name, ...metricTable[name] }, family));
    return family;
  }

  histograms(name: NameOf<'histogram'>): Family<Histogram> {
    const family = new Family(() => new Histogram(metricTable[name].buckets));
    this.#families.set(name, () => histogramsText({ name, ...metricTable[name] }, family));
    return family;
  }

  /** One without labels that somebody else keeps; undefined: there is none at this moment. It costs nothing until it is asked for. */
  read(name: NameOf<'counter' | 'gauge'>, value: () => number | undefined | Promise<number | undefined>): void {
    const family = this.values(name);
    this.atScrape(async () => {
      const now = await value();
      if (now === undefined) family.clear();
      else family.of().now = now;
    });
  }

  /** Runs before each answer. */
  atScrape(look: Look): void {
    this.#looks.push(look);
  }

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    await Promise.all(this.#looks.map((look) => look()));
    return [...this.#families.values()].map((spell) => spell()).join('');
  }
}
