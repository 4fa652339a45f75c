/** The events of a request: a page of them as JSON, or all of them as they come. */

import { isTerminal } from '@conduit/sdk/protocol/states';
import { createRoute } from '@hono/zod-openapi';
import { answers, eventQuery, requestPath } from '../contract/api.ts';
import type { EventsFound } from '../routing/following.ts';
import type { Api, ApiParts } from './api.ts';
import { answerTo, readRequest, visitor } from './asking.ts';
import { streaming, wantsEvents } from './event-streams.ts';
import { Caller } from './following.ts';
import { lastEventIdOf } from './headers.ts';
import { answer } from './json.ts';
import { responses } from './routes.ts';

const defaultLimit = 100;

const events = createRoute({
  method: 'get',
  path: '/requests/{request_id}/events',
  summary: 'The events of a request',
  description:
    'A page of what is kept, after `after_seq`. With `Accept: text/event-stream` all of them as they come, to the last: `id` is `seq`, `event` the name, live state has no id; `Last-Event-ID` goes on behind a number, and once there is nothing more to come the answer is 204.',
  tags: ['Requests'],
  request: { params: requestPath, query: eventQuery },
  responses: responses('Events by their numbers.', answers.events, {
    204: { description: 'It has ended, and everything was seen.' },
  }),
});

export function addEventRoutes(api: Api, parts: ApiParts): void {
  const { router } = parts;
  api.openapi(events, async (context) => {
    const { request_id: requestId } = context.req.valid('param');
    const { after_seq: afterSeq = 0, limit = defaultLimit } = context.req.valid('query');
    const identity = context.get('identity');
    if (!wantsEvents(context)) {
      const found = await answerTo<EventsFound>((reply) =>
        router.events(visitor(identity), { requestId, afterSeq, limit }, reply),
      );
      const { hasMore, gap } = found;
      const page = found.events.map(({ name, body }) => ({ event: name, data: body }));
      return answer(context, { events: page, has_more: hasMore, ...(gap === undefined ? {} : { gap }) });
    }
    const from = lastEventIdOf(context.req.header('last-event-id')) ?? afterSeq;
    const { state, seq } = await readRequest(router, identity, { requestId });
    // What a browser is told to make it stop coming back.
    if (isTerminal(state) && from === seq) return context.body(null, 204);
    return streaming(context, new Caller(parts, identity).following(requestId, from));
  });
}
