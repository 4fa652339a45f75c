/** Every setting of a hub, once: what it means, what it may be, and what it is when nobody says. Flags, variables, file and help come from here. */

import { defaultLimits } from '@conduit/sdk/protocol/limits';
import { z } from 'zod';
import { logLevels } from '../ops/logger.ts';

export interface Setting {
  /** What stands behind the flag in the help; none for a switch. */
  readonly placeholder?: string;
  readonly help: string;
  readonly schema: z.ZodType;
  /** What the sentence says after "must be". */
  readonly expected: string;
}

const bytes = (help: string): Setting => ({
  placeholder: 'bytes',
  help,
  schema: whole(1, 2 ** 40),
  expected: 'a whole number of bytes',
});
const count = (help: string): Setting => ({
  placeholder: 'count',
  help,
  schema: whole(1, 1e9),
  expected: 'a whole number from 1',
});

/** The flag of `dataDir` is `--data-dir`, its variable `CONDUIT_DATA_DIR`, its key in the file `dataDir`. */
export const settings = {
  port: {
    placeholder: 'port',
    help: 'listen here; 0 takes a free one',
    schema: whole(0, 65_535),
    expected: 'a whole number from 0 to 65535',
  },
  host: { placeholder: 'address', help: 'listen on this address', schema: z.string().min(1), expected: 'an address' },
  insecure: { help: 'listen beyond this machine without tokens: everybody who reaches the port may do everything', ...flag() },
  allowOrigin: {
    placeholder: 'origin',
    help: 'let web pages of this origin connect, beside those of this machine; may be given again',
    schema: z.union([z.array(z.string()), z.string().transform((text) => text.split(','))]),
    expected: 'an origin such as https://app.example.org',
  },
  dataDir: { placeholder: 'dir', help: 'keep requests in this folder', schema: z.string().min(1), expected: 'a folder' },
  memory: { help: 'keep nothing: what is open ends with the hub', ...flag() },
  durability: {
    placeholder: 'what',
    help: 'what an accepted request survives: the death of the process, or the loss of power too',
    schema: z.enum(['process', 'power']),
    expected: 'process or power',
  },
  progressInterval: {
    placeholder: 'ms',
    help: 'at most one progress per task and watcher in this time; 0 sends every one',
    schema: whole(0, 60_000),
    expected: 'a whole number of milliseconds from 0 to 60000',
  },
  hubId: {
    placeholder: 'name',
    help: 'what this hub is called',
    schema: z.string().min(1).max(128),
    expected: 'a name of 1 to 128 characters',
  },
  logLevel: {
    placeholder: 'level',
    help: `one of ${logLevels.join(', ')}`,
    schema: z.enum(logLevels),
    expected: `one of ${logLevels.join(', ')}`,
  },
  maxMessageBytes: bytes('the largest message, its attachments included'),
  maxDepth: count('the deepest nesting of a message'),
  maxValues: count('the most values in a message'),
  maxTasks: count('the most tasks of a request'),
  maxChunkBytes: bytes('chunks kept of one request'),
  maxOpenRequests: count('open requests of one session'),
  maxWaiting: count('requests waiting for one service'),
  keepHours: {
    placeholder: 'hours',
    help: 'forget ended requests after this time',
    schema: z.coerce.number().positive(),
    expected: 'a number of hours',
  },
  keepRequests: count('ended requests kept'),
  keepBytes: bytes('of ended requests kept'),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** What each is when nobody says; what is kept without a folder is less. */
export const defaults = {
  port: 9100,
  host: '127.0.0.1',
  insecure: false,
  allowOrigin: [] as readonly string[],
  dataDir: './conduit-data',
  memory: false,
  durability: 'process' as 'process' | 'power',
  progressInterval: 100,
  logLevel: 'info' as (typeof logLevels)[number],
  ...defaultLimits,
  keepHours: 24,
  keepRequests: 100_000,
  keepBytes: 1024 ** 3,
};

export const memoryDefaults = { keepHours: 1, keepRequests: 10_000, keepBytes: 256 * 1024 ** 2 };

function whole(min: number, max: number): z.ZodType {
  return z.coerce.number().int().min(min).max(max);
}

function flag(): { readonly schema: z.ZodType; readonly expected: string } {
  const schema = z.union([
    z.boolean(),
    z.enum(['true', 'false', '1', '0', '']).transform((text) => text === 'true' || text === '1'),
  ]);
  return { schema, expected: 'true or false' };
}
