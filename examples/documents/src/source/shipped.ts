/** The documents that ship with the example, by name. */

import { readFile } from 'node:fs/promises';
import { failure } from '../failure.ts';
import type { RawDocument } from '../parse/read.ts';

export const shippedNames = ['annual-report.pdf', 'rechnung.pdf', 'minutes.html'] as const;

/** The page's own address, for the links in it. */
const home = 'https://northbay.example/council/';

/** @throws ServiceError `invalid_payload` for a name that is none of them, a path above all. */
export async function readShipped({ pathname }: URL): Promise<RawDocument> {
  const name = shippedNames.find((one) => one === pathname);
  if (name === undefined) {
    throw failure('invalid_payload', `there is no document of that name; there are ${shippedNames.join(', ')}`);
  }
  const bytes = await readFile(new URL(`../../documents/${name}`, import.meta.url));
  return { bytes: new Uint8Array(bytes), url: new URL(name, home).href };
}
