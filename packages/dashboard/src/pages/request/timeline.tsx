/** One request over time: what it waited, each attempt, and each task in it; bars that overlap ran at once. */

import type { ReactNode } from 'react';
import { useNow } from '../../app/now.ts';
import { durationText } from '../../parts/durations.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import type { AttemptStory, Story, TaskStory } from './story.ts';
import { ticksOf } from './ticks.ts';
import styles from './timeline.module.css';

interface TimelineProps {
  readonly story: Story;
  readonly createdAt: number;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

export function Timeline({ story, createdAt }: TimelineProps) {
  const ticking = useNow();
  const now = story.endedAt ?? Math.max(ticking, lastOf(story), createdAt);
  const whole: Span = { from: createdAt, to: Math.max(now, createdAt + 1) };
  return (
    <div className={styles['timeline']}>
      <Scale whole={whole} />
      {story.attempts.map((attempt, index) => (
        <Attempt
          key={attempt.attempt}
          attempt={attempt}
          whole={whole}
          now={now}
          isLast={index === story.attempts.length - 1}
          waitedFrom={index === 0 ? createdAt : story.attempts[index - 1]?.endedAt}
          state={story.state}
        />
      ))}
    </div>
  );
}

interface AttemptProps {
  readonly attempt: AttemptStory;
  readonly whole: Span;
  readonly now: number;
  readonly isLast: boolean;
  readonly waitedFrom: number | undefined;
  readonly state: Story['state'];
}

function Attempt({ attempt, whole, now, isLast, waitedFrom, state }: AttemptProps) {
  const { attempt: number, beganAt, endedAt = now, provider, reason, tasks } = attempt;
  if (number === 0) {
    return <Row label="Queued" whole={whole} span={{ from: waitedFrom ?? beganAt, to: endedAt }} colour="queued" note="" />;
  }
  const outcome = isLast && reason === undefined ? (state ?? 'assigned') : 'failed';
  return (
    <div className={styles['attempt']}>
      <Row
        label={`Attempt ${number}`}
        detail={provider}
        whole={whole}
        span={{ from: beganAt, to: endedAt }}
        colour={outcome}
        note={reason ?? ''}
        isWhole
      />
      {[...tasks.values()].map((task) => (
        <TaskRow key={task.taskId} task={task} whole={whole} now={attempt.endedAt ?? now} />
      ))}
    </div>
  );
}

function TaskRow({ task, whole, now }: { readonly task: TaskStory; readonly whole: Span; readonly now: number }) {
  const { taskId, title = taskId, state, progress, message, startedAt, finishedAt, error } = task;
  const span = startedAt === undefined ? undefined : { from: startedAt, to: finishedAt ?? now };
  const percent = state === 'running' && progress !== null ? `${Math.round(progress * 100)} %` : '';
  return (
    <Row
      label={title}
      whole={whole}
      span={span}
      colour={state}
      note={error ?? (state === 'running' ? [percent, message].filter(Boolean).join(' · ') : '')}
      fill={state === 'running' ? (progress ?? undefined) : 1}
      badge={<StateBadge state={state} />}
    />
  );
}

interface RowProps {
  readonly label: string;
  readonly detail?: string | undefined;
  readonly whole: Span;
  readonly span: Span | undefined;
  readonly colour: string;
  readonly note: string;
  readonly fill?: number | undefined;
  readonly isWhole?: boolean;
  readonly badge?: ReactNode;
}

function Row({ label, detail, whole, span, colour, note, fill = 1, isWhole = false, badge }: RowProps) {
  const share = (ms: number): string => `${((ms / (whole.to - whole.from)) * 100).toFixed(3)}%`;
  const tookMs = span === undefined ? undefined : span.to - span.from;
  return (
    <div className={styles['row']} data-whole={isWhole}>
      <div className={styles['label']}>
        <span className={styles['name']} title={label}>
          {label}
        </span>
        {detail !== undefined && <span className={styles['detail']}>{detail}</span>}
        {badge}
      </div>
      <div className={styles['track']}>
        {ticksOf(whole.to - whole.from).map((tick) => (
          <i key={tick} style={{ left: share(tick) }} />
        ))}
        {span === undefined ? (
          <span className={styles['declared']} title="declared, not begun" />
        ) : (
          <span
            className={styles['bar']}
            style={{
              left: share(span.from - whole.from),
              width: share(Math.max(0, span.to - span.from)),
              ['--colour' as string]: `var(--${colour in colours ? colour : 'queued'})`,
            }}
          >
            <span style={{ width: `${fill * 100}%` }} />
          </span>
        )}
        {note !== '' && <span className={styles['note']}>{note}</span>}
      </div>
      <span className={styles['took']}>{tookMs === undefined ? '' : durationText(tookMs)}</span>
    </div>
  );
}

const colours = { queued: 1, assigned: 1, running: 1, cancelling: 1, completed: 1, failed: 1, cancelled: 1, expired: 1 };

function Scale({ whole }: { readonly whole: Span }) {
  const ms = whole.to - whole.from;
  return (
    <div className={styles['scale']} aria-hidden="true">
      <span />
      <span className={styles['ticks']}>
        {ticksOf(ms).map((tick) => (
          <span key={tick} style={{ left: `${(tick / ms) * 100}%` }}>
            {durationText(tick)}
          </span>
        ))}
      </span>
      <span />
    </div>
  );
}

/** The latest moment that anything tells of. */
function lastOf({ events }: Story): number {
  return events.at(-1)?.at ?? 0;
}
