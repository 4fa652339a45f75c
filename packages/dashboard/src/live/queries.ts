/** What pages show of the hub: asked once, then patched by what the hub pushes. */

import { QueryClient, skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import {
  ApiError,
  type Client,
  get,
  type History,
  type Hub,
  type Me,
  type Provider,
  type Service,
  type ServiceStats,
  type Stats,
} from './api.ts';
import { hubLife } from './hub-life.ts';

export function createQueries(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        // What is pushed is never stale; what isn't says how often it is asked for.
        staleTime: Number.POSITIVE_INFINITY,
        retry: (failures, error) => error instanceof ApiError && error.code === 'unreachable' && failures < 3,
        refetchOnWindowFocus: false,
      },
    },
  });
  keepList<Service>(queries, 'services', ({ name }) => name);
  keepList<Provider>(queries, 'providers', ({ session_id }) => session_id);
  return queries;
}

export const keyOfMe = ['me'] as const;
const keys = { services: ['services'], providers: ['providers'], stats: ['stats'] } as const;
/** What is listed and not pushed is asked for again this often, and only while somebody looks. */
const againMs = 5_000;
/** The same of numbers that somebody watches. */
const numbersAgainMs = 2_000;

/** Who looks, and what they may do. */
export function useMe(): { readonly me: Me | undefined; readonly error: Error | null; readonly isAsking: boolean } {
  const { data, error, isPending, failureCount } = useQuery({
    queryKey: keyOfMe,
    queryFn: async ({ signal }) => await get('me', '/me', signal),
    retry: (_failures, thrown) => thrown instanceof ApiError && thrown.code === 'unreachable',
    retryDelay: 1_000,
  });
  // A hub that does not answer at once is waited for with everything else in its place.
  return { me: data, error, isAsking: isPending && failureCount === 0 };
}

/** Whether whoever looks may act on what is others'. */
export function useMayAct(): boolean {
  return useMe().me?.scopes.includes('admin') === true;
}

/** Whether whoever looks may end or repeat what this subject asked for. */
export function useMayActOn(subject: string | undefined): boolean {
  const { me } = useMe();
  return me !== undefined && (me.scopes.includes('admin') || me.subject === subject);
}

/** Whether whoever looks sees everything of the tenant, and so its numbers. */
export function useSeesAll(): boolean {
  const { me } = useMe();
  return me?.scopes.some((scope) => scope === 'admin' || scope === 'observe:*') === true;
}

export function useServices(): readonly Service[] | undefined {
  return useKeptList('services');
}

export function useProviders(): readonly Provider[] | undefined {
  return useKeptList('providers');
}

export function useStats(): Stats | undefined {
  const sees = useSeesAll();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: keys.stats,
    queryFn: async ({ signal }) => await get('stats', '/stats', signal),
    enabled: sees,
  });
  useEffect(() => {
    if (!sees) return undefined;
    return hubLife.listen('stats', {
      told: (body) => void queries.setQueryData(keys.stats, (before: Stats | undefined) => ({ ...before, ...(body as Stats) })),
    });
  }, [queries, sees]);
  return data;
}

/** The last quarter of an hour; its steps are 10 s long, of which the last one grows. */
export function useHistory(): History | undefined {
  const sees = useSeesAll();
  const { data } = useQuery({
    queryKey: ['history'],
    queryFn: async ({ signal }) => await get('history', '/stats/history', signal),
    enabled: sees,
    refetchInterval: againMs,
  });
  return data;
}

/** The numbers of one service, for whoever is told of it. */
export function useServiceStats(name: string): ServiceStats | undefined {
  const { data } = useQuery({
    queryKey: ['service-stats', name],
    queryFn: async ({ signal }) => await get('serviceStats', `/services/${encodeURIComponent(name)}/stats`, signal),
    refetchInterval: numbersAgainMs,
  });
  return data;
}

export function useClients(): readonly Client[] | undefined {
  const { data } = useQuery({
    queryKey: ['clients'],
    queryFn: async ({ signal }) => (await get('clients', '/clients', signal)).clients,
    refetchInterval: againMs,
  });
  return data;
}

/** @returns undefined also where whoever looks is no operator. */
export function useHubs(): readonly Hub[] | undefined {
  const { me } = useMe();
  const { data } = useQuery({
    queryKey: ['hubs'],
    queryFn: async ({ signal }) => (await get('hubs', '/hubs', signal)).hubs,
    enabled: me?.scopes.includes('operator') === true,
    refetchInterval: againMs,
  });
  return data;
}

/** Keeps in the cache a list that the hub tells: all of it first, then those that changed and the names of those that are gone. */
function keepList<Item>(queries: QueryClient, topic: 'services' | 'providers', nameOf: (item: Item) => string): void {
  // Nothing else would bring it back.
  queries.setQueryDefaults(keys[topic], { gcTime: Number.POSITIVE_INFINITY });
  let isFirst = true;
  hubLife.follow(topic, {
    opened: () => {
      isFirst = true;
    },
    told: (body) => {
      const { [topic]: changed, gone } = body as Record<typeof topic, readonly Item[]> & { readonly gone: readonly string[] };
      // Whatever was known and is not in the first list went while nobody listened.
      const isAll = isFirst;
      isFirst = false;
      queries.setQueryData(keys[topic], (before: readonly Item[] = []) => {
        const now = new Map(isAll ? [] : before.map((item) => [nameOf(item), item]));
        for (const item of changed) now.set(nameOf(item), item);
        for (const name of gone) now.delete(name);
        return [...now.values()].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
      });
    },
  });
}

function useKeptList<Item>(topic: 'services' | 'providers'): readonly Item[] | undefined {
  useEffect(() => hubLife.listen(topic, { told: () => undefined }), [topic]);
  return useQuery<readonly Item[]>({ queryKey: keys[topic], queryFn: skipToken }).data;
}
