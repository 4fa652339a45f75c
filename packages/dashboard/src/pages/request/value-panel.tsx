/** What was asked, or what came out, whole. */

import { EmptyState } from '../../parts/empty-state.tsx';
import { JsonTree } from '../../parts/json-tree.tsx';
import { useValue } from './follow.ts';

interface ValuePanelProps {
  readonly requestId: string;
  readonly what: 'payload' | 'result';
  readonly isThere: boolean;
}

export function ValuePanel({ requestId, what, isThere }: ValuePanelProps) {
  const { value, isLoaded } = useValue(requestId, what, isThere);
  if (!isThere) return <EmptyState title={`There is no ${what}`} />;
  if (!isLoaded) return null;
  return value === undefined ? <EmptyState title={`It has no ${what}`} /> : <JsonTree value={value} name={what} />;
}
