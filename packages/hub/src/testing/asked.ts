/** A hub that is asked over HTTP without a socket between: its answers as tests read them, each held to the schema of its route. */

import { type Identity, localIdentity } from '../access/identity.ts';
import { type Served, serve } from './served.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the text says, where it is JSON. */
  readonly json: unknown;
}

/** Whose token is what: `ann-acme` is Ann of the tenant acme, with what scopes the test says. */
export function identities(
  scopes: Readonly<Record<string, readonly string[]>>,
): (auth: { readonly token?: unknown }) => Identity {
  return ({ token }) => {
    const [subject = '', tenant = ''] = String(token).split('-');
    const own = scopes[String(token)];
    return own === undefined ? localIdentity : { tenant, subject, scopes: own };
  };
}

export class Asked {
  readonly hub: Served;

  constructor(hub: Served) {
    this.hub = hub;
  }

  static async serve(settings: Parameters<typeof serve>[0] = {}): Promise<Asked> {
    return new Asked(await serve(settings));
  }

  /** @param path what stands behind `/api/v1`. */
  async ask(path: string, { token, ...init }: RequestInit & { token?: string } = {}): Promise<HttpAnswer> {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
    const response = await this.hub.app.request(`/api/v1${path}`, { ...init, headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }
}
