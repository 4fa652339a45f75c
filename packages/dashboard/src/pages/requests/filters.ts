/** What the list of requests is narrowed to: as the address holds it, as people type it, and as the API is asked. */

import type { RequestSummary } from '../../live/api.ts';

const names = ['state', 'service', 'action', 'tag', 'requester', 'since', 'text'] as const;
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

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `15m`, `1h`, `7d`: so long ago; anything else is an instant, as the API takes it. */
function sinceMs(since: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(since) ?? [];
  if (count !== undefined) return now - Number(count) * (units[unit] ?? 0);
  return /^\d+$/.test(since) ? Number(since) : Date.parse(since);
}

/** What the API is asked for. @param now wall clock, milliseconds. */
export function queryOf({ since, ...filters }: Filters, now: number): URLSearchParams {
  const query = new URLSearchParams(filters);
  if (since === undefined) return query;
  const ms = sinceMs(since, now);
  // What is no time at all is for the hub to refuse, in words.
  query.set('since', Number.isNaN(ms) ? since : String(ms));
  return query;
}

/** Whether a request that the hub told of belongs in the list. What only the hub can tell is left to it. */
export function fits({ state, to, action, tags, requester }: RequestSummary, filters: Filters): boolean {
  return (
    (filters.state === undefined || filters.state.split(',').includes(state)) &&
    (filters.service === undefined || filters.service === to) &&
    (filters.action === undefined || filters.action === action) &&
    (filters.tag === undefined || tags?.includes(filters.tag) === true) &&
    (filters.requester === undefined || [requester.subject, requester.session_id].includes(filters.requester)) &&
    (filters.text === undefined || hasText([to, action, requester.subject ?? '', ...(tags ?? [])], filters.text))
  );
}

function hasText(texts: readonly string[], wanted: string): boolean {
  return texts.some((text) => text.toLowerCase().includes(wanted.toLowerCase()));
}
