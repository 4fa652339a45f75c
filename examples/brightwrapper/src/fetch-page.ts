/** Fetches a page over http or https, or an article that ships with the example; bounded in time, size, redirects and kind. */

import { readFile } from 'node:fs/promises';
import { isConduitError, ServiceError } from '@conduit/sdk';

/** For everything together, redirects included: a person waits for it. */
const timeoutMs = 10_000;
/** The text of a long book; what is larger is no article. */
const maxBytes = 2 * 1024 * 1024;
/** http to https, to www, to the language, to the article; more go in circles. */
const maxRedirects = 5;
export const shippedArticles = ['tides', 'bridges', 'reefs'] as const;

export interface Page {
  readonly url: string;
  readonly kind: 'html' | 'text';
  readonly content: string;
}

interface Fetching {
  readonly signal: AbortSignal;
  /** How much of the page is here, 0…1; `null` where its size is not told. */
  readonly onProgress: (fraction: number | null) => void;
}

/** Rejects with `invalid_payload` (no such address), `unreachable_page` or `not_readable`. */
export async function fetchPage(url: string, { signal, onProgress }: Fetching): Promise<Page> {
  const address = addressOf(url);
  if (address.protocol === 'article:') return await readShipped(address);
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await follow(address, bounded);
    const { kind, charset } = await kindOf(response, url);
    return { url, kind, content: await readBounded(response, { charset, onProgress }) };
  } catch (error) {
    throw signal.aborted || isConduitError(error) ? error : unreachable(url, error);
  }
}

/** Anything else, `file:` above all, is refused before it is touched. */
function addressOf(url: string): URL {
  const examples = `give http://…, https://… or article:${shippedArticles[0]}`;
  if (!URL.canParse(url)) throw new ServiceError('invalid_payload', `"${url.slice(0, 200)}" is no address; ${examples}`);
  const address = new URL(url);
  if (!['http:', 'https:', 'article:'].includes(address.protocol)) {
    throw new ServiceError('invalid_payload', `"${address.protocol}" addresses can't be read; ${examples}`);
  }
  if (address.username !== '' || address.password !== '') {
    throw new ServiceError('invalid_payload', `the address must not hold a name or password; ${examples}`);
  }
  return address;
}

async function readShipped({ href, pathname }: URL): Promise<Page> {
  const name = shippedArticles.find((one) => one === pathname);
  if (name === undefined) {
    throw new ServiceError('invalid_payload', `there is no article "${pathname}"; there are ${shippedArticles.join(', ')}`);
  }
  return { url: href, kind: 'html', content: await readFile(new URL(`../articles/${name}.html`, import.meta.url), 'utf8') };
}

/** By hand, because `fetch` would follow twenty, and each has to be an address that may be read. */
async function follow(start: URL, signal: AbortSignal): Promise<Response> {
  let address = start;
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const headers = { accept: 'text/html, text/plain;q=0.9', 'user-agent': 'conduit-brightwrapper' };
    const response = await fetch(address.href, { signal, headers, redirect: 'manual' });
    if (response.ok) return response;
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) {
      throw new ServiceError('unreachable_page', `${address.href} answered ${response.status}; is it public?`);
    }
    if (!URL.canParse(location, address.href)) {
      throw new ServiceError('unreachable_page', `${address.href} leads to "${location.slice(0, 200)}", which is no address`);
    }
    address = new URL(location, address.href);
    if (address.protocol !== 'http:' && address.protocol !== 'https:') {
      throw new ServiceError('unreachable_page', `${start.href} leads to a "${address.protocol}" address, which can't be read`);
    }
  }
  throw new ServiceError(
    'unreachable_page',
    `${start.href} was redirected more than ${maxRedirects} times; give the page's own address`,
  );
}

async function kindOf(response: Response, url: string): Promise<{ kind: Page['kind']; charset: string }> {
  const type = response.headers.get('content-type') ?? '';
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8';
  if (/^text\/html|^application\/xhtml\+xml/i.test(type)) return { kind: 'html', charset };
  if (/^text\/plain/i.test(type)) return { kind: 'text', charset };
  await response.body?.cancel();
  const told = type === '' ? 'does not say what it is' : `is ${type}`;
  throw new ServiceError('not_readable', `${url} ${told}; only text/html and text/plain can be read`);
}

async function readBounded(
  response: Response,
  { charset, onProgress }: { readonly charset: string; readonly onProgress: Fetching['onProgress'] },
): Promise<string> {
  const total = Number(response.headers.get('content-length') ?? 0);
  const decoder = decoderOf(charset);
  let bytes = 0;
  let text = '';
  // Leaving the loop by an error cancels the body, so nothing beyond the bound is taken from the network.
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxBytes) {
      throw new ServiceError(
        'not_readable',
        `the page is larger than ${maxBytes / 1024 ** 2} MiB; give one with a single article`,
      );
    }
    text += decoder.decode(part, { stream: true });
    onProgress(total > 0 ? Math.min(1, bytes / total) : null);
  }
  return text + decoder.decode();
}

/** A charset nobody knows is most likely a misspelt UTF-8. */
function decoderOf(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

function unreachable(url: string, error: unknown): ServiceError {
  const { name, message, cause } = error instanceof Error ? error : new Error(String(error));
  const why = cause instanceof Error && cause.message !== '' ? cause.message : message;
  const reason = name === 'TimeoutError' ? `it was not here within ${timeoutMs / 1000} s` : why;
  return new ServiceError('unreachable_page', `${url} can't be fetched: ${reason}; is the address right, and the site up?`);
}
