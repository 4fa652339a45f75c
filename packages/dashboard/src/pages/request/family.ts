/** The requests around one: what it is part of, what it repeats, what it asked for; looked up once, then as the hub tells of them. */

import type { RequestObject } from '@conduit/sdk';
import { useEffect, useRef, useState } from 'react';
import { get, type RequestSummary } from '../../live/api.ts';
import { hubLife } from '../../live/hub-life.ts';
import { oneAtATime } from '../../live/looking.ts';

/** More are counted: each is looked up by itself. */
const maxShown = 20;

export interface Relative {
  readonly how: 'Part of' | 'Repeats' | 'Asked for';
  readonly id: string;
  /** Undefined until it is known, and where it may not be seen. */
  readonly summary: RequestSummary | undefined;
}

export interface Family {
  readonly shown: readonly Relative[];
  /** So many more there are. */
  readonly left: number;
}

type Known = ReadonlyMap<string, RequestSummary>;

export function useFamily(request: RequestObject): Family {
  const { requestId, finishedAt } = request;
  const [known, setKnown] = useState<Known>(new Map());
  const all = relativesOf(request, known);
  const shown = all.slice(0, maxShown).map(({ how, id }) => ({ how, id, summary: known.get(id) }));
  const mayChange = finishedAt === undefined || shown.some(({ summary }) => summary !== undefined && isOpen(summary));
  // As a text, in which ids have no spaces: it is the same as long as the same ones are shown.
  const ids = shown.map(({ id }) => id).join(' ');

  const latest = useRef(known);
  useEffect(() => {
    latest.current = known;
  });

  useEffect(() => {
    const wanted = ids.split(' ').filter((id) => id !== '');
    const lookAt = async (some: readonly string[]): Promise<void> => {
      setKnown(withLater((await Promise.all(some.map(summaryOf))).flat()));
    };
    const missing = wanted.filter((id) => !latest.current.has(id));
    if (missing.length > 0) void lookAt(missing);
    if (!mayChange) return undefined;
    const lookAgain = oneAtATime(async () => await lookAt(wanted));
    return hubLife.listen('requests', {
      opened: lookAgain,
      told: (body) => {
        const { requests, gap } = body as { readonly requests: readonly RequestSummary[]; readonly gap?: true };
        const ours = requests.filter((one) => one.parent?.request_id === requestId || wanted.includes(one.request_id));
        if (ours.length > 0) setKnown(withLater(ours));
        if (gap === true) lookAgain();
      },
    });
  }, [requestId, ids, mayChange]);
  return { shown, left: all.length - shown.length };
}

export function isOpen({ finished_at }: RequestSummary): boolean {
  return finished_at === undefined;
}

function relativesOf({ requestId, parent, retryOf, children = [] }: RequestObject, known: Known): Omit<Relative, 'summary'>[] {
  const told = [...known.values()].filter((one) => one.parent?.request_id === requestId).map((one) => one.request_id);
  return [
    ...(parent === undefined ? [] : [{ how: 'Part of', id: parent.requestId } as const]),
    ...(retryOf === undefined ? [] : [{ how: 'Repeats', id: retryOf } as const]),
    ...[...new Set([...children, ...told])].map((id) => ({ how: 'Asked for', id }) as const),
  ];
}

/** None where it is not there any more, or not for this token. */
async function summaryOf(id: string): Promise<RequestSummary[]> {
  return await get('request', `/requests/${id}`).then(
    (summary) => [summary],
    () => [],
  );
}

/** An answer may be older than what was told while it was on its way. */
function withLater(some: readonly RequestSummary[]): (known: Known) => Known {
  return (known) => {
    const later = some.filter(({ request_id, seq }) => seq >= (known.get(request_id)?.seq ?? 0));
    return new Map([...known, ...later.map((one) => [one.request_id, one] as const)]);
  };
}
