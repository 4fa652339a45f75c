import { expect, test } from 'vitest';
import type { Client } from '../../live/api.ts';
import { bySubject, sumOf, sumText } from './summing.ts';

function aClient(subject: string, fields: Partial<Client> = {}): Client {
  const last_seen_at = '2026-01-02T03:04:05Z';
  return { session_id: subject, subject, connected: true, last_seen_at, open_requests: 1, watching: 2, services: [], ...fields };
}

test('what sessions come to is said in one line', () => {
  expect(sumText(sumOf([]))).toBe('0 connected, 0 open requests, 0 followed');
  expect(sumText(sumOf([aClient('ann')]))).toBe('1 connected, 1 open request, 2 followed');
  const many = [aClient('ann', { open_requests: 1_200 }), aClient('bob', { connected: false })];
  expect(sumText(sumOf(many))).toBe('1 connected, 1,201 open requests, 4 followed');
});

test('subjects stand in the order of who has most connected', () => {
  const gone = { connected: false };
  expect(
    bySubject([aClient('ann', gone), aClient('bob'), aClient('cid'), aClient('cid'), aClient('dan', gone), aClient('dan', gone)]),
  ).toEqual([
    { subject: 'cid', connected: 2, gone: 0, openRequests: 2, watching: 4 },
    { subject: 'bob', connected: 1, gone: 0, openRequests: 1, watching: 2 },
    { subject: 'dan', connected: 0, gone: 2, openRequests: 2, watching: 4 },
    { subject: 'ann', connected: 0, gone: 1, openRequests: 1, watching: 2 },
  ]);
});
