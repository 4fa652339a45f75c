/** The providers of a service in the order of their turns: how each is, how much room it has, and its share of what was served. */

import type { Service, ServiceStats } from '../../live/api.ts';
import { countText, durationText, shareText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Panel } from '../../parts/panel.tsx';
import { SessionEnd } from '../../parts/session-end.tsx';
import { StackedBar } from '../../parts/stacked-bar.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Ago } from '../../parts/time.tsx';
import styles from './pool.module.css';

interface PoolProps {
  readonly service: Service;
  readonly stats: ServiceStats | undefined;
}

export function Pool({ service, stats }: PoolProps) {
  const { name, providers, waiting, paused, unprovided_ms } = service;
  const all = providers.reduce((sum, { served }) => sum + served, 0);
  const notes = [...(paused ? ['paused'] : []), ...waitsOf(stats)];
  return (
    <Panel title="Pool" aside={<span>{notes.join(' · ')}</span>}>
      {providers.length === 0 ? (
        <EmptyState
          title={unprovided_ms === undefined ? 'Nobody provides it' : `Nobody has provided it for ${durationText(unprovided_ms)}`}
        >
          <p>
            {waiting === 0 ? 'Nothing waits for it.' : `${countText(waiting)} waiting.`} Start a worker that registers{' '}
            <code>{name}</code>: it takes its turn at once.
          </p>
        </EmptyState>
      ) : (
        <ul className={styles['pool']}>
          {providers.map((provider) => (
            <ProviderRow key={provider.session_id} provider={provider} servedByAll={all} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface ProviderRowProps {
  readonly provider: Service['providers'][number];
  readonly servedByAll: number;
}

function ProviderRow({ provider, servedByAll }: ProviderRowProps) {
  const { session_id, name, instance_id, state, held, capacity, served, joined_at } = provider;
  return (
    <li>
      <StateBadge state={state} />
      <span className={styles['who']} title={session_id}>
        {name ?? instance_id ?? session_id} <SessionEnd id={session_id} />
      </span>
      <StackedBar label="room" counts={[['running', held]]} free={Math.max(0, capacity - held)} />
      <span className={styles['held']}>
        {countText(held)} of {countText(capacity)}
      </span>
      <span className={styles['served']} title="since it joined, and of what those here were handed">
        {countText(served)} served <b>{shareText(served, servedByAll)}</b>
      </span>
      <span className={styles['joined']}>
        joined <Ago at={joined_at} />
      </span>
    </li>
  );
}

/** Where hardly anything waits there is nothing to say. */
function waitsOf(stats: ServiceStats | undefined): string[] {
  const { p50_ms = 0, p95_ms = 0 } = stats?.queued ?? {};
  return p95_ms === 0 ? [] : [`half waited ${durationText(p50_ms)} at most, nearly all ${durationText(p95_ms)}`];
}
