/** One class and one table carry every error. */

import { expect, test } from 'vitest';
import { ConduitError, type ErrorCode, errorTable, isErrorCode, toConduitError, wireError } from './errors.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

test.each(codes)('%s has a status of HTTP, and a sentence', (code) => {
  const { status, sentence } = errorTable[code];
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  expect(sentence).toMatch(/^[A-Z].*\.$/);
});

test('an error says its sentence, or what it was told, and travels with its column of the table', () => {
  expect(new ConduitError('queue_full').toWire()).toEqual({
    code: 'queue_full',
    message: errorTable.queue_full.sentence,
    retryable: true,
  });
  expect(new ConduitError('invalid_message', 'to must be a name', { details: { path: 'to' } }).toWire()).toEqual({
    code: 'invalid_message',
    message: 'to must be a name',
    retryable: false,
    details: { path: 'to' },
  });
});

test('the code of a service passes through, and advises no retry', () => {
  expect(wireError('out_of_ink', 'buy some')).toEqual({ code: 'out_of_ink', message: 'buy some', retryable: false });
});

test.each(['toString', 'constructor', '__proto__', '', 'Queue_full'])('%j is no code of ours', (code) => {
  expect(isErrorCode(code)).toBe(false);
  expect(wireError(code, 'm').retryable).toBe(false);
});

test('our own errors pass the funnel as they are, those of another copy of the package too', () => {
  const own = new ConduitError('expired');
  expect(toConduitError(own)).toBe(own);
  const foreign = Object.assign(new Error('gone'), { name: 'ConduitError', code: 'provider_lost' });
  expect(toConduitError(foreign)).toBe(foreign);
});

test.each([[new TypeError('x is undefined')], ['a text'], [undefined], [null]])(
  'whatever else is thrown becomes internal: its cause is kept, and told to nobody (%s)',
  (thrown) => {
    const error = toConduitError(thrown);
    expect(error.toWire()).toEqual({ code: 'internal', message: errorTable.internal.sentence, retryable: true });
    expect(error.cause).toBe(thrown);
  },
);
