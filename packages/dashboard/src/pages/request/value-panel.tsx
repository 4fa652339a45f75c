/** What was asked, or what came out, whole. */

import { EmptyState } from '../../parts/empty-state.tsx';
import { JsonTree } from '../../parts/json-tree.tsx';
import { Scroller } from '../../parts/scroller.tsx';
import { shortId } from '../../parts/short-id.ts';
import { TakeAwayButtons } from '../../parts/take-away-buttons.tsx';
import { useValue } from './follow.ts';
import styles from './value-panel.module.css';

interface ValuePanelProps {
  readonly requestId: string;
  readonly what: 'payload' | 'result';
  readonly isThere: boolean;
}

export function ValuePanel({ requestId, what, isThere }: ValuePanelProps) {
  const { value, isLoaded } = useValue(requestId, what, isThere);
  if (!isThere) return <EmptyState title={`There is no ${what}`} />;
  if (!isLoaded) return null;
  if (value === undefined) return <EmptyState title={`It has no ${what}`} />;
  return (
    <>
      <p className={styles['tools']}>
        <TakeAwayButtons value={value} name={`${what}-${shortId(requestId)}`} />
      </p>
      <Scroller label={what}>
        <JsonTree value={value} name={what} />
      </Scroller>
    </>
  );
}
