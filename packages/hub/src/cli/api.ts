/** A hub's HTTP API, for what its event protocol does not list. */

import { type Fields, isFields } from '@conduit/sdk/protocol/fields';
import { type HubOptions, httpAddressOf, unreachable } from './at-hub.ts';
import { Refusal } from './exit.ts';

/** How long an answer may take. */
const answerMs = 10_000;

/**
 * Opens `/api/v1/…`.
 * @param signal ends it, for what has no end of its own.
 * @throws Refusal when the hub refuses, or does not answer.
 */
export async function askApi(
  { url, token }: HubOptions,
  path: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Response> {
  const address = `${httpAddressOf(url)}/api/v1${path}`;
  const shown = token ?? process.env['CONDUIT_TOKEN'] ?? '';
  const headers = shown === '' ? {} : { Authorization: `Bearer ${shown}` };
  let response: Response;
  try {
    const patience = signal ?? AbortSignal.timeout(answerMs);
    response = await fetch(address, { headers, signal: patience });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw unreachable(url);
  }
  if (response.ok) return response;
  const { error } = await bodyOf(response);
  const { code, message } = isFields(error) ? error : {};
  if (typeof code !== 'string') {
    throw new Refusal(
      `what answers at ${url} has no such API (status ${response.status}); is it a newer hub's address?`,
      'failed',
    );
  }
  throw new Refusal(`${String(message)} (${code})`, code === 'unauthenticated' || code === 'forbidden' ? 'refused' : 'failed');
}

/** Lists of the API, page by page, for as long as somebody reads on. */
export async function* pages(
  options: HubOptions,
  query: URLSearchParams,
): AsyncGenerator<readonly Fields[], undefined, undefined> {
  const asked = new URLSearchParams(query);
  for (;;) {
    const { requests, next_cursor: next } = await bodyOf(await askApi(options, `/requests?${asked}`));
    yield Array.isArray(requests) ? requests.filter(isFields) : [];
    if (typeof next !== 'string') return;
    asked.set('cursor', next);
  }
}

async function bodyOf(response: Response): Promise<Fields> {
  const body: unknown = await response.json().catch(() => undefined);
  return isFields(body) ? body : {};
}
