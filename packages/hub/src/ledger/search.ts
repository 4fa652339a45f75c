/** What a search means, for every store alike: which requests a query is about, told from what was said at their creation. */

import { isTerminal, type RequestState, type TerminalState } from '@conduit/sdk/protocol/states';
import type { RequestQuery } from '../routing/ports.ts';
import { type Origin, type RequestRecord, shownState } from '../routing/record.ts';

/** A query whose text has been understood: the first characters of ids, or a part of names (and, where it is long enough, the end of an id). */
export interface Search extends Omit<RequestQuery, 'text'> {
  readonly idStart?: string;
  readonly words?: string;
}

/** Eight characters of an id tell it apart, within a minute or so; fewer may as well be a word. */
const idStartPattern = /^(?:[0-9a-f]{8}[0-9a-f-]*|[0-9A-F]{8}[0-9A-F-]*|[0-7][0-9A-HJKMNP-TV-Z]{7,})$/;

/**
 * A text that begins a kept id means that; a tag that only looks like one is found as long as no id begins so. Only ids that
 * whoever looks may see count: what is found would otherwise tell of the others.
 * @param hasAny whether there is a request that is so.
 */
export function understood({ text, ...query }: RequestQuery, hasAny: (search: Search) => boolean): Search {
  if (text === undefined || text === '') return query;
  if (!idStartPattern.test(text)) return { ...query, words: folded(text) };
  const { tenant, sight } = query;
  const isIdStart = hasAny({ tenant, limit: 1, idStart: text, ...(sight === undefined ? {} : { sight }) });
  return isIdStart ? { ...query, idStart: text } : { ...query, words: folded(text) };
}

/** Which of the states that end a request are looked for; undefined: every one, empty: none. */
export function endedStates({ states, isStalled }: Search): readonly TerminalState[] | undefined {
  if (isStalled) return [];
  return states?.filter(isTerminal);
}

/** How a request stands: what its creation does not tell. */
export interface Standing {
  readonly state: RequestState;
  readonly errorCode: string | undefined;
  readonly durationMs: number;
  readonly isStalled: boolean;
}

export function standingOf(record: RequestRecord, elapsed: number): Standing {
  const { live, error, createdElapsed, finishedElapsed } = record;
  return {
    state: shownState(record),
    errorCode: error?.code,
    durationMs: (finishedElapsed ?? elapsed) - createdElapsed,
    isStalled: live.stalled !== undefined,
  };
}

export function standsSo({ state, errorCode, durationMs, isStalled }: Standing, search: Search): boolean {
  return (
    (search.states === undefined || search.states.includes(state)) &&
    (search.error === undefined || search.error === errorCode) &&
    (search.minDurationMs === undefined || durationMs >= search.minDurationMs) &&
    (search.isStalled === undefined || isStalled)
  );
}

/** Whether a request is one that is looked for; how it stands and its age in the list are left to the caller. */
export function matches(origin: Origin, search: Search): boolean {
  const { service, action, tag, requester, since, until, sight } = search;
  return (
    origin.tenant === search.tenant &&
    (service === undefined || origin.to === service) &&
    (action === undefined || origin.action === action) &&
    (tag === undefined || origin.tags?.includes(tag) === true) &&
    (requester === undefined || origin.subject === requester || origin.requester.sessionId === requester) &&
    (since === undefined || origin.createdAt >= since) &&
    (until === undefined || origin.createdAt < until) &&
    (sight === undefined || origin.subject === sight.subject || sight.observes(origin.to)) &&
    (search.idStart === undefined || origin.requestId.startsWith(search.idStart)) &&
    (search.words === undefined || hasWords(origin, search.words))
  );
}

/** As long as this a text may be the end of an id, which is what lists show of it. */
export const minIdEnd = 8;

function hasWords({ requestId, to, action, subject, tags }: Origin, words: string): boolean {
  if (words.length >= minIdEnd && folded(requestId).endsWith(words)) return true;
  return [to, action, subject, ...(tags ?? [])].some((text) => folded(text).includes(words));
}

/** As SQLite's `lower`: only the letters of ASCII have two cases. */
function folded(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
