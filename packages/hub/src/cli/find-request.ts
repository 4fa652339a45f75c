/** A request by what people type of its id: all of it, or as much of its beginning or its end as tells it apart. */

import type { Fields } from '@conduit/sdk/protocol/fields';
import { requestIdPattern } from '@conduit/sdk/protocol/limits';
import { pages } from './api.ts';
import type { HubOptions } from './at-hub.ts';
import { Refusal } from './exit.ts';

const shortest = 4;
/** Who means an older request says all of its id. */
const newest = 1_000;
const pageSize = 200;

/** @returns the whole id. @throws Refusal when no request, or more than one, is meant. */
export async function findRequest(part: string, options: HubOptions): Promise<string> {
  if (requestIdPattern.test(part)) return part;
  const typed = part.toLowerCase();
  if (typed.length < shortest || !/^[0-9a-z-]+$/.test(typed)) {
    const rule = `a request is named by its id, or by at least ${shortest} characters of its beginning or end`;
    throw new Refusal(`${rule}, not "${part}"`, 'usage');
  }
  const found = new Set<string>();
  let seen = 0;
  for await (const page of pages(options, new URLSearchParams({ limit: String(pageSize) }))) {
    for (const id of page.map(idOf)) {
      const known = id.toLowerCase();
      if (known.startsWith(typed) || known.endsWith(typed)) found.add(id);
    }
    seen += page.length;
    if (found.size > 1 || seen >= newest) break;
  }
  const [id] = found;
  if (id === undefined) {
    throw new Refusal(`no request of the newest ${seen} begins or ends with "${part}"; conduit requests lists them`, 'failed');
  }
  if (found.size > 1) {
    throw new Refusal(
      `several requests begin or end with "${part}", such as ${[...found].slice(0, 2).join(' and ')}; say more`,
      'failed',
    );
  }
  return id;
}

function idOf(request: Fields): string {
  return String(request['request_id']);
}
