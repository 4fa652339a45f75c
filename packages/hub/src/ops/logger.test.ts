import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(error: unknown): Record<string, unknown> {
  const lines: string[] = [];
  createLogger('trace', 'hub-1', { write: (line) => void lines.push(line) }).error({ err: error }, 'it went wrong');
  return JSON.parse(lines[0] ?? '');
}

test('an error is logged with its name, sentence, code, causes and where it was thrown', () => {
  const cause = Object.assign(new TypeError('the cause'), { code: 'ENOSPC' });
  expect(logged(new Error('the sentence', { cause }))).toMatchObject({
    ...{ level: 'error', hub_id: 'hub-1', msg: 'it went wrong' },
    err: {
      ...{ type: 'Error', message: 'the sentence', stack: expect.stringContaining('logger.test.ts') },
      cause: { type: 'TypeError', message: 'the cause', code: 'ENOSPC' },
    },
  });
});

test('what an error carries beside, and what a parser quotes, is not logged', () => {
  const secret = 'canary-in-an-error';
  const parsing = (): unknown => {
    try {
      return JSON.parse(secret);
    } catch (error) {
      return error;
    }
  };
  const errors = [
    parsing(),
    new Error('the file', { cause: parsing() }),
    Object.assign(new Error('refused'), { details: { secret }, input: secret }),
    { secret },
    secret,
  ];
  for (const error of errors) expect(JSON.stringify(logged(error))).not.toContain(secret);
});
