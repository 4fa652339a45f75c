/** One request, from its creation to its end: what was asked, what happened when, what came out, and what can be done about it. */

import type { RequestObject } from '@conduit/sdk';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { requestsPath, servicePath } from '../../app/paths.ts';
import { durationText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Ago } from '../../parts/time.tsx';
import { Actions } from './actions.tsx';
import { EventList } from './event-list.tsx';
import { Failure } from './failure.tsx';
import { useRequestObject, useStory } from './follow.ts';
import { Output } from './output.tsx';
import { reasonText } from './reasons.ts';
import { Related } from './related.tsx';
import styles from './request-page.module.css';
import { Timeline } from './timeline.tsx';
import { ValuePanel } from './value-panel.tsx';

const tabs = ['Output', 'Result', 'Payload', 'Events'] as const;
type Tab = (typeof tabs)[number];

export function RequestPage({ requestId }: { readonly requestId: string }) {
  const { story, trouble } = useStory(requestId);
  const { state, endedAt, attempts } = story;
  const attempt = attempts.at(-1)?.attempt ?? 0;
  const { request, error } = useRequestObject(requestId, `${state} ${attempt}`);
  const [chosen, setTab] = useState<Tab>();
  if (trouble !== undefined || (error !== null && request === undefined)) {
    return (
      <Panel title="Request">
        <EmptyState title={trouble ?? error?.message ?? ''}>
          <p>
            Requests are kept for a while after they ended, and are shown to whoever may see them. The id was{' '}
            <code>{requestId}</code>.
          </p>
          <Link href="/requests">All requests</Link>
        </EmptyState>
      </Panel>
    );
  }
  if (request === undefined || state === undefined) return null;
  const tab = chosen ?? (story.streams.size > 0 ? 'Output' : state === 'completed' ? 'Result' : 'Payload');
  return (
    <>
      <header className={styles['head']}>
        <div>
          <p className={styles['crumbs']}>
            <Link href="/requests">Requests</Link> / <Link href={requestsPath({ service: request.to })}>{request.to}</Link>
          </p>
          <h1>
            {request.to} <span>{request.action}</span>
          </h1>
          <p className={styles['id']}>{requestId}</p>
        </div>
        <Actions request={request} isOpen={endedAt === undefined} />
      </header>
      <Facts request={request} story={story} />
      {request.error !== undefined && <Failure request={request} error={request.error} />}
      <Panel
        title="Timeline"
        aside={
          <span className={styles['overall']}>
            <ProgressBar value={story.overall} state={state} label="Overall progress" />
            {Math.round(story.overall * 100)} %
          </span>
        }
      >
        <Timeline story={story} createdAt={request.createdAt} />
      </Panel>
      <Related request={request} />
      <section className={styles['tabs']} aria-label="What it is about">
        <div role="tablist" aria-label="What it is about" onKeyDown={(event) => turn(event, tab, setTab)}>
          {tabs.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-controls="tab-panel"
              aria-selected={tab === name}
              tabIndex={tab === name ? 0 : -1}
              data-kind="plain"
              onClick={() => setTab(name)}
            >
              {name}
              {name === 'Events' && <small>{story.events.length}</small>}
            </button>
          ))}
        </div>
        <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`} className={styles['panel']}>
          {tab === 'Output' && <Output requestId={requestId} story={story} />}
          {tab === 'Events' && <EventList story={story} />}
          {tab === 'Payload' && <ValuePanel requestId={requestId} what="payload" isThere />}
          {tab === 'Result' && <ValuePanel requestId={requestId} what="result" isThere={state === 'completed'} />}
        </div>
      </section>
    </>
  );
}

/** Arrows go from tab to tab, as in every list of them. */
function turn(event: KeyboardEvent<HTMLElement>, tab: Tab, setTab: (tab: Tab) => void): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by === undefined) return;
  const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length] ?? tab;
  setTab(next);
  document.getElementById(`tab-${next}`)?.focus();
}

type FactsProps = { readonly request: RequestObject; readonly story: ReturnType<typeof useStory>['story'] };

function Facts({ request, story }: FactsProps) {
  const { requester, provider, timings, tags, createdAt } = request;
  const { state = request.state, attempts, waiting, silentMs } = story;
  const attempt = attempts.at(-1)?.attempt ?? request.attempt;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['State', <StateBadge key="state" state={state} />],
    ['From', requester.name ?? requester.subject ?? requester.sessionId],
    ['Hub', requester.hubId],
    ['Provider', provider === undefined ? '–' : (provider.name ?? provider.instanceId ?? provider.sessionId)],
    ['Attempt', attempt === 0 ? 'not begun' : attempt],
    ['Waited', durationText(timings.queuedMs)],
    ['Ran', timings.runningMs === undefined ? '–' : durationText(timings.runningMs)],
    ['Created', <Ago key="created" at={new Date(createdAt).toISOString()} />],
  ];
  return (
    <>
      <dl className={styles['facts']}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {waiting !== undefined && (
        <p className={styles['note']}>
          It waits: {reasonText(waiting.reason)}
          {waiting.position !== undefined && `, ${waiting.position} in line`}.{' '}
          <Link href={servicePath(request.to)}>Look at {request.to}</Link>
        </p>
      )}
      {silentMs !== undefined && <p className={styles['note']}>Its provider has said nothing for {durationText(silentMs)}.</p>}
      {tags !== undefined && tags.length > 0 && (
        <ul className={styles['tags']} aria-label="Tags">
          {tags.map((tag) => (
            <li key={tag}>
              <Link href={requestsPath({ tag })}>{tag}</Link>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
