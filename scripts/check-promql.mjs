/**
 * Lets Prometheus itself say whether it understands what deploy/ gives it: the alerts, the scraping, and every expression of the Grafana
 * dashboard. `node scripts/check-promql.mjs PROMTOOL`, the program of that name from Debian's package prometheus.
 */

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const deploy = fileURLToPath(new URL('../deploy', import.meta.url));
const [promtool = 'promtool'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'conduit-promql-'));

/** Grafana's variables stand for what it puts there. */
const given = [
  [/\$__(?:rate_)?interval|\$__range/g, '5m'],
  [/\$\{?(?:job|instance|service)(?::\w+)?\}?/g, '.*'],
];

function expressions() {
  const found = [];
  JSON.parse(readFileSync(join(deploy, 'grafana/conduit.json'), 'utf8'), (key, value) => {
    if (key === 'expr') found.push(given.reduce((text, [variable, stands]) => text.replaceAll(variable, stands), value));
    return value;
  });
  const unknown = found.find((text) => text.includes('$'));
  if (unknown !== undefined) throw new Error(`what stands for the variable in: ${unknown}`);
  if (found.length < 20) throw new Error(`the Grafana dashboard has ${found.length} expressions: look where the others went`);
  return found;
}

try {
  copyFileSync(join(deploy, 'prometheus/alerts.yml'), join(folder, 'alerts.yml'));
  writeFileSync(join(folder, 'token'), '');
  const scrape = readFileSync(join(deploy, 'prometheus/scrape.yml'), 'utf8')
    .replaceAll('/etc/prometheus/conduit-alerts.yml', join(folder, 'alerts.yml'))
    .replaceAll('/etc/prometheus/conduit.token', join(folder, 'token'));
  writeFileSync(join(folder, 'scrape.yml'), scrape);
  const rules = expressions().map((expr, at) => ({ record: `grafana:expression:${at}`, expr }));
  // JSON is YAML.
  writeFileSync(join(folder, 'grafana.yml'), JSON.stringify({ groups: [{ name: 'grafana', rules }] }));
  // It throws, with what was said, when something is not understood.
  execFileSync(promtool, ['check', 'config', join(folder, 'scrape.yml')], { stdio: 'inherit' });
  execFileSync(promtool, ['check', 'rules', join(folder, 'grafana.yml')], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
