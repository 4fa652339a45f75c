/** What a hub may be told: every setting once, with its default, its flag, its variable and its place in the file. */

import { defaultLimits, type Limits } from '@conduit/sdk/protocol/limits';
import { defaultRates, type Rates } from './access/budget.ts';

export interface HubConfig {
  readonly port: number;
  readonly host: string;
  /** Origins of web pages that may connect, beside the hub's own and those of this machine. */
  readonly allowOrigin: readonly string[];
  readonly dataDir: string;
  /** Keep nothing. */
  readonly memory: boolean;
  /** What an acknowledged request survives: the death of the process, or the loss of power too. */
  readonly durability: 'process' | 'power';
  /** At most one progress per task and watcher in this time, milliseconds; 0 sends every one. */
  readonly progressInterval: number;
  readonly hubId: string;
  readonly limits: Limits;
  readonly rates: Rates;
}

export const defaultConfig: Omit<HubConfig, 'hubId'> = {
  port: 9100,
  host: '127.0.0.1',
  allowOrigin: [],
  dataDir: './conduit-data',
  memory: false,
  durability: 'process',
  progressInterval: 100,
  limits: defaultLimits,
  rates: defaultRates,
};
