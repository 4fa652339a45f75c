/** The requests that this one came from, repeats, or asked for, each with how it fares. */

import type { RequestObject } from '@conduit/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { requestPath } from '../../app/paths.ts';
import { get } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { Panel } from '../../parts/panel.tsx';
import { shortId } from '../../parts/short-id.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import styles from './related.module.css';

/** More are counted: each is asked for by itself. */
const maxShown = 20;
const againMs = 2_000;

export function Related({ request }: { readonly request: RequestObject }) {
  const { parent, children = [], retryOf } = request;
  const all = [
    ...(parent === undefined ? [] : [['Part of', parent.requestId] as const]),
    ...(retryOf === undefined ? [] : [['Repeats', retryOf] as const]),
    ...children.map((id) => ['Asked for', id] as const),
  ];
  if (all.length === 0) return null;
  const left = all.length - maxShown;
  return (
    <div className={styles['related']}>
      <Panel title="Related" aside={left > 0 ? <span>{countText(left)} more</span> : undefined}>
        <ul>
          {all.slice(0, maxShown).map(([how, id]) => (
            <Row key={id} how={how} id={id} />
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function Row({ how, id }: { readonly how: string; readonly id: string }) {
  const { data: request } = useQuery({
    queryKey: ['related', id],
    queryFn: async ({ signal }) => await get('request', `/requests/${id}`, signal),
    refetchInterval: ({ state: { data } }) => (data === undefined || data.finished_at !== undefined ? false : againMs),
    retry: false,
  });
  return (
    <li>
      <span>{how}</span>
      <span>{request !== undefined && <StateBadge state={request.state} />}</span>
      <Link href={requestPath(id)} title={id}>
        {request === undefined ? shortId(id) : <b>{request.to}</b>} {request?.action}
      </Link>
      <span>{request?.finished_at !== undefined && durationText(request.timings.total_ms)}</span>
    </li>
  );
}
