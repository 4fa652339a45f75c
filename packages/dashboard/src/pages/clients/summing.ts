/** What sessions come to: in all, and by subject. */

import type { Client } from '../../live/api.ts';
import { countText } from '../../parts/durations.ts';

interface Sums {
  readonly connected: number;
  readonly gone: number;
  readonly openRequests: number;
  readonly watching: number;
}

export function sumOf(clients: readonly Client[]): Sums {
  const connected = clients.filter((client) => client.connected).length;
  return {
    connected,
    gone: clients.length - connected,
    openRequests: clients.reduce((sum, { open_requests }) => sum + open_requests, 0),
    watching: clients.reduce((sum, { watching }) => sum + watching, 0),
  };
}

/** `7 connected, 1 open request, 14 followed`. */
export function sumText({ connected, openRequests, watching }: Sums): string {
  const requests = openRequests === 1 ? 'request' : 'requests';
  return `${countText(connected)} connected, ${countText(openRequests)} open ${requests}, ${countText(watching)} followed`;
}

/** Whoever has most connected comes first. */
export function bySubject(clients: readonly Client[]): readonly (Sums & { readonly subject: string })[] {
  const groups = new Map<string, Client[]>();
  for (const client of clients) {
    const group = groups.get(client.subject);
    if (group === undefined) groups.set(client.subject, [client]);
    else group.push(client);
  }
  return [...groups]
    .map(([subject, sessions]) => ({ subject, ...sumOf(sessions) }))
    .toSorted((one, other) => other.connected - one.connected || other.gone - one.gone);
}
