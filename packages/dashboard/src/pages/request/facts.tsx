/** What there is to know of a request at a glance: who, where, how long; and why it goes on or not. */

import type { RequestObject } from '@conduit/sdk';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useNow } from '../../app/now.ts';
import { requestsPath, servicePath } from '../../app/paths.ts';
import { durationText } from '../../parts/durations.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Ago } from '../../parts/time.tsx';
import styles from './facts.module.css';
import { reasonText } from './reasons.ts';
import type { Story } from './story.ts';

interface FactsProps {
  readonly request: RequestObject;
  /** When it stood like that. */
  readonly lookedAt: number;
  readonly story: Story;
}

export function Facts({ request, lookedAt, story }: FactsProps) {
  const now = useNow();
  const { requester, provider, tags, createdAt } = request;
  const { state = request.state, attempts, waiting, silentSince } = story;
  const attempt = attempts.at(-1)?.attempt ?? request.attempt;
  const { waited, handedOver, ran } = spentOn(request, state, Math.max(0, now - lookedAt));
  const facts: readonly (readonly [name: string, value: ReactNode, title?: string])[] = [
    ['State', <StateBadge key="state" state={state} />],
    ['From', ...named(requester.name ?? requester.subject ?? requester.sessionId)],
    ['Hub', requester.hubId],
    ['Provider', ...named(provider === undefined ? '–' : (provider.name ?? provider.instanceId ?? provider.sessionId))],
    ['Attempt', attempt === 0 ? 'not begun' : attempt],
    ['Waited', durationText(waited)],
    ['Handed over', handedOver === undefined ? '–' : durationText(handedOver)],
    ['Ran', ran === undefined ? '–' : durationText(ran)],
    ['Created', <Ago key="created" at={new Date(createdAt).toISOString()} />],
  ];
  return (
    <>
      <dl className={styles['facts']}>
        {facts.map(([name, value, title]) => (
          <div key={name} data-kind={title === undefined ? undefined : 'name'}>
            <dt>{name}</dt>
            <dd title={title}>{value}</dd>
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
      {silentSince !== undefined && (
        <p className={styles['note']} data-kind="warning">
          Its provider has said nothing for {durationText(now - silentSince)}: it may hang.
        </p>
      )}
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

/** A name may be cut: all of it is in its tooltip. */
function named(name: string): readonly [value: string, title: string] {
  return [name, name];
}

/** What it spent on what; the one that it is at goes on. */
function spentOn({ timings }: RequestObject, state: Story['state'], sinceMs: number) {
  const { queuedMs, assignedMs, runningMs } = timings;
  const goesOn = (ms: number | undefined, isAt: boolean) => (isAt && ms !== undefined ? ms + sinceMs : ms);
  return {
    waited: state === 'queued' ? queuedMs + sinceMs : queuedMs,
    handedOver: goesOn(assignedMs, state === 'assigned'),
    ran: goesOn(runningMs, state === 'running' || state === 'cancelling'),
  };
}
