/** `conduit token`: makes, lists and revokes the tokens of a hub, whether it runs or not. */

import { dirname, resolve } from 'node:path';
import { areScopes, isParty, newToken, type TokenRecord } from '../access/token.ts';
import { changeTokens, readTokens, TokenFileError } from '../access/token-file.ts';
import { ConfigError, readConfig, tokenFileOf } from '../config.ts';
import { lookAtFolder } from '../ledger/inspection.ts';
import { exitCodes, Refusal } from './exit.ts';
import { conduitCommand } from './spelled.ts';

type Options = Readonly<Record<string, unknown>>;

const unitMs = { m: 60_000, h: 60 * 60_000, d: 24 * 60 * 60_000 } as const;

/** The token alone goes to standard output, so that a script can keep it. @returns the exit code. */
export async function createToken(subject: string, options: Options): Promise<number> {
  const file = fileOf(options);
  const tenant = String(options['tenant']);
  const scopes = options['scope'];
  for (const party of [tenant, subject]) {
    if (!isParty(party))
      throw new Refusal(`a tenant or subject has 1 to 128 visible characters, no spaces, unlike "${party}"`, 'usage');
  }
  if (!areScopes(scopes)) {
    const sentence = 'a scope is request:<glob>, provide:<glob>, observe:<glob>, admin or operator, and a token has at most 64';
    throw new Refusal(`${sentence}; not ${JSON.stringify(scopes)}`, 'usage');
  }
  const now = Date.now();
  const { expiresIn } = options;
  const { token, record } = newToken({
    tenant,
    subject,
    scopes,
    createdAt: new Date(now).toISOString(),
    ...(typeof expiresIn === 'string' ? { expiresAt: new Date(now + durationMs(expiresIn)).toISOString() } : {}),
  });
  const isFirst = inOneSentence(() => readTokens(file)) === undefined;
  await changed(file, (tokens) => [...tokens, record]);
  process.stdout.write(`${token}\n`);
  process.stderr.write(
    `Token ${record.id} of ${tenant}/${subject} ${validity(record)}; it is shown only now. Its hash is in ${resolve(file)}.\n`,
  );
  if (isFirst) process.stderr.write(`It is the first one: ${whoAsks(file)}\n`);
  return exitCodes.completed.code;
}

/** @returns the exit code. */
export function listTokens(options: Options): number {
  const file = fileOf(options);
  const tokens = inOneSentence(() => readTokens(file));
  if (tokens === undefined) process.stderr.write(`There are no tokens in ${resolve(file)}: the hub asks for none.\n`);
  for (const record of tokens ?? []) process.stdout.write(options['json'] === true ? lineOf(record) : `${textOf(record)}\n`);
  return exitCodes.completed.code;
}

/** @returns the exit code: that of a failure where one of the ids is not there; the others are revoked all the same. */
export async function revokeTokens(ids: readonly string[], options: Options): Promise<number> {
  const file = fileOf(options);
  const revoked = new Set<string>();
  if (inOneSentence(() => readTokens(file)) !== undefined) {
    await changed(file, (tokens) => {
      for (const { id } of tokens) if (ids.includes(id)) revoked.add(id);
      return tokens.filter(({ id }) => !revoked.has(id));
    });
  }
  for (const id of revoked) process.stderr.write(`Token ${id} is revoked; what it opened closes within a second.\n`);
  const unknown = ids.filter((id) => !revoked.has(id));
  if (unknown.length === 0) return exitCodes.completed.code;
  throw new Refusal(
    `there is no token ${unknown.join(', ')} in ${resolve(file)}; ${conduitCommand} token list names them`,
    'failed',
  );
}

/** A hub reads the tokens that stand beside its requests: one that keeps none, or keeps them elsewhere, asks for none of these. */
function whoAsks(file: string): string {
  const folder = dirname(resolve(file));
  if (lookAtFolder(folder).state === 'held')
    return 'from now on the hub asks everybody for a token, and closes connections that have none.';
  return `a hub that reads this file asks everybody for one. None has its data in ${folder} now; one that was started with --memory, or another --data-dir, reads it only when --tokens says so.`;
}

function fileOf({ config, dataDir, tokens }: Options): string {
  try {
    const { CONDUIT_DATA_DIR, CONDUIT_TOKENS } = process.env;
    const file = config ?? process.env['CONDUIT_CONFIG'];
    const said = readConfig({
      flags: { dataDir, tokens },
      variables: { CONDUIT_DATA_DIR, CONDUIT_TOKENS },
      ...(typeof file === 'string' && file !== '' ? { file } : {}),
    });
    // A hub in memory reads the file that it is told of, and none besides.
    return tokenFileOf({ ...said, memory: false }) ?? '';
  } catch (error) {
    if (error instanceof ConfigError) throw new Refusal(error.message, 'usage');
    throw error;
  }
}

async function changed(file: string, change: (tokens: readonly TokenRecord[]) => readonly TokenRecord[]): Promise<void> {
  await changeTokens(file, change).catch((error: unknown) => {
    throw refusalOf(error);
  });
}

function inOneSentence<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw refusalOf(error);
  }
}

function refusalOf(error: unknown): unknown {
  return error instanceof TokenFileError ? new Refusal(error.message, 'failed') : error;
}

function durationMs(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined || (unit !== 'm' && unit !== 'h' && unit !== 'd')) {
    throw new Refusal(`--expires-in must be a number of minutes, hours or days such as 30m, 12h or 90d, not "${text}"`, 'usage');
  }
  return Number(count) * unitMs[unit];
}

function textOf(record: TokenRecord): string {
  const { id, tenant, subject, scopes } = record;
  return `${id}  ${tenant}/${subject}  ${scopes.join(' ') || 'no scopes'}  ${validity(record)}`;
}

function validity({ expiresAt }: TokenRecord): string {
  if (expiresAt === undefined) return 'until it is revoked';
  return `${Date.parse(expiresAt) <= Date.now() ? 'expired' : 'until'} ${expiresAt}`;
}

function lineOf({ id, tenant, subject, scopes, createdAt, expiresAt }: TokenRecord): string {
  return `${JSON.stringify({ id, tenant, subject, scopes, created_at: createdAt, expires_at: expiresAt ?? null })}\n`;
}
