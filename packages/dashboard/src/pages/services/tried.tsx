/** How a request goes that was tried: its state, what it streams, and how it ended. */

import type { RequestView } from '@conduit/sdk/react';
import { Link } from 'wouter';
import { requestPath } from '../../app/paths.ts';
import { JsonTree } from '../../parts/json-tree.tsx';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import styles from './try-it.module.css';

interface TriedProps {
  readonly request: RequestView;
  /** Asks for its end. */
  readonly onCancel: () => void;
}

export function Tried({ request, onCancel }: TriedProps) {
  const { requestId = '', state, isOpen, overall, chunks, result, error } = request;
  return (
    <section className={styles['tried']} aria-label="What came of it">
      <p className={styles['how']}>
        <StateBadge state={state === 'idle' || state === 'opening' ? 'queued' : state} />
        {isOpen && <ProgressBar value={overall === 0 ? null : overall} state={state} label="How far it is" />}
        {isOpen && (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
        <Link href={requestPath(requestId)}>Its page</Link>
      </p>
      {chunks.length > 0 && chunks.every((chunk) => typeof chunk === 'string') && (
        <p className={styles['text']}>{chunks.join('')}</p>
      )}
      {error !== undefined && (
        <p role="alert" className={styles['trouble']}>
          {error.code}: {error.message}
        </p>
      )}
      {state === 'completed' && <JsonTree name="result" value={result} />}
    </section>
  );
}
