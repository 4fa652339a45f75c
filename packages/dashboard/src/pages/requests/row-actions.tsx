/** What can be done about a request from its row: end it, or ask the same once more. Whoever may not is offered nothing. */

import { Ban, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { cancelKeyAttribute } from '../../app/keys.tsx';
import { act } from '../../app/notices.tsx';
import { post, type RequestSummary } from '../../live/api.ts';
import { useMayActOn } from '../../live/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { outcomes } from '../../parts/outcomes.ts';
import styles from './row-actions.module.css';

export function RowActions({ request }: { readonly request: RequestSummary }) {
  const { request_id: id, to, action, finished_at, requester } = request;
  const [asked, setAsked] = useState<'cancel' | 'again'>();
  const close = (): void => setAsked(undefined);
  const mayAct = useMayActOn(requester.subject);
  if (!mayAct) return null;
  const cancel = (): void => void act(async () => outcomes[(await post('cancelled', `/requests/${id}/cancel`)).outcome]);
  const again = (): void =>
    void act(async () => {
      await post('accepted', `/requests/${id}/retry`);
      return `Asked ${to} to ${action} once more`;
    });
  return (
    <span className={styles['actions']}>
      {finished_at === undefined ? (
        <button type="button" onClick={() => setAsked('cancel')} {...{ [cancelKeyAttribute]: '' }}>
          <Ban size={14} aria-hidden="true" />
          Cancel
        </button>
      ) : (
        <button type="button" onClick={() => setAsked('again')}>
          <RotateCcw size={14} aria-hidden="true" />
          Run again
        </button>
      )}
      {asked === 'cancel' && (
        <Confirm
          title={`Cancel this request to ${to}?`}
          text={`${action}, ${id}. Its provider is told to stop; what it has streamed so far stays.`}
          verb="Cancel the request"
          onConfirm={cancel}
          onClose={close}
        />
      )}
      {asked === 'again' && (
        <Confirm
          title={`Run this request to ${to} again?`}
          text={`${action}, ${id}. A new request is sent with the same payload; this one stays as it is.`}
          verb="Send a new request"
          kind="main"
          onConfirm={again}
          onClose={close}
        />
      )}
    </span>
  );
}
