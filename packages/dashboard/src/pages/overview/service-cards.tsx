/** A line per service: its pool, what it works on, and who waits. */

import { Link } from 'wouter';
import { servicePath } from '../../app/paths.ts';
import type { Service } from '../../live/api.ts';
import { countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FirstService } from '../../parts/first-service.tsx';
import { loadOf } from '../../parts/load.ts';
import { PoolBar } from '../../parts/pool-bar.tsx';
import styles from './service-cards.module.css';

export function ServiceCards({ services }: { readonly services: readonly Service[] | undefined }) {
  if (services === undefined) return null;
  if (services.length === 0) {
    return (
      <EmptyState title="No service has registered yet">
        <FirstService />
      </EmptyState>
    );
  }
  return (
    <ul className={styles['cards']}>
      {services.map((service) => (
        <Card key={service.name} service={service} />
      ))}
    </ul>
  );
}

function Card({ service }: { readonly service: Service }) {
  const { name, providers, waiting, paused } = service;
  const { held, room } = loadOf(service);
  return (
    <li className={styles['card']}>
      <Link href={servicePath(name)} className={styles['name'] ?? ''}>
        {name}
      </Link>
      <span className={styles['pool']}>{poolText(providers.length, paused)}</span>
      <PoolBar service={service} />
      <span className={styles['numbers']}>
        {countText(held)} of {countText(room)} busy
        {waiting > 0 && <b>, {countText(waiting)} waiting</b>}
      </span>
    </li>
  );
}

function poolText(count: number, isPaused: boolean): string {
  const providers = count === 0 ? 'no provider' : count === 1 ? '1 provider' : `${countText(count)} providers`;
  return isPaused ? `paused, ${providers}` : providers;
}
