import { expect, test } from 'vitest';
import { readMetrics } from '../../testing/metrics-text.ts';
import { histogramsText, valuesText } from './text.ts';
import { Family, Histogram, Value } from './values.ts';

test('a metric says what it is, and each of its values stands under its labels', () => {
  const family = new Family(() => new Value());
  family.of('llm', 'completed').add();
  family.of('llm', 'completed').add(2);
  family.of('llm', 'failed').now = 0.5;
  const described = { name: 'conduit_ended', type: 'counter', help: 'Ended ones.', labels: ['service', 'state'] };
  expect(valuesText(described, family)).toBe(
    `# HELP conduit_ended Ended ones.
# TYPE conduit_ended counter
conduit_ended{service="llm",state="completed"} 3
conduit_ended{service="llm",state="failed"} 0.5
`,
  );
  family.clear();
  expect(valuesText(described, family)).not.toContain('{');
});

test('a histogram counts up to each bound, the bound included, and all at the end', () => {
  const family = new Family(() => new Histogram([0.1, 1]));
  for (const seconds of [0.05, 0.1, 0.5, 1, 7]) family.of('llm').observe(seconds);
  const text = histogramsText({ name: 'took_seconds', type: 'histogram', help: 'How long.', labels: ['service'] }, family);
  expect(text.split('\n').slice(2, -1)).toEqual([
    'took_seconds_bucket{service="llm",le="0.1"} 2',
    'took_seconds_bucket{service="llm",le="1"} 4',
    'took_seconds_bucket{service="llm",le="+Inf"} 5',
    'took_seconds_sum{service="llm"} 8.65',
    'took_seconds_count{service="llm"} 5',
  ]);
});

test('whatever a label is called, it stays one label of one line', () => {
  const family = new Family(() => new Value());
  const odd = 'a "hub"\\ of\nours';
  family.of(odd).add();
  const text = valuesText({ name: 'conduit_info', type: 'gauge', help: 'A \\ and\na line.', labels: ['hub_id'] }, family);
  expect(text).toContain('# HELP conduit_info A \\\\ and\\na line.\n');
  expect(text).toContain('conduit_info{hub_id="a \\"hub\\"\\\\ of\\nours"} 1\n');
  expect(readMetrics(text).samples.size).toBe(1);
});

test('two metrics of the same labels are told apart, and so are labels that only together read the same', () => {
  const family = new Family(() => new Value());
  family.of('a', 'bc').add();
  family.of('ab', 'c').add();
  expect([...family.all].map(({ value }) => value.now)).toEqual([1, 1]);
});
