/** The list of requests: found by what they are, shared by its address, going on while one looks. */

import { ArrowUp, Pause, Play } from 'lucide-react';
import { type FormEvent, type MouseEvent, useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { requestsPath } from '../../app/paths.ts';
import { countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { type Filters, filtersOf, readFilters, typedOf } from './filters.ts';
import { presetOf, presets, withPreset } from './presets.ts';
import { useReading } from './reading.ts';
import { useRequestList } from './request-list.ts';
import { RequestTable } from './request-table.tsx';
import styles from './requests-page.module.css';

export function RequestsPage() {
  const query = useSearch();
  const [, navigate] = useLocation();
  const filters = useMemo(() => readFilters(query), [query]);
  const [isPaused, setPaused] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const { isRead, handlers } = useReading(place);
  const [isEmpty, setEmpty] = useState(true);
  // Where nothing is, nothing moves away.
  const list = useRequestList(filters, { isStill: isPaused || (isRead && !isEmpty) });
  const isEmptyNow = (list.requests?.length ?? 0) === 0;
  if (isEmpty !== isEmptyNow) setEmpty(isEmptyNow);
  const typed = typedOf(filters);
  const current = presetOf(filters);
  const go = (to: Filters): void => navigate(requestsPath(to));
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    go(filtersOf(String(new FormData(event.currentTarget).get('typed') ?? '')));
  };
  const showNew = (event: MouseEvent<HTMLButtonElement>): void => {
    list.take();
    scrollTo({ top: 0 });
    // The button goes: by keyboard one goes on from the list's beginning, and a pointer leaves nothing behind.
    if (event.detail === 0) place.current?.querySelector('ul')?.focus();
    else event.currentTarget.blur();
  };
  return (
    <>
      <header className={styles['head']}>
        <h1>Requests</h1>
        <button type="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          {isPaused ? <Play size={14} aria-hidden="true" /> : <Pause size={14} aria-hidden="true" />}
          {isPaused ? 'Go on' : 'Pause'}
        </button>
      </header>
      <div className={styles['filters']}>
        <nav className={styles['presets']} aria-label="Presets">
          {presets.map(([name, preset]) => (
            <a
              key={name}
              href={requestsPath(withPreset(filters, preset))}
              aria-current={name === current ? 'true' : undefined}
              onClick={(event) => {
                event.preventDefault();
                go(withPreset(filters, preset));
              }}
            >
              {name}
            </a>
          ))}
        </nav>
        <form onSubmit={submit} className={styles['form']}>
          <input
            key={typed}
            name="typed"
            defaultValue={typed}
            placeholder="state:… service:… tag:… error:… longer:30s since:1h words"
            aria-label="Filter"
            spellCheck={false}
            autoComplete="off"
          />
        </form>
      </div>
      {list.error !== null && (
        <p role="alert" className={styles['trouble']}>
          {list.error.message}
        </p>
      )}
      <div ref={place} className={styles['list']} {...handlers}>
        {list.heldBack > 0 && (
          <div className={styles['new']}>
            <button type="button" data-kind="main" onClick={showNew}>
              <ArrowUp size={14} aria-hidden="true" />
              {`${countText(list.heldBack)}${list.isHeldBackFull ? ' and more' : ''} new`}
            </button>
          </div>
        )}
        {list.requests?.length === 0 ? (
          <div className={styles['sheet']}>
            <EmptyState title={typed === '' ? 'No request yet' : 'No request is like that'}>
              {typed === '' ? (
                <p>
                  A request shows here as soon as somebody sends one: with the SDK, with <code>conduit call</code>, or by{' '}
                  <code>POST /api/v1/requests</code>.
                </p>
              ) : (
                <button type="button" onClick={() => go({})}>
                  Show all
                </button>
              )}
            </EmptyState>
          </div>
        ) : (
          <RequestTable requests={list.requests ?? []} hasMore={list.hasMore} onEnd={list.loadMore} />
        )}
      </div>
    </>
  );
}
