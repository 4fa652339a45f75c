/** What the list of requests is narrowed to: as the address holds it, as people type it, and as the API is asked. */

import type { RequestSummary } from '../../live/api.ts';

const names = ['state', 'service', 'action', 'tag', 'requester', 'error', 'longer', 'is', 'since', 'text'] as const;
export type FilterName = (typeof names)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

/** `state:failed service:llm tag:user-42 words`: terms narrow, and what is no term is looked for in names. */
export function filtersOf(typed: string): Filters {
  const filters: Partial<Record<FilterName, string>> = {};
  const words: string[] = [];
  for (const word of typed.split(/\s+/).filter((one) => one !== '')) {
    const [, key, value = ''] = /^(\w+):(.+)$/.exec(word) ?? [];
    const name = names.find((one) => one === key);
    if (name === undefined) words.push(word);
    else filters[name] = value;
  }
  if (words.length > 0) filters.text = words.join(' ');
  return filters;
}

/** The same as text, to go on typing. */
export function typedOf({ text, ...terms }: Filters): string {
  const typed = Object.entries(terms).map(([name, value]) => `${name}:${value}`);
  return [...typed, ...(text === undefined ? [] : [text])].join(' ');
}

export function readFilters(query: string): Filters {
  const params = new URLSearchParams(query);
  const found = names.flatMap((name) => {
    const value = params.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `90s`, `15m`, `1h`, `7d`, milliseconds; undefined for anything else. */
function durationMs(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})(ms|[smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (units[unit] ?? 0);
}

/** `90s`, `15m`, `1h`, `7d`: so long ago; anything else is an instant, as the API takes it. */
function sinceMs(since: string, now: number): number {
  const ago = durationMs(since);
  if (ago !== undefined) return now - ago;
  return /^\d+$/.test(since) ? Number(since) : Date.parse(since);
}

/** What the API is asked for. @param now wall clock, milliseconds. */
export function queryOf({ since, longer, is, ...filters }: Filters, now: number): URLSearchParams {
  const query = new URLSearchParams(filters);
  // What is no time, or nothing that a request can be, is for the hub to refuse, in words.
  if (since !== undefined) {
    const ms = sinceMs(since, now);
    query.set('since', Number.isNaN(ms) ? since : String(ms));
  }
  if (longer !== undefined) query.set('min_duration_ms', String(durationMs(longer) ?? longer));
  if (is !== undefined) query.set('stalled', is === 'stalled' ? 'true' : is);
  return query;
}

/** Whether a request that the hub told of belongs in the list. What only the hub can tell is left to it. */
export function fits(request: RequestSummary, filters: Filters): boolean {
  const { state, to, action, tags, requester, error, timings, live } = request;
  return (
    (filters.state === undefined || filters.state.split(',').includes(state)) &&
    (filters.service === undefined || filters.service === to) &&
    (filters.action === undefined || filters.action === action) &&
    (filters.tag === undefined || tags?.includes(filters.tag) === true) &&
    (filters.requester === undefined || [requester.subject, requester.session_id].includes(filters.requester)) &&
    (filters.error === undefined || filters.error === error?.code) &&
    (filters.longer === undefined || timings.total_ms >= (durationMs(filters.longer) ?? 0)) &&
    (filters.is === undefined || live.stalled !== undefined) &&
    (filters.text === undefined || hasText([to, action, requester.subject ?? '', ...(tags ?? [])], filters.text))
  );
}

function hasText(texts: readonly string[], wanted: string): boolean {
  return texts.some((text) => text.toLowerCase().includes(wanted.toLowerCase()));
}
