/** What a service offers: its actions, with their planned tasks and their schemas. */

import type { Service } from '../../live/api.ts';
import { durationText } from '../../parts/durations.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import styles from './action-list.module.css';

export function ActionList({ actions }: Pick<Service, 'actions'>) {
  if (actions.length === 0) {
    return (
      <EmptyState title="It declared none">
        <p>Its providers take any action.</p>
      </EmptyState>
    );
  }
  return (
    <ul className={styles['actions']}>
      {actions.map((action) => (
        <Action key={action.name} action={action} />
      ))}
    </ul>
  );
}

function Action({ action }: { readonly action: Service['actions'][number] }) {
  const { name, description, input, output, tasks, idempotent, timeout_ms } = action;
  const notes = [
    ...(idempotent === false ? ['runs once at most'] : []),
    ...(timeout_ms === undefined ? [] : [`ends after ${durationText(timeout_ms)} at most`]),
  ];
  return (
    <li>
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
