import { expect, test } from 'vitest';
import type { RequestSummary } from '../../live/api.ts';
import { noteSilence, silentMs } from './silence.ts';

test('a silence goes on from how long it was when it was told', () => {
  const silent = { live: { stalled: { silent_ms: 30_000 } } } as RequestSummary;
  noteSilence([silent], 1_000_000);
  noteSilence([silent], 1_050_000);
  expect(silentMs(silent, 1_076_000)).toBe(106_000);
  expect(silentMs(silent, 999_000)).toBe(30_000);
  expect(silentMs({ live: {} } as RequestSummary, 0)).toBeUndefined();
});
