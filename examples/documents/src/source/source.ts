/** Gets the document that a request names or holds. */

import { failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { RawDocument } from '../parse/read.ts';
import { download } from './download.ts';
import { type Getting, tooLarge } from './getting.ts';
import { readShipped, shippedNames } from './shipped.ts';

/** What a request may hold: one of the two. */
export interface Payload {
  readonly url?: string | undefined;
  readonly bytes?: unknown;
  readonly type?: string | undefined;
}

/** @throws ServiceError `invalid_payload`, `unreachable_document`, `document_too_large`. */
export async function getDocument({ url, bytes, type }: Payload, getting: Getting): Promise<RawDocument> {
  if ((url === undefined) === (bytes === undefined)) {
    throw failure('invalid_payload', `the payload holds ${url === undefined ? 'no document' : 'both url and bytes'}; ${hint}`);
  }
  if (url !== undefined) return await fromUrl(url, getting);
  if (!(bytes instanceof Uint8Array)) throw failure('invalid_payload', `bytes are sent as binary, not as JSON; ${hint}`);
  if (bytes.byteLength > limits.fetchedBytes) throw tooLarge('what was sent');
  return type === undefined ? { bytes } : { bytes, type };
}

const hint = `give { url: 'https://…' }, { url: 'document:${shippedNames[0]}' }, or { bytes, type }`;

/** Anything else, `file:` above all, is refused before it is touched. */
async function fromUrl(url: string, getting: Getting): Promise<RawDocument> {
  if (!URL.canParse(url)) throw failure('invalid_payload', `that is no address; ${hint}`);
  const address = new URL(url);
  if (address.protocol === 'document:') return await readShipped(address);
  if (address.protocol !== 'http:' && address.protocol !== 'https:') {
    throw failure('invalid_payload', `"${address.protocol}" addresses can't be read; ${hint}`);
  }
  if (address.username !== '' || address.password !== '') {
    throw failure('invalid_payload', `the address must not hold a name or password; ${hint}`);
  }
  return await download(address, getting);
}
