/** Spells metrics in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats), version 0.0.4. */

import type { Family, Histogram, Value } from './values.ts';

export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

interface Described {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export function valuesText(described: Described, family: Family<Value>): string {
  const lines = [headOf(described)];
  for (const { labels, value } of family.all) {
    lines.push(`${described.name}${labelsOf(pairs(described.labels, labels))} ${spelled(value.now)}\n`);
  }
  return lines.join('');
}

export function histogramsText(described: Described, family: Family<Histogram>): string {
  const { name } = described;
  const lines = [headOf(described)];
  for (const { labels, value } of family.all) {
    const own = pairs(described.labels, labels);
    let count = 0;
    for (const [at, counted] of value.counts.entries()) {
      count += counted;
      lines.push(`${name}_bucket${labelsOf([...own, ['le', spelled(value.bounds[at] ?? Number.POSITIVE_INFINITY)]])} ${count}\n`);
    }
    lines.push(`${name}_sum${labelsOf(own)} ${spelled(value.sum)}\n${name}_count${labelsOf(own)} ${count}\n`);
  }
  return lines.join('');
}

function headOf({ name, type, help }: Described): string {
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
}

type Pair = readonly [name: string, value: string];

function pairs(names: readonly string[], values: readonly string[]): Pair[] {
  return names.map((name, at) => [name, values[at] ?? '']);
}

function labelsOf(labels: readonly Pair[]): string {
  if (labels.length === 0) return '';
  return `{${labels.map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`).join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function spelled(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value);
}
