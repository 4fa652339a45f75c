/** One service: what it is asked and how that goes, who provides it in which turn, what it offers, and a form to try it. */

import { Pause, Play } from 'lucide-react';
import { Link } from 'wouter';
import { act } from '../../app/notices.tsx';
import { requestsPath } from '../../app/paths.ts';
import { post, type Service } from '../../live/api.ts';
import { Connected } from '../../live/connection.tsx';
import { useMayAct, useMe, useServiceStats, useServices } from '../../live/queries.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FirstService } from '../../parts/first-service.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ActionList } from './action-list.tsx';
import { Pool } from './pool.tsx';
import { ServiceErrors } from './service-errors.tsx';
import { ServiceNumbers } from './service-numbers.tsx';
import styles from './service-page.module.css';
import { TryIt } from './try-it.tsx';

export function ServicePage({ name }: { readonly name: string }) {
  const services = useServices();
  const service = services?.find((one) => one.name === name);
  if (services === undefined) return null;
  if (service !== undefined) return <KnownService service={service} />;
  return (
    <Panel title={name}>
      <EmptyState title={`No service is called ${name}`}>
        <FirstService />
      </EmptyState>
    </Panel>
  );
}

/** Only what is known has numbers to ask for. */
function KnownService({ service }: { readonly service: Service }) {
  const { name, paused, actions } = service;
  const stats = useServiceStats(name);
  const mayAct = useMayAct();
  const { me } = useMe();
  const verb = paused ? 'resume' : 'pause';
  const toggle = (): void =>
    void act(async () => {
      await post('service', `/services/${encodeURIComponent(name)}/${verb}`);
      return paused ? `${name} is handed out again` : `${name} is paused: what is under way goes on, what comes waits`;
    });
  const mayAsk = me?.scopes.some((scope) => scope.startsWith('request:')) === true;
  return (
    <>
      <header className={styles['head']}>
        <div>
          <p className={styles['crumbs']}>
            <Link href="/services">Services</Link>
          </p>
          <h1>{name}</h1>
        </div>
        <div className={styles['actions']}>
          <Link href={requestsPath({ service: name })}>Its requests</Link>
          {mayAct && (
            <button type="button" onClick={toggle}>
              {paused ? <Play size={14} aria-hidden="true" /> : <Pause size={14} aria-hidden="true" />}
              {paused ? 'Resume' : 'Pause'}
            </button>
          )}
        </div>
      </header>
      <div className={styles['rows']}>
        <ServiceNumbers service={service} stats={stats} />
        {stats !== undefined && <ServiceErrors stats={stats} />}
        <Pool service={service} stats={stats} />
      </div>
      <div className={styles['columns']}>
        <Panel title="Actions">
          <ActionList actions={actions} />
        </Panel>
        {mayAsk && (
          <Panel title="Try it">
            <Connected>
              <TryIt service={service} />
            </Connected>
          </Panel>
        )}
      </div>
    </>
  );
}
