/** One request, from its creation to its end: what was asked, what happened when, what came out, and what can be done about it. */

import type { RequestObject } from '@conduit/sdk';
import { type KeyboardEvent, useState } from 'react';
import { Link } from 'wouter';
import { requestsPath } from '../../app/paths.ts';
import { countText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Actions } from './actions.tsx';
import { EventList } from './event-list.tsx';
import { Facts } from './facts.tsx';
import { Failure } from './failure.tsx';
import { useFamily } from './family.ts';
import { useRequestObject, useStory } from './follow.ts';
import { Output } from './output.tsx';
import { Related } from './related.tsx';
import styles from './request-page.module.css';
import type { Story } from './story.ts';
import { Timeline } from './timeline.tsx';
import { ValuePanel } from './value-panel.tsx';

const tabs = ['Output', 'Result', 'Payload', 'Events'] as const;
type Tab = (typeof tabs)[number];

export function RequestPage({ requestId }: { readonly requestId: string }) {
  const { story, trouble } = useStory(requestId);
  const { state, attempts } = story;
  const attempt = attempts.at(-1)?.attempt ?? 0;
  const { request, lookedAt, error } = useRequestObject(requestId, `${state} ${attempt}`);
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
  return <Known request={request} lookedAt={lookedAt} story={story} />;
}

interface KnownProps {
  readonly request: RequestObject;
  /** When it stood like that. */
  readonly lookedAt: number;
  readonly story: Story;
}

function Known({ request, lookedAt, story }: KnownProps) {
  const family = useFamily(request);
  const { requestId } = request;
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
        <Actions request={request} isOpen={story.endedAt === undefined} />
      </header>
      <Facts request={request} lookedAt={lookedAt} story={story} />
      {request.error !== undefined && <Failure request={request} error={request.error} />}
      <Timeline request={request} story={story} family={family} />
      <Related family={family} />
      <Contents request={request} story={story} />
    </>
  );
}

function Contents({ request, story }: Omit<KnownProps, 'lookedAt'>) {
  const [chosen, setTab] = useState<Tab>();
  const { requestId } = request;
  const { state, streams, events } = story;
  // What was streamed is told a little later than that there is something.
  const tab =
    chosen ?? (streams.size > 0 || request.streams.length > 0 ? 'Output' : state === 'completed' ? 'Result' : 'Payload');
  return (
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
            {name === 'Events' && <small>{countText(events.length)}</small>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`} className={styles['panel']}>
        {tab === 'Output' && <Output request={request} story={story} />}
        {tab === 'Events' && <EventList story={story} />}
        {tab === 'Payload' && <ValuePanel requestId={requestId} what="payload" isThere />}
        {tab === 'Result' && <ValuePanel requestId={requestId} what="result" isThere={state === 'completed'} />}
      </div>
    </section>
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
