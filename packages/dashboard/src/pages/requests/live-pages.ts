/** Pages of requests, newest first, as what the hub tells changes them; bounded, however long somebody looks. Pure. */

import type { RequestSummary } from '../../live/api.ts';
import { type Filters, fits } from './filters.ts';

export interface Page {
  readonly requests: readonly RequestSummary[];
  readonly next_cursor?: string | undefined;
}

/** A page that is left open all day is told of millions: what is not looked at goes, and comes back by its cursor. */
const mostUnscrolled = 300;
/** Whoever has gone down keeps what is around. */
const mostScrolled = 5_000;
/** Of a list that stands still for long, more are looked up when it goes on. */
export const maxHeld = 1_000;

/** What is there changes in its place, or goes where it fits no more; what is new and fits is `fresh`. */
export function patched(
  pages: readonly Page[],
  told: readonly RequestSummary[],
  filters: Filters,
): { readonly pages: readonly Page[]; readonly fresh: readonly RequestSummary[] } {
  const changed = new Map(told.map((one) => [one.request_id, one]));
  const now = pages.map((page) => {
    if (!page.requests.some(({ request_id }) => changed.has(request_id))) return page;
    const requests = page.requests.flatMap((one) => {
      const latest = changed.get(one.request_id);
      changed.delete(one.request_id);
      if (latest === undefined) return [one];
      return fits(latest, filters) ? [latest] : [];
    });
    return { ...page, requests };
  });
  return { pages: now, fresh: [...changed.values()].filter((one) => fits(one, filters)) };
}

/** What a list that stands still was told: what would come into it or go from it, the latest of each. */
export type Held = ReadonlyMap<string, RequestSummary>;

/** A list that stands still: what is there changes in its place and stays, though it fits no more; what would come or go is held. */
export function heldStill(
  pages: readonly Page[],
  told: readonly RequestSummary[],
  { filters, held }: { readonly filters: Filters; readonly held: Held },
): { readonly pages: readonly Page[]; readonly held: Held } {
  const shown = idsOf(pages);
  const isFull = held.size >= maxHeld;
  const changed = told.filter((one) => {
    if (held.has(one.request_id)) return true;
    return !isFull && shown.has(one.request_id) !== fits(one, filters);
  });
  const now = changed.length === 0 ? held : new Map([...held, ...changed.map((one) => [one.request_id, one] as const)]);
  return { pages: patched(pages, told, {}).pages, held: now };
}

/** How many of them a list that goes on would show. */
export function newIn(pages: readonly Page[], { filters, held }: { readonly filters: Filters; readonly held: Held }): number {
  const shown = idsOf(pages);
  return [...held.values()].filter((one) => !shown.has(one.request_id) && fits(one, filters)).length;
}

function idsOf(pages: readonly Page[]): ReadonlySet<string> {
  return new Set(pages.flatMap(({ requests }) => requests.map(({ request_id }) => request_id)));
}

/** Only what belongs before the end of what was loaded: older ones come with their page. */
export function withFresh(pages: readonly Page[], fresh: readonly RequestSummary[]): readonly Page[] {
  const [first, ...rest] = pages;
  if (first === undefined || fresh.length === 0) return pages;
  const known = idsOf(pages);
  const last = pages.at(-1);
  const oldest = last?.next_cursor === undefined ? '' : (last.requests.at(-1)?.created_at ?? '');
  const added = fresh.filter(({ request_id, created_at }) => !known.has(request_id) && created_at >= oldest);
  const requests = [...added, ...first.requests].sort((one, other) => (one.created_at < other.created_at ? 1 : -1));
  return bounded([{ ...first, requests }, ...rest]);
}

function bounded(pages: readonly Page[]): readonly Page[] {
  const most = pages.length === 1 ? mostUnscrolled : mostScrolled;
  const count = pages.reduce((sum, { requests }) => sum + requests.length, 0);
  if (count <= most) return pages;
  const requests = pages.flatMap((page) => page.requests).slice(0, most);
  return [{ requests, next_cursor: requests.at(-1)?.request_id }];
}
