/** What somebody is told whose program or page finds no hub. */

import { afterEach, expect, test, vi } from 'vitest';
import { unreachableText } from './address.ts';

afterEach(() => vi.unstubAllGlobals());

const hub = 'http://hub.example:9100';

test.each([
  ['a program', undefined, `no hub answers at ${hub}; is one running there? (conduit start)`],
  ['a page of the hub’s own', { origin: hub }, `no hub answers at ${hub}; is one running there? (conduit start)`],
  [
    'a page of elsewhere',
    { origin: 'https://app.example' },
    `no hub answers at ${hub}, or it lets no pages of https://app.example in; its log says so (conduit start --allow-origin https://app.example)`,
  ],
  [
    'a page that was opened as a file',
    { origin: 'file://', protocol: 'file:' },
    `no hub answers at ${hub}, or none that takes a page that was opened as a file: have it served`,
  ],
])('%s is told what there is to do', (_, location, told) => {
  vi.stubGlobal('location', location);
  expect(unreachableText(hub)).toBe(told);
});
