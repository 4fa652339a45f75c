/** Fetches a document over http or https, bounded in time, size and redirects. */

import { isConduitError } from '@conduit/sdk';
import { failure } from '../failure.ts';
import { limits } from '../limits.ts';
import type { RawDocument } from '../parse/read.ts';
import { type Getting, tooLarge } from './getting.ts';

/** For everything together, redirects included: 20 MiB on a slow line. Milliseconds. */
const timeoutMs = 30_000;
/** http to https, to www, to the language, to the document; more go in circles. */
const maxRedirects = 5;

/** @throws ServiceError `unreachable_document`, `document_too_large`. */
export async function download(address: URL, { signal, onBytes }: Getting): Promise<RawDocument> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const { response, url } = await follow(address, bounded);
    const type = response.headers.get('content-type');
    const bytes = await readBounded(response, { url, onBytes });
    return type === null ? { bytes, url: url.href } : { bytes, url: url.href, type };
  } catch (error) {
    throw signal.aborted || isConduitError(error) ? error : unreachable(address, error);
  }
}

/** Without its query, which may hold somebody's key: sentences end up in logs. */
function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.slice(0, 300);
}

/** By hand, because `fetch` would follow twenty, and each has to be an address that may be read. */
async function follow(start: URL, signal: AbortSignal): Promise<{ response: Response; url: URL }> {
  let url = start;
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const headers = { accept: 'application/pdf, text/html;q=0.9', 'user-agent': 'conduit-documents' };
    const response = await fetch(url, { signal, headers, redirect: 'manual' });
    if (response.ok) return { response, url };
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) {
      throw failure('unreachable_document', `${shown(url)} answered ${response.status}; is it public?`);
    }
    if (!URL.canParse(location, url.href)) {
      throw failure('unreachable_document', `${shown(url)} leads to something that is no address; give the document's own`);
    }
    url = new URL(location, url.href);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw failure('unreachable_document', `${shown(start)} leads to a "${url.protocol}" address, which can't be read`);
    }
  }
  throw failure(
    'unreachable_document',
    `${shown(start)} was redirected more than ${maxRedirects} times; give the document's own address`,
  );
}

async function readBounded(
  response: Response,
  { url, onBytes }: { readonly url: URL; readonly onBytes: Getting['onBytes'] },
): Promise<Uint8Array> {
  const length = response.headers.get('content-length');
  const total = length === null ? undefined : Number(length);
  if (total !== undefined && total > limits.fetchedBytes) {
    await response.body?.cancel();
    throw tooLarge(shown(url));
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error cancels the body, so nothing beyond the bound is taken from the network.
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > limits.fetchedBytes) throw tooLarge(shown(url));
    parts.push(part);
    // What is told counts what comes over the wire, and what came may have been unpacked.
    onBytes(size, total !== undefined && total >= size ? total : undefined);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function unreachable(address: URL, error: unknown): Error {
  const { name, message, cause } = error instanceof Error ? error : new Error(String(error));
  const why = cause instanceof Error && cause.message !== '' ? cause.message : message;
  const reason = name === 'TimeoutError' ? `it was not here within ${timeoutMs / 1000} s` : why;
  return failure('unreachable_document', `${shown(address)} can't be fetched: ${reason}; is the address right, and the site up?`);
}
