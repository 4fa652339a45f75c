/** How much of a service's pool is at work, and how much it could take. */

import type { Service } from '../live/api.ts';

interface Load {
  readonly held: number;
  readonly room: number;
}

export function loadOf({ providers }: Pick<Service, 'providers'>): Load {
  return {
    held: providers.reduce((sum, provider) => sum + provider.held, 0),
    room: providers.reduce((sum, { capacity }) => sum + capacity, 0),
  };
}
