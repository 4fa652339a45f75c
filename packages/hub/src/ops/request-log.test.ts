import { afterEach, expect, test } from 'vitest';
import { Routed } from '../testing/routed.ts';
import { createLogger, type LogLevel } from './logger.ts';
import { RequestLog } from './request-log.ts';

const lines: Record<string, unknown>[] = [];
afterEach(() => void lines.splice(0));

/** A router whose requests are written down. */
function aLogged(level: LogLevel): Routed {
  const log = createLogger(level, 'hub-1', { write: (line) => void lines.push(JSON.parse(line)) });
  return new Routed({}, undefined, [new RequestLog(log)]);
}

/** What is told of each, without what every line has. */
function told(): unknown[] {
  return lines.map(({ time: _time, hub_id: _hub, ...line }) => line);
}

test('the life of a request is told under its id, with its service, attempt and session', () => {
  const routed = aLogged('debug');
  const provider = routed.provider('resize');
  const client = routed.client();
  const { id } = routed.request(client, { payload: 'a secret' });
  routed.work(provider, { type: 'result', requestId: id, result: 'another secret' });
  const about = { request_id: id, service: 'resize', action: 'thumbnail' };
  const session_id = provider.peer.sessionId;
  expect(told()).toEqual([
    {
      ...{ level: 'debug', msg: 'a request was accepted', ...about },
      ...{ tenant: 'local', subject: 'local', session_id: client.peer.sessionId },
    },
    { level: 'debug', msg: 'a request was handed to a provider', ...about, attempt: 1, session_id },
    {
      ...{ level: 'debug', msg: 'a request ended', ...about, attempt: 1, session_id, state: 'completed' },
      ...{ queued_ms: 0, running_ms: 0, total_ms: 0 },
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('as a hub logs by default, only what went wrong is told', () => {
  const routed = aLogged('info');
  const [first, second] = [routed.provider('resize'), routed.provider('resize')];
  const client = routed.client();
  const { id } = routed.request(client);
  routed.work(first, { type: 'progress', requestId: id, progress: 0.5 });
  routed.leave(first);
  const late = { type: 'result', requestId: id } as const;
  routed.work(first, late);
  routed.work(second, { type: 'error', requestId: id, error: { message: 'no', code: 'too_small', retryable: false } });
  const about = { request_id: id, service: 'resize', action: 'thumbnail' };
  expect(told()).toEqual([
    {
      ...{ level: 'info', msg: 'a provider is gone without having drained' },
      ...{ service: 'resize', session_id: first.peer.sessionId, held: 1 },
    },
    {
      ...{ level: 'warn', msg: 'an attempt was lost, and its request waits for another provider', ...about },
      ...{ attempt: 1, session_id: first.peer.sessionId, reason: 'provider_lost' },
    },
    {
      ...{ level: 'info', msg: 'a request ended without a result', ...about, attempt: 2, session_id: second.peer.sessionId },
      ...{ state: 'failed', code: 'too_small', queued_ms: 0, running_ms: 0, total_ms: 0 },
    },
  ]);
});
