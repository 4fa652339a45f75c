/** One request over time: what it waited, each attempt, each task in it, and what that asked others for; bars that overlap ran at once. */

import type { RequestObject } from '@conduit/sdk';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useNow } from '../../app/now.ts';
import { requestPath } from '../../app/paths.ts';
import type { RequestSummary } from '../../live/api.ts';
import { countText, durationText } from '../../parts/durations.ts';
import { Panel } from '../../parts/panel.tsx';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { shortId } from '../../parts/short-id.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import type { Family } from './family.ts';
import { type Offspring, offspringOf } from './offspring.ts';
import { canFold, type Scale, type Span, scaleOf } from './scale.ts';
import type { AttemptStory, Story, TaskStory } from './story.ts';
import styles from './timeline.module.css';

interface TimelineProps {
  readonly request: RequestObject;
  readonly story: Story;
  readonly family: Family;
}

export function Timeline({ request, story, family }: TimelineProps) {
  const { createdAt, tasks } = request;
  const [isFolded, setFolded] = useState(false);
  const children = family.shown.flatMap(({ how, summary }) => (how === 'Asked for' && summary !== undefined ? [summary] : []));
  // They and the steps are known to be there before it is known how they fare: what stands below does not jump.
  const unknown = family.shown.filter(({ how, summary }) => how === 'Asked for' && summary === undefined).length;
  const ticking = useNow();
  const isGoing = story.endedAt === undefined || children.some(({ finished_at }) => finished_at === undefined);
  const latest = Math.max(story.endedAt ?? 0, lastOf(story), createdAt + 1, ...children.map((child) => endOf(child, createdAt)));
  const whole: Span = { from: createdAt, to: isGoing ? Math.max(ticking, latest) : latest };
  const moments = [...momentsOf(story), ...children.flatMap((child) => [Date.parse(child.created_at), endOf(child, whole.to)])];
  const shown: Shown = {
    now: story.endedAt ?? whole.to,
    whole,
    scale: scaleOf(whole, isFolded ? moments : []),
    offspring: offspringOf(story.attempts, children),
    state: story.state,
  };
  return (
    <Panel
      title="Timeline"
      aside={
        <span className={styles['aside']}>
          {(isFolded || canFold(whole, moments)) && (
            <button type="button" aria-pressed={isFolded} onClick={() => setFolded(!isFolded)}>
              Fold long stretches
            </button>
          )}
          <Overall story={story} />
        </span>
      }
    >
      <div className={styles['timeline']} style={{ ['--rows' as string]: 1 + tasks.length + children.length + unknown }}>
        <Marks scale={shown.scale} />
        {story.attempts.map((attempt, index) => (
          <Attempt
            key={attempt.attempt}
            attempt={attempt}
            shown={shown}
            isLast={index === story.attempts.length - 1}
            waitedFrom={index === 0 ? createdAt : story.attempts[index - 1]?.endedAt}
          />
        ))}
        {family.left > 0 && <p className={styles['left']}>and {countText(family.left)} more that it asked for</p>}
      </div>
    </Panel>
  );
}

/** How far it is; of what went wrong a number would only say how far it came. */
function Overall({ story: { state, overall } }: { readonly story: Story }) {
  if (state === undefined || ['failed', 'cancelled', 'expired'].includes(state)) return null;
  return (
    <>
      <ProgressBar value={overall} state={state} label="Overall progress" />
      {Math.round(overall * 100)} %
    </>
  );
}

/** What all rows are drawn by. */
interface Shown {
  /** The end of what is still going on. */
  readonly now: number;
  readonly whole: Span;
  readonly scale: Scale;
  readonly offspring: Offspring;
  readonly state: Story['state'];
}

interface AttemptProps {
  readonly attempt: AttemptStory;
  readonly shown: Shown;
  readonly isLast: boolean;
  readonly waitedFrom: number | undefined;
}

function Attempt({ attempt, shown, isLast, waitedFrom }: AttemptProps) {
  const { attempt: number, beganAt, endedAt = shown.now, provider, reason, tasks } = attempt;
  if (number === 0) {
    return <Row label="Queued" shown={shown} span={{ from: waitedFrom ?? beganAt, to: endedAt }} colour="queued" />;
  }
  const outcome = isLast && reason === undefined ? (shown.state ?? 'assigned') : 'failed';
  return (
    <div className={styles['attempt']}>
      <Row
        label={`Attempt ${number}`}
        detail={provider}
        shown={shown}
        span={{ from: beganAt, to: endedAt }}
        colour={outcome}
        note={reason ?? ''}
        kind="whole"
      />
      {[...tasks.values()].map((task) => (
        <div key={task.taskId} className={styles['step']}>
          <TaskRow task={task} shown={shown} attempt={attempt} />
          <Children of={shown.offspring.ofStep(number, task.taskId)} shown={shown} />
        </div>
      ))}
      <Children of={shown.offspring.ofAttempt(number)} shown={shown} />
    </div>
  );
}

interface TaskRowProps {
  readonly task: TaskStory;
  readonly shown: Shown;
  readonly attempt: AttemptStory;
}

function TaskRow({ task, shown, attempt }: TaskRowProps) {
  const { taskId, title = taskId, state, progress, message, startedAt, finishedAt, error } = task;
  const span = startedAt === undefined ? undefined : { from: startedAt, to: finishedAt ?? attempt.endedAt ?? shown.now };
  const percent = state === 'running' && progress !== null ? `${Math.round(progress * 100)} %` : '';
  return (
    <Row
      label={title}
      shown={shown}
      span={span}
      isToCome={state === 'pending' && attempt.endedAt === undefined}
      colour={state}
      note={error ?? (state === 'running' ? [percent, message].filter(Boolean).join(' · ') : '')}
      fill={state === 'running' ? (progress ?? undefined) : 1}
      badge={<StateBadge state={state} />}
    />
  );
}

function Children({ of: children, shown }: { readonly of: readonly RequestSummary[]; readonly shown: Shown }) {
  return children.map((child) => {
    const { request_id: id, to, action, state, overall, live, error } = child;
    const isOpen = child.finished_at === undefined;
    const percent = overall > 0 ? `${Math.round(overall * 100)} %` : live.waiting === undefined ? '' : 'waits';
    return (
      <Row
        key={id}
        kind="child"
        label={`${to} ${action}`}
        detail={shortId(id)}
        href={requestPath(id)}
        shown={shown}
        span={{ from: Date.parse(child.created_at), to: endOf(child, shown.whole.to) }}
        colour={state}
        note={isOpen ? [percent, live.task?.message ?? live.task?.title].filter(Boolean).join(' · ') : (error?.code ?? '')}
        fill={isOpen ? overall : 1}
        badge={<StateBadge state={state} />}
      />
    );
  });
}

interface RowProps {
  readonly label: string;
  readonly detail?: string | undefined;
  /** Where the label leads. */
  readonly href?: string;
  readonly shown: Shown;
  /** Undefined for what never ran: it has no bar. */
  readonly span: Span | undefined;
  readonly isToCome?: boolean;
  readonly colour: string;
  readonly note?: string;
  readonly fill?: number | undefined;
  readonly kind?: 'whole' | 'step' | 'child';
  readonly badge?: ReactNode;
}

function Row({ label, detail, href, shown, span, isToCome, colour, note = '', fill = 1, kind = 'step', badge }: RowProps) {
  const { shareOf, marks, folds } = shown.scale;
  const [from, to] = span === undefined ? [0, 0] : [shareOf(span.from), shareOf(span.to)];
  return (
    <div className={styles['row']} data-kind={kind}>
      <div className={styles['label']}>
        {href === undefined ? (
          <span className={styles['name']} title={label}>
            {label}
          </span>
        ) : (
          <Link href={href} className={styles['name'] ?? ''} title={label}>
            {label}
          </Link>
        )}
        {detail !== undefined && (
          <span className={styles['detail']} title={detail}>
            {detail}
          </span>
        )}
        {badge}
      </div>
      <div className={styles['track']}>
        {folds.map((fold) => (
          <i
            key={`fold ${fold.from}`}
            data-fold=""
            style={{ left: percentOf(fold.from), width: percentOf(fold.to - fold.from) }}
          />
        ))}
        {marks.map(({ share }) => (
          <i key={share} style={{ left: percentOf(share) }} />
        ))}
        {isToCome === true && <span className={styles['declared']} title="declared, not begun" />}
        {span !== undefined && (
          <span
            className={styles['bar']}
            style={{
              left: percentOf(from),
              width: percentOf(to - from),
              ['--colour' as string]: `var(--${colour in colours ? colour : 'queued'})`,
            }}
          >
            <span style={{ width: `${fill * 100}%` }} />
          </span>
        )}
        {note !== '' && <span className={styles['note']}>{note}</span>}
      </div>
      <span className={styles['took']}>{span === undefined ? '' : durationText(span.to - span.from)}</span>
    </div>
  );
}

const colours = { queued: 1, assigned: 1, running: 1, cancelling: 1, completed: 1, failed: 1, cancelled: 1, expired: 1 };

function Marks({ scale: { marks, folds } }: { readonly scale: Scale }) {
  return (
    <div className={styles['scale']} aria-hidden="true">
      <span />
      <span className={styles['ticks']}>
        {marks.map(({ share, text }) => (
          <span key={share} data-first={share === 0} style={{ left: percentOf(share) }}>
            {text}
          </span>
        ))}
        {folds.map(({ from, to, text }) => (
          <span key={from} data-fold="" style={{ left: percentOf((from + to) / 2) }}>
            … {text} …
          </span>
        ))}
      </span>
      <span />
    </div>
  );
}

function percentOf(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}

/** The latest moment that anything tells of. */
function lastOf({ events }: Story): number {
  return events.at(-1)?.at ?? 0;
}

function endOf({ finished_at }: RequestSummary, otherwise: number): number {
  return finished_at === undefined ? otherwise : Date.parse(finished_at);
}

/** When anything began or ended. */
function momentsOf({ attempts }: Story): readonly number[] {
  return attempts.flatMap(({ beganAt, endedAt, tasks }) =>
    [beganAt, endedAt, ...[...tasks.values()].flatMap(({ startedAt, finishedAt }) => [startedAt, finishedAt])].filter(
      (at) => at !== undefined,
    ),
  );
}
