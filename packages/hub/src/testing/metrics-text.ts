/** Reads Prometheus' text format as a scraper does, so that a line which none would take fails a test. */

export interface MetricsRead {
  /** By name, of those that have a type. */
  readonly types: ReadonlyMap<string, string>;
  /** By name and labels as they are written: `conduit_requests_open{state="queued"}`. */
  readonly samples: ReadonlyMap<string, number>;
}

const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/;

/** @throws Error for a line that is none of the format's. */
export function readMetrics(text: string): MetricsRead {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (typed !== undefined && type !== undefined) {
      types.set(typed, type);
      continue;
    }
    const [, name, labels = '', value] = sample.exec(line) ?? [];
    if (name === undefined || value === undefined || Number.isNaN(Number(value))) throw new Error(`no line of metrics: ${line}`);
    samples.set(`${name}${labels}`, Number(value));
  }
  return { types, samples };
}
