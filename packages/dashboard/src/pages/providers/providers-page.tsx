/** All providers: what each serves and works on, how busy it is, whether it answers, and how to send one away. */

import { useState } from 'react';
import { rowAttribute } from '../../app/keys.tsx';
import { act } from '../../app/notices.tsx';
import { type Provider, post } from '../../live/api.ts';
import { useMayAct, useProviders } from '../../live/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { countText, durationText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FirstService } from '../../parts/first-service.tsx';
import { SessionEnd } from '../../parts/session-end.tsx';
import { StackedBar } from '../../parts/stacked-bar.tsx';
import { type ShownState, StateBadge } from '../../parts/state-badge.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import styles from './providers-page.module.css';
import { WorkingOn } from './working-on.tsx';

/** A worker that takes this long to answer a heartbeat is behind, or its network is. Milliseconds. */
const slowMs = 1_000;

type Asked = { readonly provider: Provider; readonly what: 'drain' | 'disconnect' };

const asks = {
  drain: {
    short: 'Drain',
    verb: 'Drain it',
    text: (name: string, held: number) => `${name} finishes the ${held} it holds, takes nothing new, and leaves.`,
    done: (name: string) => `${name} was asked to finish and leave`,
  },
  disconnect: {
    short: 'Disconnect',
    verb: 'Disconnect it',
    text: (name: string, held: number) =>
      `The connection of ${name} ends at once. The ${held} it holds wait for it to come back, and then go to others.`,
    done: (name: string) => `${name} is disconnected; it may come back`,
  },
} as const;

export function ProvidersPage() {
  const providers = useProviders();
  const mayAct = useMayAct();
  const [asked, setAsked] = useState<Asked>();
  const heads = ['Provider', 'State', 'Works on', 'Serves', 'Room', 'Round trip', 'Last seen', ...(mayAct ? ['Act'] : [])];
  return (
    <>
      <Table
        title="Providers"
        aside={providers !== undefined && providers.length > 0 && <p className={styles['totals']}>{totalsOf(providers)}</p>}
        heads={heads}
        minor={[2, 4, 5, 6, 7]}
        isEmpty={providers?.length === 0}
        empty={
          <EmptyState title="Nobody provides anything yet">
            <FirstService />
          </EmptyState>
        }
      >
        {providers?.toSorted(byPresence).map((provider) => (
          <Row key={provider.session_id} provider={provider} onAct={mayAct ? setAsked : undefined} />
        ))}
      </Table>
      {asked !== undefined && (
        <Confirm
          title={`${asks[asked.what].verb}?`}
          text={asks[asked.what].text(nameOf(asked.provider), heldBy(asked.provider))}
          verb={asks[asked.what].verb}
          onConfirm={() => send(asked)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

interface RowProps {
  readonly provider: Provider;
  /** Left out: whoever looks may not act. */
  readonly onAct: ((asked: Asked) => void) | undefined;
}

function Row({ provider, onAct }: RowProps) {
  const { session_id, connected, services, working_on, last_seen_at, round_trip_ms } = provider;
  const held = heldBy(provider);
  const capacity = roomOf(provider);
  const [first] = services;
  return (
    <tr {...{ [rowAttribute]: '' }}>
      <th scope="row" className={styles['name']} title={session_id}>
        {nameOf(provider)} <SessionEnd id={session_id} />
        <span className={styles['stateOnPhone']}>
          <StateBadge state={stateOf(provider)} />
        </span>
        {first !== undefined && (
          <small className={styles['joined']}>
            joined <Ago at={first.joined_at} />
          </small>
        )}
      </th>
      <td>
        <StateBadge state={stateOf(provider)} />
      </td>
      <td>
        <WorkingOn work={working_on} held={held} />
      </td>
      <td>{services.map(({ service }) => service).join(', ')}</td>
      <td>
        <div className={styles['room']}>
          <StackedBar label="room" counts={[['running', held]]} free={Math.max(0, capacity - held)} />
          {countText(held)} of {countText(capacity)}
        </div>
      </td>
      <td>{round_trip_ms !== undefined && <RoundTrip ms={round_trip_ms} />}</td>
      <td className={styles['seen']}>
        <Ago at={last_seen_at} />
      </td>
      {onAct !== undefined && (
        <td className={styles['acts']}>
          {(['drain', 'disconnect'] as const).map((what) => (
            <button key={what} type="button" disabled={!connected} onClick={() => onAct({ provider, what })}>
              {asks[what].short}
            </button>
          ))}
        </td>
      )}
    </tr>
  );
}

function RoundTrip({ ms }: { readonly ms: number }) {
  if (ms < 1) return <span className={styles['trip']}>&lt; 1 ms</span>;
  const isSlow = ms >= slowMs;
  return (
    <span
      className={styles['trip']}
      data-slow={isSlow}
      title={isSlow ? 'The network is slow, or something in it keeps its process from answering' : undefined}
    >
      {durationText(ms)}
    </span>
  );
}

function send({ provider, what }: Asked): void {
  void act(async () => {
    await post('done', `/providers/${encodeURIComponent(provider.session_id)}/${what}`);
    return asks[what].done(nameOf(provider));
  });
}

function nameOf({ name, session_id, services }: Provider): string {
  return name ?? services[0]?.instance_id ?? session_id;
}

function heldBy({ services }: Provider): number {
  return services.reduce((sum, { held }) => sum + held, 0);
}

function roomOf({ services }: Provider): number {
  return services.reduce((sum, { capacity }) => sum + capacity, 0);
}

/** `6 connected, 8 of 108 places taken`: of those that are gone nobody has any. */
function totalsOf(providers: readonly Provider[]): string {
  const here = providers.filter(({ connected }) => connected);
  const [held, room] = [heldBy, roomOf].map((of) => here.reduce((sum, provider) => sum + of(provider), 0));
  return `${countText(here.length)} connected, ${countText(held ?? 0)} of ${countText(room ?? 0)} places taken`;
}

/** Whoever is here stands before whoever may come back. */
function byPresence(one: Provider, other: Provider): number {
  return Number(other.connected) - Number(one.connected);
}

/** The worst of what it is for its services. */
function stateOf({ connected, services }: Provider): ShownState {
  if (!connected) return 'gone';
  const states = services.map(({ state }) => state);
  return (['suspect', 'draining', 'busy'] as const).find((state) => states.includes(state)) ?? 'ready';
}
