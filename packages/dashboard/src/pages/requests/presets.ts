/** What the list is narrowed to most often, one press away; and which of it the list shows. Pure. */

import type { RequestState } from '../../live/api.ts';
import type { FilterName, Filters } from './filters.ts';

export const presets: readonly (readonly [name: string, filters: Filters])[] = [
  ['All', {}],
  ['In flight', { state: 'queued,assigned,running,cancelling' }],
  ['Stalled', { is: 'stalled' }],
  ['Queued', { state: 'queued' }],
  ['Running', { state: 'running' }],
  ['Completed', { state: 'completed' }],
  ['Failed', { state: 'failed,expired' satisfies `${RequestState},${RequestState}` }],
  ['Cancelled', { state: 'cancelled' }],
  ['Failed in the last hour', { state: 'failed,expired', since: '1h' }],
  ['Slow', { longer: '30s' }],
];

/** What presets say. */
const said = ['state', 'since', 'longer', 'is'] as const satisfies readonly FilterName[];

/** What a preset says replaces what the last one said; the rest stays. */
export function withPreset(filters: Filters, preset: Filters): Filters {
  const { state: _state, since: _since, longer: _longer, is: _is, ...rest } = filters;
  return { ...rest, ...preset };
}

/** @returns the one that says the same; else the narrowest that has all these states: what failed is among what failed or expired. */
export function presetOf(filters: Filters): string | undefined {
  const [same] = presets.find(([, preset]) => said.every((one) => filters[one] === preset[one])) ?? [];
  if (same !== undefined || filters.state === undefined) return same;
  const wanted = statesOf(filters);
  const wider = presets.filter(([, preset]) => {
    const isElseSame = said.every((one) => one === 'state' || filters[one] === preset[one]);
    return isElseSame && preset.state !== undefined && wanted.every((state) => statesOf(preset).includes(state));
  });
  const [narrowest] = wider.toSorted(([, one], [, other]) => statesOf(one).length - statesOf(other).length);
  return narrowest?.[0];
}

function statesOf({ state = '' }: Filters): readonly string[] {
  return state.split(',');
}
