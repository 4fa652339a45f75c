/** How the hub is, in one look: a sentence, the numbers, what needs attention, and every service. */

import { useState } from 'react';
import { Link } from 'wouter';
import { useNow } from '../../app/now.ts';
import { useHubs, useSeesAll, useServices, useStats } from '../../live/queries.ts';
import { Panel } from '../../parts/panel.tsx';
import { useRequestList } from '../requests/request-list.ts';
import { attentionOf } from './attention.ts';
import { EndedFeed } from './ended-feed.tsx';
import { HubNumbers } from './hub-numbers.tsx';
import styles from './overview-page.module.css';
import { ServiceCards } from './service-cards.tsx';
import { Throughput } from './throughput.tsx';

const waiting = { state: 'queued' };
const silent = { is: 'stalled' };
const patienceMs = 1_500;

export function OverviewPage() {
  const services = useServices();
  const stats = useStats();
  const seesAll = useSeesAll();
  const { requests: queued, error: queuedError } = useRequestList(waiting, { isStill: false });
  const { requests: stalled, error: stalledError } = useRequestList(silent, { isStill: false });
  const hubs = useHubs();
  const now = useNow();
  const [openedAt] = useState(now);
  const isAllThere = services !== undefined && (queued ?? queuedError) !== null && (stalled ?? stalledError) !== null;
  // What needs attention is above the rest, which would jump: they come together, unless that takes long.
  const isKnown = isAllThere || now - openedAt >= patienceMs;
  const seen = { queued: queued ?? [], stalled: stalled ?? [], minute: stats?.last_minute, hubs: hubs ?? [], now };
  const attention = services === undefined || !isKnown ? [] : attentionOf({ services, ...seen });
  return (
    <div className={styles['page']}>
      <h1 className="unseen">Overview</h1>
      <p className={styles['health']} data-well={attention.length === 0}>
        {!isKnown || services === undefined || queued === undefined ? 'Looking …' : healthOf(services.length, attention.length)}
      </p>
      {seesAll && <HubNumbers stats={stats} />}
      {attention.length > 0 && (
        <Panel title="Needs attention">
          <ul className={styles['attention']}>
            {attention.map(({ key, what, todo, path }) => (
              <li key={key}>
                <Link href={path}>{what}</Link>
                <span>{todo}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {isKnown && seesAll && <Throughput />}
      <div className={styles['columns']} hidden={!isKnown}>
        <Panel title="Services" aside={<Link href="/services">All services</Link>}>
          <ServiceCards services={services} />
        </Panel>
        <Panel title="Just ended" aside={<Link href="/requests">All requests</Link>}>
          <EndedFeed />
        </Panel>
      </div>
    </div>
  );
}

function healthOf(services: number, troubles: number): string {
  if (troubles === 0 && services === 0) return 'The hub is up and waits for its first service.';
  if (troubles === 0) return services === 1 ? 'All is well: one service, ready.' : `All is well: ${services} services, ready.`;
  return troubles === 1 ? 'One thing needs attention.' : `${troubles} things need attention.`;
}
