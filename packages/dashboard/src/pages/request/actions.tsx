/** What can be done about a request: end it, ask once more, take it along as code. */

import type { RequestObject } from '@conduit/sdk';
import { Ban, Code, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { act } from '../../app/notices.tsx';
import { requestPath } from '../../app/paths.ts';
import { post } from '../../live/api.ts';
import { useMayActOn } from '../../live/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { outcomes } from '../../parts/outcomes.ts';
import styles from './actions.module.css';
import { CodeDialog } from './code-dialog.tsx';
import { cancelRequest } from './follow.ts';
import { RunAgain } from './run-again.tsx';

interface ActionsProps {
  readonly request: RequestObject;
  readonly isOpen: boolean;
}

export function Actions({ request, isOpen }: ActionsProps) {
  const [dialog, setDialog] = useState<'cancel' | 'again' | 'code'>();
  const [, navigate] = useLocation();
  const { requestId, to, action, requester } = request;
  const mayAct = useMayActOn(requester.subject);
  const close = (): void => setDialog(undefined);
  const cancel = (): void => void act(async () => outcomes[await cancelRequest(requestId)]);
  const again = (payload: unknown): void =>
    void act(async () => {
      const { request_id } = await post('accepted', `/requests/${requestId}/retry`, { payload });
      navigate(requestPath(request_id));
      return `Asked ${to} to ${action} once more`;
    });
  return (
    <div className={styles['actions']}>
      {isOpen && mayAct && (
        <button type="button" data-kind="bad" onClick={() => setDialog('cancel')}>
          <Ban size={14} aria-hidden="true" />
          Cancel
        </button>
      )}
      {mayAct && (
        <button type="button" onClick={() => setDialog('again')}>
          <RotateCcw size={14} aria-hidden="true" />
          Run again
        </button>
      )}
      <button type="button" onClick={() => setDialog('code')}>
        <Code size={14} aria-hidden="true" />
        As code
      </button>
      {dialog === 'cancel' && (
        <Confirm
          title={`Cancel this request to ${to}?`}
          text={`${action}, ${requestId}. Its provider is told to stop; what it has streamed so far stays.`}
          verb="Cancel the request"
          onConfirm={cancel}
          onClose={close}
        />
      )}
      {dialog === 'again' && <RunAgain request={request} onSend={again} onClose={close} />}
      {dialog === 'code' && <CodeDialog request={request} onClose={close} />}
    </div>
  );
}
