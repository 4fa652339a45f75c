/** What `/metrics` is made of: the families of the table, each made once by whoever counts it, and read when somebody asks. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricName, metricTable } from './table.ts';

type NameOf<Type extends string> = {
  [Name in MetricName]: (typeof metricTable)[Name]['type'] extends Type ? Name : never;
}[MetricName];

type Look = () => void | Promise<void>;

export class Metrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #registry = new Registry();
  readonly #looks: Look[] = [];

  counter(name: NameOf<'counter'>): Counter {
    return new Counter(this.#configuration(name));
  }

  /** A counter that somebody else keeps, read at each scrape: it costs nothing where it is counted. */
  countedElsewhere(name: NameOf<'counter'>, total: () => number): void {
    const counter = this.counter(name);
    this.atScrape(() => {
      counter.reset();
      counter.inc(total());
    });
  }

  gauge(name: NameOf<'gauge'>): Gauge {
    return new Gauge(this.#configuration(name));
  }

  /** A number of this moment; undefined: there is none. */
  gaugeOf(name: NameOf<'gauge'>, value: () => number | undefined | Promise<number | undefined>): void {
    const gauge = this.gauge(name);
    this.atScrape(async () => {
      const now = await value();
      if (now === undefined) gauge.remove();
      else gauge.set(now);
    });
  }

  histogram(name: NameOf<'histogram'>): Histogram {
    return new Histogram({ ...this.#configuration(name), buckets: [...metricTable[name].buckets] });
  }

  /** Runs before each answer. */
  atScrape(look: Look): void {
    this.#looks.push(look);
  }

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    await Promise.all(this.#looks.map((look) => look()));
    return await this.#registry.metrics();
  }

  #configuration(name: MetricName) {
    const { help, labels } = metricTable[name];
    return { name, help, labelNames: [...labels], registers: [this.#registry] };
  }
}
