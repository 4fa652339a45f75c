/** Fetches a page over http or https, or one of the articles that ship with the example; bounded in time, size and kind. */

import { readFile } from 'node:fs/promises';
import { Failure } from './failure.ts';

const timeoutMs = 10_000;
const maxBytes = 2 * 1024 * 1024;
const shipped = ['tides', 'bridges'];

export interface Page {
  readonly url: string;
  readonly html: string;
}

/** @param onProgress how much of the page is here, 0…1; undefined where its size is not told. */
export async function fetchPage(
  url: string,
  signal: AbortSignal,
  onProgress: (fraction: number | undefined) => void,
): Promise<Page> {
  if (!URL.canParse(url))
    throw new Failure('invalid_payload', `"${url}" is no address; give http://…, https://… or article:${shipped[0]}`);
  const { protocol, pathname } = new URL(url);
  if (protocol === 'article:') return await readShipped(url, pathname);
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new Failure('invalid_payload', `${protocol} pages can't be read; give http:// or https://`);
  const response = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    headers: { accept: 'text/html, text/plain' },
  }).catch((error: Error) => unreachable(url, error));
  if (!response.ok) throw new Failure('unreachable_page', `${url} answered ${response.status}; is it public?`);
  const type = response.headers.get('content-type') ?? 'text/html';
  if (!/^text\/(html|plain)|application\/xhtml/.test(type))
    throw new Failure('not_readable', `${url} is ${type}; only pages of text can be read`);
  return { url, html: await readBounded(response, onProgress).catch((error: Error) => unreachable(url, error)) };
}

async function readShipped(url: string, name: string): Promise<Page> {
  if (!shipped.includes(name))
    throw new Failure('invalid_payload', `there is no article "${name}"; there are ${shipped.join(', ')}`);
  return { url, html: await readFile(new URL(`../articles/${name}.html`, import.meta.url), 'utf8') };
}

async function readBounded(response: Response, onProgress: (fraction: number | undefined) => void): Promise<string> {
  const total = Number(response.headers.get('content-length') ?? 0);
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxBytes) throw new Failure('not_readable', `the page is larger than ${maxBytes / 1024 / 1024} MiB`);
    text += decoder.decode(part, { stream: true });
    onProgress(total > 0 ? Math.min(1, bytes / total) : undefined);
  }
  return text + decoder.decode();
}

function unreachable(url: string, error: Error): never {
  if (error instanceof Failure) throw error;
  const why =
    error.name === 'TimeoutError'
      ? `it did not answer within ${timeoutMs / 1000} s`
      : String((error.cause as Error | undefined)?.message ?? error.message);
  throw new Failure('unreachable_page', `${url} can't be fetched: ${why}`);
}
