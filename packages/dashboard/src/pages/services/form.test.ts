import { expect, test } from 'vitest';
import { fieldsOf, payloadFrom, troubleIn } from './form.ts';

const schema = {
  type: 'object',
  required: ['url', 'size'],
  properties: {
    url: { type: 'string', description: 'What to read' },
    size: { type: 'integer', default: 3 },
    isDraft: { type: 'boolean' },
    mood: { enum: ['calm', 'loud'] },
    options: { type: 'object' },
  },
};

test('each simple member has a control, what is not simple is JSON', () => {
  const fields = fieldsOf(schema);
  expect(fields.map(({ name, kind, isRequired }) => [name, kind, isRequired])).toEqual([
    ['url', 'text', true],
    ['size', 'number', true],
    ['isDraft', 'flag', false],
    ['mood', 'choice', false],
    ['options', 'json', false],
  ]);
  expect(fields[0]?.hint).toBe('What to read');
  expect(fields[1]?.initial).toBe('3');
});

test('what was filled in becomes the payload, and what was left empty is left out', () => {
  const said: Record<string, string | null> = {
    url: 'https://example.org',
    size: '4',
    isDraft: 'on',
    mood: '',
    options: '{"a":[1]}',
  };
  const fields = fieldsOf(schema);
  expect(payloadFrom(fields, (name) => said[name])).toEqual({
    url: 'https://example.org',
    size: 4,
    isDraft: true,
    options: { a: [1] },
  });
  expect(payloadFrom(fields, (name) => (name === 'isDraft' ? null : ''))).toEqual({ isDraft: false });
  expect(() => payloadFrom(fields, () => '{')).toThrow(/options, JSON/);
  expect(troubleIn(fields, () => '{')).toEqual({ name: 'options', why: expect.stringMatching(/^options, JSON: /) });
  expect(troubleIn(fields, (name) => said[name])).toBeUndefined();
});

test('without a schema of an object the payload is one piece of JSON', () => {
  for (const one of [undefined, { type: 'string' }, {}]) {
    const fields = fieldsOf(one);
    expect(fields).toHaveLength(1);
    expect(payloadFrom(fields, () => '"hello"')).toBe('hello');
    expect(payloadFrom(fields, () => ' ')).toBeUndefined();
  }
});
