import { expect, test } from 'vitest';
import { readDocument } from '../parse/read.ts';
import { aShippedDocument } from '../testing/shipped.ts';
import { annualReport } from './annual-report.ts';
import { rechnung } from './rechnung.ts';

test.each([
  ['annual-report.pdf', annualReport],
  ['rechnung.pdf', rechnung],
])('%s ships as it is made', async (name, make) => {
  const reading = { signal: new AbortController().signal, onPage: () => undefined };
  expect(await readDocument({ bytes: await make() }, reading)).toEqual(await aShippedDocument(name));
});
