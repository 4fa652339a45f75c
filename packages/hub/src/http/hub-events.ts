/** The hub's own life as events: what dashboards and `conduit requests --follow` live on. */

import { createRoute } from '@hono/zod-openapi';
import { answers, topicQuery } from '../contract/api.ts';
import { mayFollow, topics } from '../routing/feed.ts';
import type { Api, ApiParts } from './api.ts';
import { streaming } from './event-streams.ts';
import { numbersAreForAll } from './refusal.ts';
import { events, responses } from './routes.ts';

const hubEvents = createRoute({
  method: 'get',
  path: '/events',
  summary: "The hub's own life, as it goes on",
  description:
    'Server-sent events, one name for each topic, each twice a second at most: `services` and `providers` first as they stand, then those that changed and the names that are `gone`; `requests` that changed, as lists show them, with `gap: true` where more have changed than are told: look at the list again. `stats` when they changed.',
  tags: ['Hubs'],
  request: { query: topicQuery },
  responses: { ...responses('Events.', answers.done), 200: events('Events, without end.') },
});

export function addHubEventRoutes(api: Api, { router }: ApiParts): void {
  api.openapi(hubEvents, (context) => {
    const identity = context.get('identity');
    const { topics: wanted = topics.filter((topic) => mayFollow(identity, topic)) } = context.req.valid('query');
    if (!wanted.every((topic) => mayFollow(identity, topic))) throw numbersAreForAll();
    let unfollow: (() => void) | undefined;
    return streaming(context, {
      identity,
      begin: (stream) => {
        unfollow = router.follow(identity, stream, wanted);
      },
      end: () => unfollow?.(),
    });
  });
}
