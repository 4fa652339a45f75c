import { expect, test } from 'vitest';
import { createLogger, type Logger } from '../ops/logger.ts';
import { logLines } from './log-lines.ts';

function aLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const terminal = { write: (text: string) => lines.push(text) };
  return { log: createLogger('info', 'hub-1', logLines(terminal, false)), lines };
}

test('a line says when, how grave, what, and what about', () => {
  const { log, lines } = aLog();
  log.warn({ origin: 'https://a.example.org' }, 'a page was turned away');
  log.debug({}, 'too fine to be shown');
  expect(lines).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d warn {2}a page was turned away {2}origin=https:\/\/a\.example\.org\n$/),
  ]);
});

test('what others put into it can not change the screen', () => {
  const { log, lines } = aLog();
  log.warn({ origin: '\u001b[2J\u009b31m' }, 'a page was turned away');
  expect(lines[0]).toContain('origin=\\u001b[2J\\u009b31m');
});

test('an error brings its sentence, its stack and its cause', () => {
  const { log, lines } = aLog();
  log.error({ err: new Error('out of order', { cause: new TypeError('no disk') }) }, 'an error of our own');
  expect(lines[0]).toMatch(/an error of our own\nError: out of order\n +at .*\nTypeError: no disk\n +at /s);
});

test('machines get one JSON object a line, with the level by its name and the time as people write it', () => {
  const lines: string[] = [];
  createLogger('info', 'hub-1', { write: (line) => lines.push(line) }).info({ open_requests: 3 }, 'the hub leaves');
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    hub_id: 'hub-1',
    open_requests: 3,
    msg: 'the hub leaves',
  });
});
