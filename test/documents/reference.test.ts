/** The pages of reference are the code's own tables: every error code, every setting, every limit with its number, and no other; and their programs run. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorTable } from '@conduit/sdk/protocol/errors';
import * as limits from '@conduit/sdk/protocol/limits';
import { limitsToWire } from '@conduit/sdk/protocol/wire';
import { expect, test } from 'vitest';
import { defaultRates } from '../../packages/hub/src/access/budget.ts';
import { flagOf, variableOf } from '../../packages/hub/src/config.ts';
import { defaults, memoryDefaults, type SettingName, settings } from '../../packages/hub/src/contract/config.ts';
import * as times from '../../packages/hub/src/routing/settings.ts';
import { aPython } from '../python/python.ts';
import { aFolderOf, aProgram, blocksOf, offered } from '../support/programs.ts';
import { aConduit, aTestHub } from '../support/sdk.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The cells of every row of a page's tables, heads and rules included. */
function rowsOf(path: string): string[][] {
  const rows = read(path)
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const number = (value: number): string => value.toLocaleString('en-US');
const size = (bytes: number): string => (bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2} MiB` : `${bytes / 1024} KiB`);
const time = (ms: number): string => (ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / 1_000} s`);

test('every error code has its heading, its status and whether it helps to try again, what it means and what to do, and no other has', () => {
  const sections = read('docs/errors.md').split(/^### /m).slice(1);
  const told = sections.map((section) => {
    const [, code, status, again] = /^(\w+)\n\nHTTP (\d+) · retryable: (.+)\n\n.{20,} \*\*What now:\*\* .{10,}\.\n/.exec(
      section,
    ) ?? [section];
    return [code, [status, again]];
  });
  const known = Object.entries(errorTable).map(([code, { status, retryable }]) => {
    // Its requests often have begun, and then the answer is no.
    const again = code === 'provider_lost' ? 'only if nothing began' : retryable ? 'yes' : 'no';
    return [code, [String(status), again]];
  });
  expect(told.toSorted()).toEqual(known.toSorted());
});

test('every setting stands on its page with its flag, its variable and its default, and no other', () => {
  const rows = rowsOf('docs/configuration.md').filter(([flag = '']) => flag.startsWith('`--'));
  const told = Object.fromEntries(
    rows.map(([named = '', value]) => {
      const [flag = '', variable] = named.split('<br>');
      return [flag, [variable, value]];
    }),
  );
  const names = Object.keys(settings) as SettingName[];
  expect(Object.keys(told).sort()).toEqual(names.map((name) => `\`${flagOf(name)}\``).sort());
  const memory: Readonly<Record<string, number>> = memoryDefaults;
  const known: Readonly<Record<string, unknown>> = defaults;
  const said: Readonly<Record<string, string>> = {
    port: '9100',
    dataDir: '`./conduit-data`',
    hubId: "the machine's name",
    tokens: '`tokens.json` in the data folder',
    jwtIssuer: 'none',
    jwtAudience: 'none',
  };
  for (const name of names) {
    const value = known[name];
    const plain = typeof value === 'number' ? number(value) : Array.isArray(value) ? 'none' : String(value);
    const less = memory[name] === undefined ? '' : ` (with \`--memory\` ${number(memory[name])})`;
    expect(told[`\`${flagOf(name)}\``], name).toEqual([`\`${variableOf(name)}\``, said[name] ?? `${plain}${less}`]);
  }
  expect([said['port'], said['dataDir']]).toEqual([String(defaults.port), `\`${defaults.dataDir}\``]);
});

test('every variable of the code stands on the page of settings', () => {
  const page = read('docs/configuration.md');
  for (const name of ['CONDUIT_CONFIG', 'CONDUIT_URL', 'CONDUIT_TOKEN', 'NO_COLOR', 'FORCE_COLOR'])
    expect(page).toContain(`\`${name}\``);
});

test('every limit that a hub tells or that is a setting stands on its page with its number and its flag, and no other', () => {
  const rows = rowsOf('docs/limits.md').filter(([limit = '']) => limit.startsWith('`'));
  const told = Object.fromEntries(rows.map(([limit = '', value, flag]) => [limit.replaceAll('`', ''), [value, flag]]));
  const wire: Readonly<Record<string, unknown>> = limitsToWire(limits.defaultLimits);
  const known = Object.keys(settings).filter((name) => name.startsWith('max')) as (keyof typeof defaults & SettingName)[];
  const expected = known.map((name) => {
    const rate = /^max(Subject|Tenant)(Events|Bytes)$/.exec(name);
    const ownName = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const limit = rate === null ? ownName : `${ownName.slice('max_'.length)}_per_second`;
    const value = Number(defaults[name]);
    const unit = name === 'maxAddressRequests' ? ' a second' : /Requests$/.test(name) && !(limit in wire) ? ' open' : '';
    return [limit, [name.endsWith('Bytes') ? size(value) : `${number(value)}${unit}`, `\`${flagOf(name)}\``]];
  });
  expect(told).toEqual(Object.fromEntries(expected));
  expect(Object.keys(told)).toEqual(expect.arrayContaining(Object.keys(wire)));
});

test('every bound that is no setting stands there too', () => {
  const { defaultLimits: _settings, namePattern: _names, requestIdPattern: _ids, ...bounds } = limits;
  const told: Readonly<Record<keyof typeof bounds, string>> = {
    minDurationMs: `${limits.minDurationMs} ms to`,
    maxDurationMs: `to ${limits.maxDurationMs / 86_400_000} days`,
    maxTags: `| tags | ${limits.maxTags} |`,
    maxTextLength: `| ${number(limits.maxTextLength)} characters |`,
    maxMetadataBytes: `| a provider's \`metadata\` | ${size(limits.maxMetadataBytes)} |`,
    minPriority: `| priority | −${-limits.minPriority} to`,
    maxPriority: `to ${limits.maxPriority} |`,
    maxCapacity: `(at most ${number(limits.maxCapacity)}) |`,
    defaultCapacity: `where none is said | ${number(limits.defaultCapacity)} (`,
    maxParentDepth: `| ${limits.maxParentDepth} deep |`,
    maxActions: `| actions of a service | ${number(limits.maxActions)} |`,
    maxInFlight: `\`in_flight\` | ${number(limits.maxInFlight)} |`,
    maxAttemptsBound: `(at most ${limits.maxAttemptsBound}) |`,
    defaultTimeoutMs: `| timeout, where none is said | ${time(limits.defaultTimeoutMs)} |`,
    defaultStartTimeoutMs: `| start timeout, where none is said | ${time(limits.defaultStartTimeoutMs)} |`,
    defaultMaxAttempts: `| lost attempts, where none are said | ${limits.defaultMaxAttempts} (`,
  };
  expect(Object.keys(told).sort()).toEqual(Object.keys(bounds).sort());
  const page = read('docs/limits.md');
  for (const phrase of Object.values(told)) expect(page).toContain(phrase);
  expect(page).toContain(`| events of one connection | ${number(defaultRates.eventsPerSecond)} a second |`);
  expect(page).toContain(`| bytes of one connection | ${size(defaultRates.bytesPerSecond)} a second |`);
});

test('the times of the hub are those of the page', () => {
  const page = read('docs/limits.md');
  for (const [what, ms] of Object.entries({
    'a lost provider may come back to its work': times.graceMs,
    "the same, after the hub's own start": times.graceAfterStartMs,
    'a provider with `acks` acknowledges a request': times.ackTimeoutMs,
    'a provider stops what was cancelled': times.cancelGraceMs,
    'a place stays taken by work that ended and was not answered for': times.lingerMs,
    'a provider that turned a request down is not asked again for it': times.turnedDownMs,
    'a running request without a word is `stalled`': times.stalledAfterMs,
    'a requester that is gone is awaited before its request is cancelled, where it asked for that': times.requesterGoneMs,
    'a stopping hub with `--memory` waits for what is open': times.drainMs,
  }))
    expect(page).toContain(`| ${what} | ${time(ms)} |`);
});

test('the program of the errors fails as the page says', async () => {
  const hub = await aTestHub();
  const { dir } = aFolderOf('docs/errors.md');
  const said = blocksOf('docs/errors.md').find(({ language }) => language === 'text')?.text;
  expect(await aProgram(join(dir, 'failing.ts'), { CONDUIT_URL: hub.url }).printed).toBe(said);
});

test('work that must not be done twice is not: its worker is killed in the middle, and its caller is told', async () => {
  const hub = await aTestHub();
  const { dir } = aFolderOf('docs/guarantees.md');
  // It dies where it would charge.
  const killed = readFileSync(join(dir, 'payments.ts'), 'utf8').replace(
    /console\.log\(.*\);/,
    "process.kill(process.pid, 'SIGKILL');",
  );
  expect(killed).toContain('SIGKILL');
  writeFileSync(join(dir, 'payments.ts'), killed);
  const env = { CONDUIT_URL: hub.url };
  const working = [aProgram(join(dir, 'payments.ts'), env), aProgram(join(dir, 'payments.ts'), env)];
  const conduit = await aConduit(hub.url);
  for await (const services of conduit.watchServices()) if (services[0]?.providers.length === 2) break;
  const paying = aProgram(join(dir, 'pay.ts'), env);
  await expect(Promise.race(working.map(({ printed }) => printed))).rejects.toThrow();
  for await (const services of conduit.watchServices()) if (services[0]?.providers.length === 1) break;
  await hub.advance(times.graceMs);
  expect(await paying.printed).toBe('it may have been charged: look there before asking again\n');
});

test('in Python likewise', async () => {
  const hub = await aTestHub();
  const program = blocksOf('docs/guarantees.md').find(({ language }) => language === 'python')?.text ?? '';
  await aPython(['-c', program], { env: { CONDUIT_URL: hub.url } }).printed('payments serves');
  const conduit = await aConduit(hub.url);
  expect((await conduit.services())[0]?.actions).toMatchObject([{ name: 'charge', idempotent: false }]);
});

test('the worker of the pools starts as it stands, and offers its service', async () => {
  const hub = await aTestHub();
  const { dir } = aFolderOf('docs/pools.md');
  aProgram(join(dir, 'one-at-a-time.ts'), { CONDUIT_URL: hub.url });
  await offered(hub.url, 'llm');
});
