/** One service: what it offers, who provides it in which turn, what it does now, and a form to try it. */

import { Pause, Play } from 'lucide-react';
import { Link } from 'wouter';
import { act } from '../../app/notices.tsx';
import { requestsPath } from '../../app/paths.ts';
import { post, type Service } from '../../live/api.ts';
import { Connected } from '../../live/connection.tsx';
import { useMayAct, useMe, useServices } from '../../live/queries.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FirstService } from '../../parts/first-service.tsx';
import { loadOf } from '../../parts/load.ts';
import { Panel } from '../../parts/panel.tsx';
import { SessionEnd } from '../../parts/session-end.tsx';
import { StackedBar } from '../../parts/stacked-bar.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Ago } from '../../parts/time.tsx';
import styles from './service-page.module.css';
import { TryIt } from './try-it.tsx';

export function ServicePage({ name }: { readonly name: string }) {
  const services = useServices();
  const mayAct = useMayAct();
  const { me } = useMe();
  const service = services?.find((one) => one.name === name);
  if (services === undefined) return null;
  if (service === undefined) {
    return (
      <Panel title={name}>
        <EmptyState title={`No service is called ${name}`}>
          <FirstService />
        </EmptyState>
      </Panel>
    );
  }
  const { paused, actions } = service;
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
      <Pool service={service} />
      <div className={styles['columns']}>
        <Panel title="Actions">
          {actions.length === 0 ? (
            <EmptyState title="It declared none">
              <p>Its providers take any action.</p>
            </EmptyState>
          ) : (
            <ul className={styles['list']}>
              {actions.map((action) => (
                <Action key={action.name} action={action} />
              ))}
            </ul>
          )}
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

function Pool({ service }: { readonly service: Service }) {
  const { name, providers, waiting, paused, unprovided_ms } = service;
  const { held } = loadOf(service);
  const aside = `${paused ? 'paused · ' : ''}${countText(held)} at work, ${countText(waiting)} waiting`;
  return (
    <Panel title="Pool" aside={<span>{aside}</span>}>
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
        <ul className={styles['list']}>
          {providers.map((provider) => (
            <li key={provider.session_id} className={styles['provider']}>
              <StateBadge state={provider.state} />
              <span className={styles['who']} title={provider.session_id}>
                {provider.name ?? provider.instance_id ?? provider.session_id} <SessionEnd id={provider.session_id} />
              </span>
              <StackedBar
                label="room"
                counts={[['running', provider.held]]}
                free={Math.max(0, provider.capacity - provider.held)}
              />
              <span>
                {countText(provider.held)} of {countText(provider.capacity)}
              </span>
              <span>
                joined <Ago at={provider.joined_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Action({ action }: { readonly action: Service['actions'][number] }) {
  const { name, description, input, output, tasks, idempotent, timeout_ms } = action;
  const notes = [
    ...(idempotent === false ? ['runs once at most'] : []),
    ...(timeout_ms === undefined ? [] : [`ends after ${durationText(timeout_ms)} at most`]),
  ];
  return (
    <li className={styles['action']}>
      <h3>
        <code>{name}</code>
      </h3>
      {description !== undefined && <p>{description}</p>}
      {notes.length > 0 && <p>{notes.join(' · ')}</p>}
      {tasks !== undefined && tasks.length > 0 && (
        <ol className={styles['tasks']} aria-label="Planned tasks">
          {tasks.map((task) => (
            <li key={String(task['task_id'])}>{String(task['title'] ?? task['task_id'])}</li>
          ))}
        </ol>
      )}
      {input !== undefined && <Schema name="Input" schema={input} />}
      {output !== undefined && <Schema name="Output" schema={output} />}
    </li>
  );
}

function Schema({ name, schema }: { readonly name: string; readonly schema: Record<string, unknown> }) {
  return (
    <details>
      <summary>{name}</summary>
      <pre>{JSON.stringify(schema, null, 2)}</pre>
    </details>
  );
}
