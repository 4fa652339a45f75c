import { expect, test } from 'vitest';
import { filtersOf } from './filters.ts';
import { presetOf, presets, withPreset } from './presets.ts';

test.each([
  ['', 'All'],
  ['service:llm', 'All'],
  ['state:failed', 'Failed'],
  ['state:expired,failed', 'Failed'],
  ['state:failed,expired service:llm', 'Failed'],
  ['state:queued', 'Queued'],
  ['state:assigned,running', 'In flight'],
  ['state:failed since:1h', 'Failed in the last hour'],
  ['is:stalled', 'Stalled'],
  ['longer:30s', 'Slow'],
  ['state:failed,completed', undefined],
  ['longer:2m', undefined],
])('%s is the preset %s', (typed, name) => {
  expect(presetOf(filtersOf(typed))).toBe(name);
});

test('each preset is itself, and replaces the one before', () => {
  for (const [name, preset] of presets) {
    expect(presetOf(withPreset(filtersOf('state:failed since:1h tag:a'), preset))).toBe(name);
    expect(withPreset(filtersOf('is:stalled tag:a'), preset)).toEqual({ ...preset, tag: 'a' });
  }
});
