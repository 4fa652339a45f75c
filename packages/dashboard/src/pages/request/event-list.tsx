/** Every numbered event as it was told, by its number; as many as there are, of which only those in sight are there. */

import type { FollowedEvent } from '@conduit/sdk';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { clockText, countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { JsonTree } from '../../parts/json-tree.tsx';
import styles from './event-list.module.css';

const rowPx = 30;
const overscan = 10;
const maxLineLength = 300;

export function EventList({ events }: { readonly events: readonly FollowedEvent[] }) {
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
  });
  const opened = shown.find(({ seq }) => seq === open);
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
              <button
                key={event.seq}
                type="button"
                data-kind="plain"
                className={styles['row']}
                style={{ transform: `translateY(${start}px)` }}
                aria-expanded={open === event.seq}
                onClick={() => setOpen(open === event.seq ? undefined : event.seq)}
              >
                <span>{event.seq}</span>
                <span>{clockText(event.at)}</span>
                <b>{event.type}</b>
                <span className={styles['line']}>{lineOf(event)}</span>
              </button>
            );
          })}
        </div>
      </section>
      {opened !== undefined && <JsonTree name={`event ${opened.seq}`} value={opened} />}
    </>
  );
}

function lineOf({ type: _, seq: __, at: ___, ...rest }: FollowedEvent): string {
  const text = JSON.stringify(rest, (_key, value: unknown) =>
    value instanceof Uint8Array ? `${value.byteLength} bytes` : value,
  );
  return text.slice(0, maxLineLength);
}
