import { expect, test } from 'vitest';
import { nodeFinding } from './doctor/machine.ts';
import { clockFinding } from './doctor/port.ts';

test('a Node that is too old is said to be, and which one to install', () => {
  expect(nodeFinding('20.18.3')).toMatchObject({ status: 'failed', advice: 'install Node 20.19 or newer' });
  expect(nodeFinding('18.99.0').status).toBe('failed');
  for (const version of ['20.19.0', '22.0.0', '26.1.0']) expect(nodeFinding(version).status, version).toBe('ok');
});

test('clocks that are apart are told by how much', () => {
  const now = Date.parse('2026-01-01T00:01:00Z');
  expect(clockFinding('Thu, 01 Jan 2026 00:00:56 GMT', now).status).toBe('ok');
  expect(clockFinding('Thu, 01 Jan 2026 00:00:00 GMT', now)).toMatchObject({
    status: 'warning',
    says: "the hub's clock and this machine's are 60 s apart",
  });
});
