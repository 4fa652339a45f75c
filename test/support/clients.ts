/** The sessions that a hub tells of, as its API lists them. */

import type { Answer } from '@conduit/hub/contract/api';

export async function clientsOf(hub: string): Promise<Answer<'clients'>['clients']> {
  const answer = await fetch(`${hub}/api/v1/clients`);
  return ((await answer.json()) as Answer<'clients'>).clients;
}
