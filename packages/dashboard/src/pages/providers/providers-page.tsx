/** All providers: what each serves, how busy it is, and how to send one away. */

import { useState } from 'react';
import { rowAttribute } from '../../app/keys.tsx';
import { act } from '../../app/notices.tsx';
import { type Provider, post } from '../../live/api.ts';
import { useMayAct, useProviders } from '../../live/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FirstService } from '../../parts/first-service.tsx';
import { SessionEnd } from '../../parts/session-end.tsx';
import { StackedBar } from '../../parts/stacked-bar.tsx';
import { type ShownState, StateBadge } from '../../parts/state-badge.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import styles from './providers-page.module.css';

type Asked = { readonly provider: Provider; readonly what: 'drain' | 'disconnect' };

const asks = {
  drain: {
    verb: 'Drain it',
    text: (name: string, held: number) => `${name} finishes the ${held} it holds, takes nothing new, and leaves.`,
    done: (name: string) => `${name} was asked to finish and leave`,
  },
  disconnect: {
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
  const heads = ['Provider', 'State', 'Serves', 'Room', 'Joined', ...(mayAct ? ['Act'] : [])];
  return (
    <>
      <Table
        title="Providers"
        heads={heads}
        minor={[3, 5]}
        isEmpty={providers?.length === 0}
        empty={
          <EmptyState title="Nobody provides anything yet">
            <FirstService />
          </EmptyState>
        }
      >
        {providers?.map((provider) => {
          const { session_id, connected, services } = provider;
          const held = heldBy(provider);
          const capacity = services.reduce((sum, service) => sum + service.capacity, 0);
          const [first] = services;
          return (
            <tr key={session_id} {...{ [rowAttribute]: '' }}>
              <th scope="row" title={session_id}>
                {nameOf(provider)} <SessionEnd id={session_id} />
              </th>
              <td>
                <StateBadge state={stateOf(provider)} />
              </td>
              <td>{services.map(({ service }) => service).join(', ')}</td>
              <td>
                <div className={styles['room']}>
                  <StackedBar label="room" counts={[['running', held]]} free={Math.max(0, capacity - held)} />
                  {countText(held)} of {countText(capacity)}
                </div>
              </td>
              <td>{first !== undefined && <Ago at={first.joined_at} />}</td>
              {mayAct && (
                <td className={styles['acts']}>
                  <button type="button" disabled={!connected} onClick={() => setAsked({ provider, what: 'drain' })}>
                    Drain
                  </button>
                  <button type="button" disabled={!connected} onClick={() => setAsked({ provider, what: 'disconnect' })}>
                    Disconnect
                  </button>
                </td>
              )}
            </tr>
          );
        })}
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

/** The worst of what it is for its services. */
function stateOf({ connected, services }: Provider): ShownState {
  if (!connected) return 'gone';
  const states = services.map(({ state }) => state);
  return (['suspect', 'draining', 'busy'] as const).find((state) => states.includes(state)) ?? 'ready';
}
