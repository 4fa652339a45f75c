/** What a request came to, as HTTP says it: its result, its error, or that it has not ended. */

import { ConduitError } from '@conduit/sdk/protocol/errors';
import { isTerminal } from '@conduit/sdk/protocol/states';
import type { Context } from 'hono';
import { objectToWire } from '../routing/answers.ts';
import type { ApiEnv, ApiParts } from './api.ts';
import { readRequest } from './asking.ts';
import { answer, answerOpaque } from './json.ts';
import { refusal } from './refusal.ts';

export async function answerResult(context: Context<ApiEnv>, { router }: ApiParts, requestId: string): Promise<Response> {
  const request = await readRequest(router, context.get('identity'), { requestId, include: ['result'] });
  if (request.error !== undefined) return refusal(context, request.error, requestId);
  if (!isTerminal(request.state)) return answer(context, objectToWire(request), 202);
  if (request.resultOmitted === true) {
    const error = new ConduitError('payload_too_large', 'this result is larger than a message of this hub; its events have it');
    return refusal(context, error, requestId);
  }
  return answerOpaque(context, request.result?.value);
}
