/** Sends a real request to a service, with a form made from what the action takes, and shows how it goes. */

import { type RequestView, type UsedRequest, useConduit, useConnection, useRequest, useRequestById } from '@conduit/sdk/react';
import { Send } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Service } from '../../live/api.ts';
import { waitsFor } from '../../parts/waits-for.ts';
import { type Field, fieldsOf, payloadFrom, troubleIn } from './form.ts';
import { Tried } from './tried.tsx';
import styles from './try-it.module.css';

export function TryIt({ service }: { readonly service: Service }) {
  const { name, actions } = service;
  const [chosen, setChosen] = useState(actions[0]?.name ?? '');
  const [trouble, setTrouble] = useState<ReturnType<typeof troubleIn>>();
  const sent = useRequest(name, chosen);
  const tried = useTried(sent);
  const { state: connection, error: refusal } = useConnection();
  const isConnected = connection === 'connected';
  const fields = fieldsOf(actions.find((action) => action.name === chosen)?.input);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const found = troubleIn(fields, (field) => data.get(field));
    setTrouble(found);
    if (found !== undefined) {
      form.querySelector<HTMLElement>(`[name="${CSS.escape(found.name)}"]`)?.focus();
      return;
    }
    const payload = payloadFrom(fields, (field) => data.get(field));
    tried.keep(sent.start(payload).id);
  };
  return (
    <>
      <form className={styles['form']} onSubmit={submit}>
        <label htmlFor="try-action">
          Action
          {actions.length === 0 ? (
            <input
              id="try-action"
              required
              spellCheck={false}
              value={chosen}
              onChange={(event) => setChosen(event.target.value)}
            />
          ) : (
            <select id="try-action" value={chosen} onChange={(event) => setChosen(event.target.value)}>
              {actions.map((action) => (
                <option key={action.name}>{action.name}</option>
              ))}
            </select>
          )}
        </label>
        {fields.map((field) => (
          <Control
            key={`${chosen} ${field.name}`}
            field={field}
            trouble={trouble?.name === field.name ? trouble.why : undefined}
          />
        ))}
        <button type="submit" data-kind="main" disabled={!isConnected}>
          <Send size={14} aria-hidden="true" />
          Send
        </button>
        <p role="status" className={styles['hint']}>
          {isConnected
            ? (waitsFor(service) ?? '')
            : (refusal?.message ?? 'There is no connection to the hub now; it comes back by itself.')}
        </p>
      </form>
      {tried.request.requestId !== undefined && <Tried request={tried.request} onCancel={tried.cancel} />}
    </>
  );
}

/** What was tried last: the address has its id, so that it is there after a reload, and for whoever is sent the address. */
function useTried(sent: UsedRequest): { readonly request: RequestView; keep(id: string): void; cancel(): void } {
  const [query, setQuery] = useSearchParams();
  const conduit = useConduit();
  const id = query.get('tried') ?? undefined;
  const isOfThisPage = sent.requestId !== undefined;
  const found = useRequestById(isOfThisPage ? undefined : id);
  const request = isOfThisPage ? sent : found;
  return {
    request,
    keep: (triedId) => setQuery({ tried: triedId }, { replace: true }),
    cancel: () => {
      // What becomes of it is shown as its state.
      if (request.requestId !== undefined) {
        conduit
          .follow(request.requestId)
          .cancel('cancelled from the dashboard')
          .catch(() => undefined);
      }
    },
  };
}

interface ControlProps {
  readonly field: Field;
  /** What is wrong with what was filled in. */
  readonly trouble: string | undefined;
}

function Control({ field, trouble }: ControlProps) {
  const { name, label, kind, isRequired, choices, initial, hint } = field;
  const id = useId();
  const troubleId = useId();
  const shared = {
    ...{ id, name, required: isRequired && kind !== 'flag' },
    ...(trouble === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': troubleId }),
  };
  return (
    <label htmlFor={id} data-kind={kind}>
      <span>
        {label}
        {isRequired && kind !== 'flag' && <b aria-hidden="true"> *</b>}
      </span>
      {kind === 'choice' && (
        <select {...shared} defaultValue={initial}>
          {!isRequired && <option value="" />}
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
      {kind === 'flag' && <input id={id} type="checkbox" name={name} defaultChecked={initial === 'true'} />}
      {kind === 'number' && <input {...shared} type="number" step="any" defaultValue={initial} />}
      {kind === 'text' && <input {...shared} type="text" defaultValue={initial} />}
      {kind === 'json' && <textarea {...shared} rows={6} spellCheck={false} defaultValue={initial} />}
      {hint !== undefined && <small>{hint}</small>}
      <small id={troubleId} role="alert">
        {trouble}
      </small>
    </label>
  );
}
