/**
 * How long a search among 100,000 kept requests takes until its first page is there, in a folder of its own:
 * `npx tsx --conditions=conduit-src bench/search.ts`. The worst of eleven runs each; a limit that is broken ends it with 1.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../packages/hub/src/ledger/sqlite.ts';
import type { RequestQuery } from '../packages/hub/src/routing/ports.ts';
import { History } from '../packages/hub/src/testing/history.ts';

const kept = 100_000;

/** As UUIDv7 numbers them at a thousand a second. */
const anId = (n: number): string =>
  `${(0x019000000000 + n)
    .toString(16)
    .padStart(12, '0')
    .replace(/(.{8})/, '$1-')}-7000-8000-000000000000`;

const folder = mkdtempSync(join(tmpdir(), 'conduit-bench-'));
const dataDir = join(folder, 'data');
let store = await openStore({ dataDir, durability: 'process' });
const ids: string[] = [];
for (let at = 0; at < kept; at += 1_000) {
  const history = new History();
  for (let offset = 0; offset < 1_000; offset += 1) {
    const requestId = anId(at + offset);
    const n = at + offset;
    ids.push(requestId);
    const tags = ['all', `user-${n % 1_000}`, ...(n % 2 === 0 ? ['even'] : [])];
    history.create(requestId, { to: n % 10 === 0 ? 'rare' : 'common', subject: `subject-${n % 50}`, tags, createdAt: 1e12 + n });
  }
  history.commitTo(store).pass(1);
  for (const [offset, requestId] of ids.slice(at).entries()) {
    if ((at + offset) % 1_000 === 1)
      history.step(requestId, { type: 'fail', error: { code: 'x', message: '', retryable: false } });
    else history.result(requestId, { text: 'x'.repeat(200) });
  }
  history.commitTo(store);
}
store.close();
store = await openStore({ dataDir, durability: 'process' });
store.load();

const searches: Record<string, Partial<RequestQuery>> = {
  'the newest': {},
  'service, state and tag, all of them common': { service: 'common', states: ['completed'], tag: 'all' },
  'service, state and tag, the state rare': { service: 'common', states: ['failed'], tag: 'all' },
  'service, state and tag, the tag rare': { service: 'common', states: ['completed'], tag: 'user-7' },
  'service, state and tag that never meet': { service: 'rare', states: ['failed'], tag: 'even' },
  'service and state that never meet': { service: 'rare', states: ['failed'] },
  'a state that is rare': { states: ['failed'] },
  'a requester': { requester: 'subject-7' },
  nobody: { requester: 'nobody' },
  'a time long ago': { until: 1e12 + 10 },
  'a part of a tag': { text: 'ser-77' },
  'a text that is nowhere': { text: 'nowhere' },
  'a text that could begin an id, and is nowhere': { text: 'ffffffff' },
  'what one may see': { sight: { subject: 'nobody', observes: (service) => service === 'rare' } },
};
const idStarts: Record<string, Partial<RequestQuery>> = {
  'the first eight characters of the oldest id': { text: ids[0]?.slice(0, 8) as string },
  'an id': { text: ids[50_000] as string },
};
let isTooSlow = false;
for (const [searched, boundMs] of [
  [searches, 500],
  [idStarts, 100],
] as const) {
  for (const [what, query] of Object.entries(searched)) {
    const times: number[] = [];
    let found = 0;
    for (let run = 0; run < 11; run += 1) {
      const started = performance.now();
      found = store.search({ tenant: 'local', limit: 50, ...query }, () => undefined).length;
      times.push(performance.now() - started);
    }
    const worst = Math.max(...times);
    isTooSlow ||= worst > boundMs;
    console.log(`${worst.toFixed(1).padStart(8)} ms  ${String(found).padStart(3)} found  ${what}`);
  }
}
store.close();
rmSync(folder, { recursive: true });
process.exitCode = isTooSlow ? 1 : 0;
