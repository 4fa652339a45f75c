/** Every setting of a hub, once: what it means, what it may be, and what it is when nobody says. Flags, variables, file and help come from here. */

import { isIP, isIPv4 } from 'node:net';
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

/** A message has to fit into one string of Node's, and twice its size into one frame. */
const maxMessageBytesBound = 128 * 1024 ** 2;
/** Socket.IO itself walks a message recursively: a few thousand levels end the process. */
const maxDepthBound = 512;
/** A hundred years. */
const maxKeepHours = 876_000;

/** The flag of `dataDir` is `--data-dir`, its variable `CONDUIT_DATA_DIR`, its key in the file `dataDir`. */
export const settings = {
  port: { placeholder: 'port', help: 'listen here; 0 takes a free one', ...whole(0, 65_535) },
  host: { placeholder: 'address', help: 'listen on this address', schema: z.string().min(1), expected: 'an address' },
  insecure: {
    help: 'listen beyond this machine although there is no token: everybody who reaches the port may do everything',
    ...flag(),
  },
  allowOrigin: {
    placeholder: 'origin',
    help: 'let web pages of this origin connect, beside those of this machine; may be given again',
    ...list(z.string().refine(isOrigin)),
    expected: 'an origin such as https://app.example.org, without a path, or * for any; several have commas between them',
  },
  trustProxy: {
    placeholder: 'address',
    help: 'believe what this proxy, or the proxies of this subnet, append to X-Forwarded-For; may be given again',
    ...list(z.string().refine(isAddressOrSubnet)),
    expected: 'an address such as 127.0.0.1 or a subnet such as 10.0.0.0/24; several have commas between them',
  },
  dataDir: { placeholder: 'dir', help: 'keep requests in this folder', schema: z.string().min(1), expected: 'a folder' },
  tokens: {
    placeholder: 'file',
    help: 'the tokens of this hub, as conduit token keeps them (default: tokens.json in the data folder; with --memory: none)',
    schema: z.string(),
    expected: 'a file',
  },
  jwtKey: {
    placeholder: 'alg:file',
    help: 'take JWTs that this key proves: HS256, RS256 or EdDSA, and the file of the secret or of the public key (PEM, JWK, JWKS); may be given again',
    ...list(z.string().regex(/^(HS256|RS256|EdDSA):.+$/)),
    expected: 'HS256, RS256 or EdDSA, a colon and a file; several have commas between them',
  },
  jwtIssuer: { placeholder: 'url', help: 'who has to have made the JWTs ("iss")', schema: z.string(), expected: 'a text' },
  jwtAudience: {
    placeholder: 'name',
    help: 'whom the JWTs have to be for ("aud")',
    schema: z.string(),
    expected: 'a text',
  },
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
    ...whole(0, 60_000),
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
  maxMessageBytes: {
    placeholder: 'bytes',
    help: 'the largest message, its attachments included',
    ...whole(1_024, maxMessageBytesBound),
  },
  maxDepth: { placeholder: 'count', help: 'the deepest nesting of a message', ...whole(4, maxDepthBound) },
  maxValues: { placeholder: 'count', help: 'the most values in a message', ...whole(100, 1e9) },
  maxAttachments: {
    placeholder: 'count',
    help: 'the most binary parts of a message',
    // The default parser of Socket.IO takes no more.
    ...whole(0, defaultLimits.maxAttachments),
  },
  maxTasks: { placeholder: 'count', help: 'the most tasks of a request', ...whole(1, 1e9) },
  maxChunkBytes: { placeholder: 'bytes', help: 'chunks kept of one request', ...whole(1, 1e12) },
  maxOpenRequests: { placeholder: 'count', help: 'open requests of one session', ...whole(1, 1e9) },
  maxWaiting: { placeholder: 'count', help: 'requests waiting for one service', ...whole(1, 1e9) },
  maxAddressConnections: {
    placeholder: 'count',
    help: 'connections at once from one address; this machine and trusted proxies have no such limits',
    ...whole(1, 1e9),
  },
  maxAddressRequests: {
    placeholder: 'count',
    help: 'HTTP requests and handshakes a second from one address',
    ...whole(1, 1e9),
  },
  maxSubjectConnections: { placeholder: 'count', help: 'connections at once of one subject with a token', ...whole(1, 1e9) },
  maxTenantConnections: { placeholder: 'count', help: 'connections at once of one tenant', ...whole(1, 1e9) },
  maxSubjectRequests: { placeholder: 'count', help: 'open requests of one subject with a token', ...whole(1, 1e9) },
  maxTenantRequests: { placeholder: 'count', help: 'open requests of one tenant', ...whole(1, 1e9) },
  maxTenantServices: {
    placeholder: 'count',
    help: 'services that one tenant provides, or provided in the last 7 days',
    ...whole(1, 1e9),
  },
  maxSubjectEvents: { placeholder: 'count', help: 'events a second of one subject with a token', ...whole(1, 1e9) },
  maxTenantEvents: { placeholder: 'count', help: 'events a second of one tenant', ...whole(1, 1e9) },
  maxSubjectBytes: { placeholder: 'bytes', help: 'bytes a second of one subject with a token', ...whole(1_024, 1e12) },
  maxTenantBytes: { placeholder: 'bytes', help: 'bytes a second of one tenant', ...whole(1_024, 1e12) },
  keepHours: {
    placeholder: 'hours',
    help: 'forget ended requests after this time',
    schema: numberOrText(/^\d+(\.\d+)?$/).pipe(z.number().positive().max(maxKeepHours)),
    expected: `a number of hours above 0, at most ${maxKeepHours}`,
  },
  keepRequests: { placeholder: 'count', help: 'ended requests kept', ...whole(1, 1e9) },
  keepBytes: { placeholder: 'bytes', help: 'size of the ended requests kept', ...whole(1, 1e15) },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** What each is when nobody says; what is kept without a folder is less. */
export const defaults = {
  port: 9100,
  host: '127.0.0.1',
  insecure: false,
  allowOrigin: [] as readonly string[],
  trustProxy: [] as readonly string[],
  dataDir: './conduit-data',
  /** Empty: where the other settings say. */
  tokens: '',
  jwtKey: [] as readonly string[],
  jwtIssuer: '',
  jwtAudience: '',
  memory: false,
  durability: 'process' as 'process' | 'power',
  progressInterval: 100,
  logLevel: 'info' as (typeof logLevels)[number],
  ...defaultLimits,
  maxAddressConnections: 256,
  maxAddressRequests: 500,
  maxSubjectConnections: 1_000,
  maxTenantConnections: 10_000,
  maxSubjectRequests: 10_000,
  maxTenantRequests: 50_000,
  maxTenantServices: 10_000,
  // As much as one connection may: a second one of the same subject gets nobody more of the hub.
  maxSubjectEvents: 50_000,
  maxTenantEvents: 100_000,
  maxSubjectBytes: 256 * 1024 ** 2,
  maxTenantBytes: 512 * 1024 ** 2,
  keepHours: 24,
  keepRequests: 100_000,
  keepBytes: 1024 ** 3,
};

export const memoryDefaults = { keepHours: 1, keepRequests: 10_000, keepBytes: 256 * 1024 ** 2 };

/** Several in one text have commas between them. */
function list(one: z.ZodType<string>): { readonly schema: z.ZodType<string[]> } {
  const split = (said: unknown): unknown => (typeof said === 'string' ? said.split(',').map((part) => part.trim()) : said);
  return { schema: z.preprocess(split, z.array(one)) };
}

function whole(min: number, max: number): Pick<Setting, 'schema' | 'expected'> {
  const schema = numberOrText(/^-?\d+$/).pipe(z.number().int().min(min).max(max));
  return { schema, expected: `a whole number from ${min} to ${max}` };
}

/** A number as the file has it, or as flags and variables write it; nothing else becomes one, `""` and `0x10` among them. */
function numberOrText(pattern: RegExp): z.ZodType<number> {
  return z.union([z.number(), z.string().regex(pattern).transform(Number)]);
}

function flag(): Pick<Setting, 'schema' | 'expected'> {
  const schema = z.union([z.boolean(), z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1')]);
  return { schema, expected: 'true or false' };
}

/** As browsers write it: one with a path, or in capitals, would never match and never say why. */
function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text);
}

/** Whether it names a proxy or a subnet of them. */
function isAddressOrSubnet(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}
