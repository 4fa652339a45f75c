/** The hub's HTTP API, as this page asks it. */

import type { Answer } from '@conduit/hub/contract/api';
import { hubUrl } from '../app/place.ts';
import { isFields } from './fields.ts';
import { tokenStore } from './token.ts';

export type Stats = Answer<'stats'>;
export type History = Answer<'history'>;
export type Service = Answer<'service'>;
export type ServiceStats = Answer<'serviceStats'>;
export type RequestSummary = Answer<'requests'>['requests'][number];
export type RequestState = RequestSummary['state'];
export type Provider = Answer<'providers'>['providers'][number];
export type Client = Answer<'clients'>['clients'][number];
export type Hub = Answer<'hubs'>['hubs'][number];
export type Me = Answer<'me'>;

/** The hub said no, or nothing. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** A code of the protocol; `unreachable` when no hub answered. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** @param token left out: the one that this tab signed in with. @throws ApiError */
export async function ask(path: string, init: RequestInit = {}, token = tokenStore.value): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(new URL(`api/v1${path}`, hubUrl), { ...init, headers, cache: 'no-store' });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiError('unreachable', 'the hub does not answer');
  }
  if (response.ok) return response;
  throw await refusalOf(response);
}

type Named =
  | 'requests'
  | 'request'
  | 'stats'
  | 'history'
  | 'services'
  | 'service'
  | 'serviceStats'
  | 'providers'
  | 'clients'
  | 'hubs'
  | 'me';
type Done = 'accepted' | 'cancelled' | 'done' | 'service';

/** @param _what names the shape of the answer: the hub's tests hold it to that; here it is believed. @throws ApiError */
export async function get<Name extends Named>(_what: Name, path: string, signal?: AbortSignal): Promise<Answer<Name>> {
  const response = await ask(path, signal === undefined ? {} : { signal });
  return (await response.json()) as Answer<Name>;
}

/** @throws ApiError */
export async function post<Name extends Done>(_what: Name, path: string, body: unknown = {}): Promise<Answer<Name>> {
  const said = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  return (await (await ask(path, said)).json()) as Answer<Name>;
}

async function refusalOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const error = isFields(body) && isFields(body['error']) ? body['error'] : {};
  const { code, message } = error;
  if (typeof code === 'string' && typeof message === 'string') return new ApiError(code, message);
  return new ApiError('failed', `what answered is no hub (status ${response.status})`);
}
