/** A search over ended requests as one statement of SQLite, newest first. What is looked for travels as parameters only. */

import { minIdEnd, type Search } from './search.ts';

interface Scope {
  /** Below this number. */
  readonly number: number;
  readonly states: readonly string[] | undefined;
  /** Every service that an ended request of the tenant names. */
  readonly services: (tenant: string) => readonly string[];
}

interface Statement {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

export function searchSql(search: Search, { number, states, services }: Scope): Statement {
  const { tenant, service, action, tag, requester, since, until, sight, idStart, words, error, minDurationMs, limit } = search;
  // By its index a tenant would be read whole and sorted: without a filter that has an index of its own, the newest come first as they lie.
  const isIndexed = idStart === undefined && (service !== undefined || states?.length === 1);
  const conditions: string[] = [isIndexed ? 'r.tenant = ?' : '+r.tenant = ?', 'r.number < ?', "r.state <> ''"];
  const values: (string | number)[] = [tenant, number];
  const where = (condition: string, ...more: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...more);
  };
  if (states !== undefined) where(`${isIndexed ? '' : '+'}r.state in (${marks(states)})`, ...states);
  if (service !== undefined) where(`${isIndexed ? '' : '+'}r.service = ?`, service);
  if (action !== undefined) where('r.action = ?', action);
  if (requester !== undefined) where('(r.subject = ? or r.session_id = ?)', requester, requester);
  if (since !== undefined) where('r.created_at >= ?', since);
  if (until !== undefined) where('r.created_at < ?', until);
  if (error !== undefined) where('r.error_code = ?', error);
  if (minDurationMs !== undefined) where('r.total_ms >= ?', minDurationMs);
  if (idStart !== undefined) where('r.request_id >= ? and r.request_id < ?', idStart, afterAll(idStart));
  if (words !== undefined) {
    // As JSON the tags are one text, which tells fast where there is nothing; whether it is one tag's, each of them tells.
    const inTags = 'instr(lower(r.tags), ?) and exists (select 1 from json_each(r.tags) where instr(lower(value), ?))';
    const inNames = `instr(lower(r.service), ?) or instr(lower(r.action), ?) or instr(lower(r.subject), ?) or ${inTags}`;
    const inNamesValues = [words, words, words, JSON.stringify(words).slice(1, -1), words];
    if (words.length < minIdEnd) where(`(${inNames})`, ...inNamesValues);
    else where(`(substr(lower(r.request_id), ?) = ? or ${inNames})`, -words.length, words, ...inNamesValues);
  }
  if (sight !== undefined) {
    const seen = services(tenant).filter((one) => sight.observes(one));
    where(`(r.subject = ? or r.service in (${marks(seen)}))`, sight.subject, ...seen);
  }
  const select = 'select r.number as number, r.request_id as requestId from';
  const rest = `${conditions.join(' and ')} order by`;
  if (tag === undefined) return { sql: `${select} requests r where ${rest} r.number desc limit ?`, values: [...values, limit] };
  const tagged = 'tags t cross join requests r on r.number = t.request where t.tenant = ? and t.tag = ? and';
  return { sql: `${select} ${tagged} ${rest} t.request desc limit ?`, values: [tenant, tag, ...values, limit] };
}

/** Ids are ASCII: nothing that begins so comes after this. */
function afterAll(start: string): string {
  return `${start}\uffff`;
}

function marks(list: readonly unknown[]): string {
  return list.map(() => '?').join(', ');
}
