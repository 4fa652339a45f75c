/** What can go wrong with an endpoint, as callers are told: a code, whether trying again can help, and what to do. */

import { ServiceError } from '@conduit/sdk';
import { z } from 'zod';

const isRetryable = {
  endpoint_unreachable: true,
  endpoint_busy: true,
  endpoint_failed: true,
  endpoint_cut_off: true,
  endpoint_quota_used_up: false,
  endpoint_refused_key: false,
  endpoint_not_found: false,
  endpoint_refused_request: false,
  endpoint_not_understood: false,
} as const;

type FailureCode = keyof typeof isRetryable;

export interface FailureFacts {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export function failure(code: FailureCode, sentence: string, facts: FailureFacts = {}): ServiceError {
  return new ServiceError(code, sentence, { retryable: isRetryable[code], ...facts });
}

/** What endpoints say of an error, in an answer or in the middle of a stream; many leave out half of it. */
export const saidError = z.object({
  error: z.object({ message: z.string(), code: z.union([z.string(), z.number()]).nullish() }),
});

/** An error's own words can be a whole page. */
const longestQuote = 300;
/** Enough for any error; the rest of what such an endpoint sends is not read. Bytes. */
const longestAnswer = 65_536;

/** What an answer means that is no success; reads what it says. */
export async function refusal(response: Response): Promise<ServiceError> {
  const { status } = response;
  const said = saidError.safeParse(parsed(await beginning(response)));
  const facts = { details: { status, ...retryAfter(response) } };
  const quote = said.success ? `: ${said.data.error.message.slice(0, longestQuote)}` : '';
  if (status === 429 && said.success && said.data.error.code === 'insufficient_quota')
    return failure('endpoint_quota_used_up', `the account of OPENAI_API_KEY has nothing left to spend${quote}`, facts);
  if (status === 429)
    return failure('endpoint_busy', `the endpoint takes no more requests for now; try again later${quote}`, facts);
  if (status === 408 || status >= 500)
    return failure('endpoint_failed', `the endpoint failed with status ${status}; try again${quote}`, facts);
  // Its own words often have a part of the key in them.
  if (status === 401 || status === 403)
    return failure(
      'endpoint_refused_key',
      `the endpoint does not take OPENAI_API_KEY (status ${status}); set one that may use it`,
      facts,
    );
  if (status === 404)
    return failure(
      'endpoint_not_found',
      `the endpoint has no such model, or no chat completions; see OPENAI_MODEL, OPENAI_BASE_URL${quote}`,
      facts,
    );
  return failure('endpoint_refused_request', `the endpoint refuses the request with status ${status}${quote}`, facts);
}

function retryAfter({ headers }: Response): { readonly retryAfterMs?: number } {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {};
}

/** What came until it broke off or was enough: an error is told by its status, with or without words. */
async function beginning({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const bytes of body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > longestAnswer) break;
    }
  } catch {
    return text;
  }
  return text;
}

/** Undefined for what is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
