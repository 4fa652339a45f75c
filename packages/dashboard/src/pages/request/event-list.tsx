/** Every numbered event, by its number, as a sentence that opens to all that was told; as many as there are, of which only those in sight are there. */

import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { clockText, countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { JsonTree } from '../../parts/json-tree.tsx';
import { lineOf } from './event-line.ts';
import styles from './event-list.module.css';
import type { Story } from './story.ts';

/** Of one that is closed; each is measured once it is there. */
const rowPx = 30;
const overscan = 10;

export function EventList({ story }: { readonly story: Story }) {
  const { events, attempts } = story;
  const [kind, setKind] = useState('');
  const [open, setOpen] = useState<number>();
  const scroller = useRef<HTMLElement>(null);
  const shown = useMemo(() => (kind === '' ? events : events.filter(({ type }) => type === kind)), [events, kind]);
  const kinds = useMemo(() => [...new Set(events.map(({ type }) => type))], [events]);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan,
    getItemKey: (index) => shown[index]?.seq ?? index,
  });
  const titles = useMemo(
    () => new Map(attempts.flatMap(({ tasks }) => [...tasks.values()].map(({ taskId, title = taskId }) => [taskId, title]))),
    [attempts],
  );
  if (events.length === 0) return <EmptyState title="No event was told yet" />;
  return (
    <>
      <p className={styles['filter']}>
        <label>
          Kind{' '}
          <select value={kind} onChange={(event) => setKind(event.target.value)}>
            <option value="">all</option>
            {kinds.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <span>{countText(shown.length)} events</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section ref={scroller} className={styles['scroller']} aria-label="Events" tabIndex={0}>
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const event = shown[index];
            return event === undefined ? null : (
              <div
                key={event.seq}
                ref={rows.measureElement}
                data-index={index}
                className={styles['event']}
                style={{ transform: `translateY(${start}px)` }}
              >
                <button
                  type="button"
                  data-kind="plain"
                  className={styles['row']}
                  style={{ minHeight: rowPx }}
                  aria-expanded={open === event.seq}
                  onClick={() => setOpen(open === event.seq ? undefined : event.seq)}
                >
                  <span>{event.seq}</span>
                  <span>{clockText(event.at)}</span>
                  <b>{event.type}</b>
                  <span className={styles['line']}>{lineOf(event, (taskId) => titles.get(taskId) ?? taskId)}</span>
                </button>
                {open === event.seq && (
                  <div className={styles['whole']}>
                    <JsonTree name={`event ${event.seq}`} value={{ ...event, overall: rounded(event.overall) }} />
                  </div>
                )}
              </div>
            );
          })}
        </div>
      </section>
    </>
  );
}

/** Sums of weights have digits that mean nothing. */
function rounded(overall: number): number {
  return Math.round(overall * 1_000) / 1_000;
}
