/** Rows of requests, of which only those in sight are there, however many the list has. */

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import { rowAttribute } from '../../app/keys.tsx';
import { useNow } from '../../app/now.ts';
import { requestPath } from '../../app/paths.ts';
import type { RequestSummary } from '../../live/api.ts';
import { agoText, durationText } from '../../parts/durations.ts';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { shortId } from '../../parts/short-id.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import styles from './request-table.module.css';
import { RowActions } from './row-actions.tsx';
import { silentMs } from './silence.ts';

interface RequestTableProps {
  readonly requests: readonly RequestSummary[];
  readonly hasMore: boolean;
  readonly onEnd: () => void;
}

/** On a phone what a row tells takes two lines. Each row is given its height from here: a style sheet would count by another measure. */
const rowPx = 44;
const narrowRowPx = 64;
const narrow = matchMedia('(max-width: 40rem)');
const overscan = 12;
const heads = ['State', 'Service', 'Id', 'How it fares', 'Took', 'Began'] as const;

function onNarrow(changed: () => void): () => void {
  narrow.addEventListener('change', changed);
  return () => narrow.removeEventListener('change', changed);
}

export function RequestTable({ requests, hasMore, onEnd }: RequestTableProps) {
  const list = useRef<HTMLUListElement>(null);
  const isNarrow = useSyncExternalStore(onNarrow, () => narrow.matches);
  const rows = useWindowVirtualizer({
    count: requests.length,
    estimateSize: () => (isNarrow ? narrowRowPx : rowPx),
    overscan,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => requests[index]?.request_id ?? index,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows have another height then.
  useEffect(() => rows.measure(), [rows, isNarrow]);
  const shown = rows.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastShown >= requests.length - overscan) onEnd();
  }, [hasMore, lastShown, requests.length, onEnd]);
  return (
    <div className={styles['table']}>
      <div className={styles['head']} aria-hidden="true">
        {heads.map((head) => (
          <span key={head}>{head}</span>
        ))}
      </div>
      <ul ref={list} aria-label="Requests" tabIndex={-1} className={styles['rows']} style={{ height: rows.getTotalSize() }}>
        {shown.map(({ key, index, start, size }) => {
          const request = requests[index];
          return request === undefined ? null : (
            <Row
              key={key}
              request={request}
              index={index}
              top={start - rows.options.scrollMargin}
              height={size}
              total={hasMore ? -1 : requests.length}
            />
          );
        })}
      </ul>
    </div>
  );
}

interface RowProps {
  readonly request: RequestSummary;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  /** Of all rows; -1 while nobody knows. */
  readonly total: number;
}

function Row({ request, index, top, height, total }: RowProps) {
  const now = useNow();
  const { request_id, to, action, state, overall, attempt, created_at, finished_at, error, tags } = request;
  const tookMs = (finished_at === undefined ? now : Date.parse(finished_at)) - Date.parse(created_at);
  const note = noteOf(request, now);
  return (
    <li
      className={styles['row']}
      style={{ transform: `translateY(${top}px)`, height }}
      aria-posinset={index + 1}
      aria-setsize={total}
      {...{ [rowAttribute]: '' }}
    >
      <span>
        <StateBadge state={state} />
      </span>
      <span className={styles['service']}>
        <Link href={requestPath(request_id)} className={styles['link'] ?? ''}>
          <b>{to}</b> {action}
        </Link>
        {tags?.slice(0, 3).map((tag) => (
          <span key={tag} className={styles['tag']}>
            {tag}
          </span>
        ))}
      </span>
      <span className={styles['id']} title={request_id}>
        {shortId(request_id)}
      </span>
      <span className={styles['progress']}>
        {finished_at === undefined ? (
          <>
            <ProgressBar value={isUntold(request) ? null : overall} state={state} label={`${to} ${action}`} />
            <span className={styles['note']} title={note} data-silent={request.live.stalled !== undefined}>
              {note}
            </span>
          </>
        ) : error === undefined || state === 'cancelled' ? (
          <span>ended {agoText(now - Date.parse(finished_at))}</span>
        ) : (
          <span className={styles['error']} title={error.message}>
            {error.code}
          </span>
        )}
        {attempt > 1 && <span className={styles['attempt']}>attempt {attempt}</span>}
      </span>
      <span className={styles['number']}>{durationText(Math.max(0, tookMs))}</span>
      <span className={styles['number']} title={new Date(created_at).toLocaleString()}>
        {agoText(now - Date.parse(created_at))}
      </span>
      <RowActions request={request} />
    </li>
  );
}

/** It is at work, and has not said how far it is. */
function isUntold({ state, overall }: RequestSummary): boolean {
  return state === 'running' && overall === 0;
}

function noteOf(request: RequestSummary, now: number): string {
  const { live, overall } = request;
  const { waiting } = live;
  const silence = silentMs(request, now);
  if (silence !== undefined) return `silent for ${durationText(silence)}`;
  if (waiting?.position !== undefined) return `waits, ${waiting.position} in line`;
  if (waiting !== undefined) return 'waits';
  const { title, message } = live.task ?? {};
  const said = [isUntold(request) ? undefined : `${Math.round(overall * 100)} %`, title, message];
  return said.filter((one) => one !== undefined).join(' · ');
}
