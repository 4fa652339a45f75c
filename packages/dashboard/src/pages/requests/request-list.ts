/** The list of requests: pages of it as they are scrolled to, and what the hub tells of while one looks. */

import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { get, type RequestSummary } from '../../live/api.ts';
import { hubLife } from '../../live/hub-life.ts';
import { oneAtATime, sinceOpened } from '../../live/looking.ts';
import { type Filters, queryOf } from './filters.ts';
import { type Held, heldStill, maxHeld, newIn, type Page, patched, withFresh } from './live-pages.ts';
import { noteSilence } from './silence.ts';

type Pages = InfiniteData<Page, string | undefined>;

const usualPageSize = 100;
/** More than a hub tells while it answers. */
const maxRemembered = 2_000;
const nothing: Held = new Map();

/** What a list holds back while it stands still. */
interface Holding {
  readonly filters: Filters;
  readonly held: Held;
  /** Something was missed that is not at its beginning: all of it is looked up when it goes on. */
  readonly isBehind: boolean;
}

export interface RequestList {
  /** Newest first; undefined until the first answer. */
  readonly requests: readonly RequestSummary[] | undefined;
  readonly error: Error | null;
  /** New ones that are held back while the list stands still. */
  readonly heldBack: number;
  /** There are more of them than are counted. */
  readonly isHeldBackFull: boolean;
  /** Takes in what is held back. */
  take(): void;
  readonly hasMore: boolean;
  loadMore(): void;
}

interface ListOptions {
  /** Nothing comes into the list and nothing goes from it; what is there goes on changing. */
  readonly isStill: boolean;
  /** How many are looked up at a time. */
  readonly pageSize?: number;
}

export function useRequestList(filters: Filters, { isStill, pageSize = usualPageSize }: ListOptions): RequestList {
  const queries = useQueryClient();
  const key = useMemo(() => ['requests', filters, pageSize], [filters, pageSize]);
  const latest = useRef(new Map<string, RequestSummary>());
  const [holding, setHolding] = useState<Holding>({ filters, held: nothing, isBehind: false });
  const { held, isBehind } = holdingOf(holding, filters);
  const look = useCallback(
    async (cursor: string | undefined, signal?: AbortSignal): Promise<Page> => {
      const query = queryOf(filters, Date.now());
      query.set('limit', String(pageSize));
      if (cursor !== undefined) query.set('cursor', cursor);
      const page = await sinceOpened(async () => await get('requests', `/requests?${query}`, signal));
      noteSilence(page.requests, Date.now());
      return page;
    },
    [filters, pageSize],
  );
  const holdStill = useCallback(
    (told: readonly RequestSummary[], missed: { readonly isBehind: boolean }) => {
      const before = queries.getQueryData<Pages>(key);
      if (before === undefined) return;
      queries.setQueryData<Pages>(key, asTold(before, heldStill(before.pages, told, { filters, held: nothing }).pages));
      setHolding((now) => {
        const had = holdingOf(now, filters);
        const { held: all } = heldStill(before.pages, told, had);
        const isLate = had.isBehind || missed.isBehind || all.size >= maxHeld;
        return all === had.held && isLate === had.isBehind ? now : { filters, held: all, isBehind: isLate };
      });
    },
    [queries, key, filters],
  );

  // Before the list is asked for: what is asked while the stream is about to open waits for it.
  useEffect(() => {
    const lookAgain = oneAtATime(async () => {
      if (isStill && queries.getQueryData(key) !== undefined) holdStill((await look(undefined)).requests, { isBehind: true });
      else await queries.invalidateQueries({ queryKey: key });
    });
    return hubLife.listen('requests', {
      // What changed between the answer and the stream's beginning, the first one's too, nobody tells any more.
      opened: lookAgain,
      told: (body) => {
        const { requests, gap } = body as { readonly requests: readonly RequestSummary[]; readonly gap?: true };
        remember(latest.current, requests);
        noteSilence(requests, Date.now());
        if (gap === true) lookAgain();
        if (isStill) return holdStill(requests, { isBehind: false });
        const before = queries.getQueryData<Pages>(key);
        if (before === undefined) return;
        const { pages, fresh } = patched(before.pages, requests, filters);
        queries.setQueryData<Pages>(key, asTold(before, withFresh(pages, fresh)));
      },
    });
  }, [queries, key, filters, isStill, look, holdStill]);

  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam, signal }): Promise<Page> => {
      const page = await look(pageParam, signal);
      // While the answer was on its way the hub may have told of something later.
      const seqs = new Map(page.requests.map(({ request_id, seq }) => [request_id, seq]));
      const later = [...latest.current.values()].filter(({ request_id, seq }) => seq > (seqs.get(request_id) ?? 0));
      const { pages, fresh } = patched([page], later, filters);
      const [now = page] = pageParam === undefined && !isStill ? withFresh(pages, fresh) : pages;
      return now;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }: Page) => next_cursor,
    // Another time something is looked for, it is looked for anew.
    gcTime: 0,
  });

  const take = useCallback(() => {
    if (isBehind) void queries.invalidateQueries({ queryKey: key });
    queries.setQueryData<Pages>(key, (now) => {
      if (now === undefined) return now;
      const { pages, fresh } = patched(now.pages, [...held.values()], filters);
      return asTold(now, withFresh(pages, fresh));
    });
    setHolding({ filters, held: nothing, isBehind: false });
  }, [queries, key, filters, held, isBehind]);

  useEffect(() => {
    if (!isStill && (held.size > 0 || isBehind)) take();
  }, [isStill, held, isBehind, take]);

  const requests = useMemo(() => data?.pages.flatMap((page) => page.requests), [data]);
  const heldBack = useMemo(() => newIn(data?.pages ?? [], { filters, held }), [data, filters, held]);
  return {
    requests,
    error,
    heldBack,
    isHeldBackFull: held.size >= maxHeld,
    take,
    hasMore: hasNextPage,
    loadMore: () => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
    },
  };
}

/** What was held of another list is nothing of this one. */
function holdingOf(holding: Holding, filters: Filters): Holding {
  return holding.filters === filters ? holding : { filters, held: nothing, isBehind: false };
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
