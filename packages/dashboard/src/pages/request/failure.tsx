/** Why a request failed: its error in words, whether another try may help, and whatever the service told besides. */

import type { RequestObject } from '@conduit/sdk';
import { JsonTree } from '../../parts/json-tree.tsx';
import styles from './failure.module.css';

interface FailureProps {
  readonly request: RequestObject;
  readonly error: NonNullable<RequestObject['error']>;
}

export function Failure({ request, error: { code, message, retryable, details } }: FailureProps) {
  return (
    <div className={styles['failure']}>
      <p role="alert">
        <b>{code}</b> {message} {request.state !== 'cancelled' && <span>{adviceOf(retryable, request.workBegan)}</span>}
      </p>
      {details !== undefined && <JsonTree name="details" value={details} />}
    </div>
  );
}

function adviceOf(isRetryable: boolean, workBegan: boolean): string {
  if (isRetryable) return 'Another try may help.';
  return workBegan
    ? 'Not to be tried again blindly: work had begun.'
    : 'Another try would end the same way: something has to change first.';
}
