/** The list of requests: pages of it as they are scrolled to, and what the hub tells of while one looks. */

import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { get, type RequestSummary } from '../../live/api.ts';
import { hubLife } from '../../live/hub-life.ts';
import { oneAtATime, sinceOpened } from '../../live/looking.ts';
import { type Filters, queryOf } from './filters.ts';
import { type Page, patched, withFresh } from './live-pages.ts';

type Pages = InfiniteData<Page, string | undefined>;

const pageSize = 100;
/** More than a hub tells while it answers. */
const maxRemembered = 2_000;
/** Of a list that stands still for long, more are looked up when it goes on. */
const maxHeld = 1_000;

export interface RequestList {
  /** Newest first; undefined until the first answer. */
  readonly requests: readonly RequestSummary[] | undefined;
  readonly error: Error | null;
  /** New ones that are held back while the list stands still. */
  readonly heldBack: number;
  /** There are more of them than are counted. */
  readonly isHeldBackFull: boolean;
  readonly hasMore: boolean;
  loadMore(): void;
}

/** @param isPaused new requests are counted and not shown; those that are there go on changing. */
export function useRequestList(filters: Filters, { isPaused }: { readonly isPaused: boolean }): RequestList {
  const queries = useQueryClient();
  const key = useMemo(() => ['requests', filters], [filters]);
  const latest = useRef(new Map<string, RequestSummary>());
  const [held, setHeld] = useState<ReadonlyMap<string, RequestSummary>>(new Map());
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam, signal }): Promise<Page> => {
      const query = queryOf(filters, Date.now());
      query.set('limit', String(pageSize));
      if (pageParam !== undefined) query.set('cursor', pageParam);
      const page = await sinceOpened(async () => await get('requests', `/requests?${query}`, signal));
      // While the answer was on its way the hub may have told of something later.
      const seqs = new Map(page.requests.map(({ request_id, seq }) => [request_id, seq]));
      const later = [...latest.current.values()].filter(({ request_id, seq }) => seq > (seqs.get(request_id) ?? 0));
      const { pages, fresh } = patched([page], later, filters);
      const [now = page] = pageParam === undefined && !isPaused ? withFresh(pages, fresh) : pages;
      return now;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }: Page) => next_cursor,
    // Another time something is looked for, it is looked for anew.
    gcTime: 0,
  });

  useEffect(() => {
    const lookAgain = oneAtATime(async () => await queries.invalidateQueries({ queryKey: key }));
    return hubLife.listen('requests', {
      // What changed between the answer and the stream's beginning, the first one's too, nobody tells any more.
      opened: lookAgain,
      told: (body) => {
        const { requests, gap } = body as { readonly requests: readonly RequestSummary[]; readonly gap?: true };
        remember(latest.current, requests);
        if (gap === true) lookAgain();
        const before = queries.getQueryData<Pages>(key);
        if (before === undefined) return;
        const { pages, fresh } = patched(before.pages, requests, filters);
        if (isPaused && fresh.length > 0) {
          setHeld((now) =>
            now.size >= maxHeld ? now : new Map([...now, ...fresh.map((one) => [one.request_id, one] as const)]),
          );
        }
        queries.setQueryData<Pages>(key, asTold(before, isPaused ? pages : withFresh(pages, fresh)));
      },
    });
  }, [queries, key, filters, isPaused]);

  useEffect(() => {
    if (isPaused || held.size === 0) return;
    if (held.size >= maxHeld) void queries.invalidateQueries({ queryKey: key });
    queries.setQueryData<Pages>(key, (now) => (now === undefined ? now : asTold(now, withFresh(now.pages, [...held.values()]))));
    setHeld(new Map());
  }, [queries, key, isPaused, held]);

  const requests = useMemo(() => data?.pages.flatMap((page) => page.requests), [data]);
  return {
    requests,
    error,
    heldBack: Math.min(held.size, maxHeld),
    isHeldBackFull: held.size >= maxHeld,
    hasMore: hasNextPage,
    loadMore: () => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
  };
}

function asTold({ pageParams }: Pages, pages: readonly Page[]): Pages {
  return { pages: [...pages], pageParams: pageParams.slice(0, pages.length) };
}

/** The latest of each, of the last so many that were told. */
function remember(latest: Map<string, RequestSummary>, told: readonly RequestSummary[]): void {
  for (const one of told) {
    latest.delete(one.request_id);
    latest.set(one.request_id, one);
  }
  for (const id of latest.keys()) {
    if (latest.size <= maxRemembered) return;
    latest.delete(id);
  }
}
