/** The same request once more, as a new one, with its payload as it was or edited. */

import type { RequestObject } from '@conduit/sdk';
import { useServices } from '@conduit/sdk/react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Connected } from '../../live/connection.tsx';
import { waitsFor } from '../../parts/waits-for.ts';
import { useValue } from './follow.ts';
import styles from './run-again.module.css';

interface RunAgainProps {
  readonly request: RequestObject;
  readonly onSend: (payload: unknown) => void;
  readonly onClose: () => void;
}

export function RunAgain({ request, onSend, onClose }: RunAgainProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { value, isLoaded } = useValue(request.requestId, 'payload', true);
  const [trouble, setTrouble] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const isText = !hasBytes(value);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('payload') ?? '');
    try {
      // Bytes can't be edited as text: they go as they were.
      onSend(isText && text.trim() !== '' ? JSON.parse(text) : undefined);
      onClose();
    } catch (error) {
      setTrouble(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="again-title">
      <form onSubmit={submit} className={styles['form']}>
        <h2 id="again-title">
          Run {request.to} {request.action} again
        </h2>
        {isLoaded && isText && (
          <label>
            Payload
            <textarea name="payload" rows={10} spellCheck={false} defaultValue={JSON.stringify(value, null, 2)} />
          </label>
        )}
        {isLoaded && !isText && <p>Its payload has binary parts; it is sent as it was.</p>}
        <Connected>
          <WaitsFor service={request.to} />
        </Connected>
        <p role="alert" className={styles['trouble']}>
          {trouble}
        </p>
        <div className={styles['buttons']}>
          <button type="button" onClick={() => dialog.current?.close()}>
            Leave it
          </button>
          <button type="submit" data-kind="main" disabled={!isLoaded}>
            Send a new request
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** Told by the connection that follows the request: the page's own stream would be opened anew for a dialog. */
function WaitsFor({ service }: { readonly service: string }) {
  const { data } = useServices();
  const found = data?.find(({ name }) => name === service);
  const why = found && waitsFor(found);
  return (
    <p role="status" className={styles['hint']}>
      {why}
    </p>
  );
}

function hasBytes(value: unknown): boolean {
  if (value instanceof Uint8Array) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasBytes);
}
