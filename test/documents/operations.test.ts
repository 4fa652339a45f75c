/** What operators are told is so: every metric and every line of the log, the rules and pictures that name them, the unit, the backup. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openDatabase } from '../../packages/hub/src/ledger/sqlite-driver.ts';
import { metricTable } from '../../packages/hub/src/ops/metrics/table.ts';
import { createTestHub } from '../../packages/hub/src/test-hub.ts';
import { readMetrics } from '../../packages/hub/src/testing/metrics-text.ts';
import { closing } from '../support/closing.ts';
import { aHubProcess } from '../support/hub-process.ts';
import { aClient, aWorker } from '../support/peer.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/operations.md');

/** The cells of each row of a table that begins like that. */
function rowsOf(head: string): string[][] {
  const [, after = ''] = page.split(`\n| ${head}`);
  const lines = after.split('\n').slice(2);
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('every metric is documented with its type and its labels, and no other', () => {
  const told = rowsOf('metric |').map(([name = '', type = '', labels = '', tells = '']) => {
    expect(tells.length, name).toBeGreaterThan(10);
    const named = [...labels.matchAll(/`([a-z_]+)`/g)].map(([, label = '']) => label);
    return { name: name.replaceAll('`', ''), type, labels: named };
  });
  expect(told).toEqual(Object.entries(metricTable).map(([name, { type, labels }]) => ({ name, type, labels: [...labels] })));
});

test('every line that the hub logs is documented with its level, and no other', () => {
  const source = join(root, 'packages/hub/src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.includes('.test.') && !name.startsWith('testing/'),
  );
  const call = /log\.(error|warn|info|debug)\([^;]*?,\s*(['`])((?:(?!\2).)+)\2,?\s*\)/gs;
  const logged = files.flatMap((name) =>
    [...readFileSync(join(source, name), 'utf8').matchAll(call)].map(
      ([, level, , sentence = '']) => `${level}: ${sentence.replaceAll(/\$\{\w+\}/g, '…')}`,
    ),
  );
  expect(logged.length).toBeGreaterThan(15);
  const told = rowsOf('level |').map(([level, sentence = '']) => `${level}: ${sentence}`);
  // This one is whatever the disk says.
  expect(told.filter((line) => !line.includes('('))).toEqual(expect.arrayContaining([...new Set(logged)]));
  expect(told).toHaveLength(new Set(logged).size + 1);
});

/** What of a text is a metric's name. */
function namesIn(text: string): string[] {
  return [...new Set(text.match(/\b(?:conduit|process|nodejs)_[a-z0-9_]+\b/g))];
}

/** The expressions of the dashboard and of the rules: there, and not in titles, metrics are meant. */
function expressions(): string[] {
  const found: string[] = [];
  JSON.parse(read('deploy/grafana/conduit.json'), (key, value: unknown) => {
    if ((key === 'expr' || key === 'query') && typeof value === 'string') found.push(value);
    return value;
  });
  const rules = [...read('deploy/prometheus/alerts.yml').matchAll(/^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm)];
  return [...found, ...rules.map(([, block, line]) => block ?? line ?? '')];
}

test('every metric that the dashboard and the alerts name is told by a hub', async () => {
  const hub = await createTestHub();
  closing(() => hub.close());
  const { types } = readMetrics(await (await fetch(`${hub.url}/metrics`)).text());
  const all = expressions();
  expect(all.length).toBeGreaterThan(50);
  const named = namesIn(all.join('\n'));
  for (const name of named) {
    const base = name.replace(/_(?:bucket|sum|count)$/, '');
    expect(types.has(name) || types.get(base) === 'histogram', name).toBe(true);
  }
  const shown = new Set(named.map((name) => name.replace(/_(?:bucket|sum|count)$/, '')));
  expect(Object.keys(metricTable).filter((name) => !shown.has(name) && !shown.has(`${name}_total`))).toEqual([]);
});

test('expressions close what they open, and every label that they ask for is one of their metric', () => {
  const own = new Set(['job', 'instance', 'le']);
  for (const expression of expressions()) {
    for (const [open, close] of ['()', '{}', '[]'].map((pair) => pair.split(''))) {
      expect(expression.split(open ?? '').length, expression).toBe(expression.split(close ?? '').length);
    }
    for (const [, name = '', selector = ''] of expression.matchAll(/\b((?:conduit|process|nodejs)_[a-z0-9_]+)\{([^}]*)\}/g)) {
      const base = name in metricTable ? name : name.replace(/_(?:bucket|sum|count)$/, '');
      const { labels } = metricTable[base as keyof typeof metricTable];
      const asked = [...selector.matchAll(/([a-z_]+)(?:=~?|!=|!~)"/g)].map(([, label = '']) => label);
      for (const label of asked)
        expect(own.has(label) || (labels as readonly string[]).includes(label), `${label} of ${name}`).toBe(true);
    }
  }
});

test('every alert says what it is, how soon, and what to do', () => {
  const alerts = read('deploy/prometheus/alerts.yml').split('      - alert: ').slice(1);
  expect(alerts.length).toBeGreaterThan(10);
  for (const alert of alerts) {
    expect(alert).toMatch(/labels: \{ severity: (?:page|ticket) \}/);
    expect(alert).toMatch(/^ {10}summary: '.+'$/m);
    expect(alert).toMatch(/^ {10}description: '.+'$/m);
  }
});

test('the unit starts the hub with as little as it needs, and enough files', () => {
  const unit = read('deploy/systemd/conduit.service');
  const lines = unit.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.filter((line) => line.startsWith('['))).toEqual(['[Unit]', '[Service]', '[Install]']);
  for (const line of lines) expect(line).toMatch(/^(?:\[\w+\]|[A-Z]\w+=.*)$/);
  for (const needed of [
    'ExecStart=/usr/bin/env conduit start',
    'LimitNOFILE=65536',
    'DynamicUser=yes',
    'StateDirectory=conduit',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'CapabilityBoundingSet=',
    'Restart=on-failure',
    'TimeoutStopSec=60',
    'WantedBy=multi-user.target',
  ]) {
    expect(lines).toContain(needed);
  }
  // Systemd itself has the last word on whether it understands all of it. What it says of other units is not ours.
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', join(root, 'deploy/systemd/conduit.service')], {
    encoding: 'utf8',
  });
  const complaints = stderr?.split('\n').filter((line) => line.includes('conduit.service'));
  expect([status, complaints]).toEqual([0, []]);
});

test('a backup that is made while a hub runs is a folder that a hub goes on with', async () => {
  const hub = await aHubProcess();
  const backup = mkdtempSync(join(tmpdir(), 'conduit-backup-'));
  closing(() => rmSync(backup, { recursive: true, force: true }));
  const client = await aClient(hub.url);
  const worker = await aWorker(hub.url, 'resize');
  const { request_id: done } = await client.ok('request', { to: 'resize', action: 'go', payload: 1 });
  await worker.next('request', { request_id: done });
  await worker.ok('result', { request_id: done, result: 'kept' });
  const { request_id: open } = await client.ok('request', { to: 'resize', action: 'go', payload: 2 });
  const [, statement = ''] = /sqlite3 "\$DATA\/conduit\.db" "(.*)"/.exec(page) ?? [];
  expect(statement).toContain('$BACKUP');
  const db = openDatabase(join(hub.dataDir, 'conduit.db'));
  db.exec(statement.replace('$BACKUP', backup));
  db.close();
  copyFileSync(join(hub.dataDir, 'secret'), join(backup, 'secret'));
  expect(existsSync(join(hub.dataDir, 'tokens.json'))).toBe(false);
  const restored = await aHubProcess({ dataDir: backup });
  const reader = await aClient(restored.url);
  expect(await reader.ok('get', { request_id: done, include: ['result'] })).toMatchObject({ request: { result: 'kept' } });
  const other = await aWorker(restored.url, 'resize');
  await other.next('request', { request_id: open });
});
