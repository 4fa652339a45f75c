/** What every store promises. Each store's own tests run this. */

import { expect, test } from 'vitest';
import type { RequestQuery } from '../routing/ports.ts';
import type { LogEvent } from '../routing/record.ts';
import { emptyBatch, History } from '../testing/history.ts';
import { aTaker, aWork } from '../testing/requests.ts';
import type { Retention, Store } from './store.ts';
import { defaultRetention } from './store.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** The store as the next hub finds it. */
  reopen(): Promise<Store>;
}

/** An event with its body as it reads, to compare it with. */
function plain(event: LogEvent): unknown {
  if (event.type === 'chunk') return { ...event, data: event.data.value };
  return (event.type === 'result' || event.type === 'task_result') && event.result !== undefined
    ? { ...event, result: event.result.value }
    : event;
}

const keep: Retention = defaultRetention.folder;

export function storeContract(open: () => Promise<StoreUnderTest>): void {
  test('a new store holds nothing', async () => {
    const { store } = await open();
    expect(store.load()).toEqual({ open: [], services: [] });
    expect(store.elapsed).toBe(0);
    expect(store.record('r1')).toBeUndefined();
    expect(store.payload('r1')).toBeUndefined();
    expect(store.events('r1', 0, 1_000)).toEqual({ events: [], hasMore: false });
  });

  test('what was committed is there for the next hub, open requests as folded as they were', async () => {
    const { store, reopen } = await open();
    const history = new History()
      .create('r1', { payload: { text: 'über "alles"' } })
      .create('r2')
      .pass(5.5)
      .commitTo(store);
    history.chunk('r1', 'a').chunk('r1', 'b').result('r2', { size: 3 }).pass(10).commitTo(store);
    const next = await reopen();
    expect(next.load().open).toEqual([history.record('r1')]);
    expect(next.record('r2')).toEqual(history.record('r2'));
    expect(next.payload('r1')?.value).toEqual({ text: 'über "alles"' });
    expect(next.events('r1', 0, 1_000).events.map(plain)).toEqual([
      expect.objectContaining({ seq: 1, type: 'status', provider: aTaker().party }),
      expect.objectContaining({ seq: 2, type: 'chunk', index: 0, data: 'a', elapsed: 5.5 }),
      expect.objectContaining({ seq: 3, type: 'chunk', index: 1, data: 'b' }),
    ]);
    expect(next.events('r2', 1, 1_000).events.map(plain)).toEqual([expect.objectContaining({ seq: 2, result: { size: 3 } })]);
    expect(next.elapsed).toBeGreaterThanOrEqual(5.5);
    expect(next.epoch).toBe(store.epoch);
  });

  test('binary payloads, chunks and results come back byte for byte, also from the middle of a value', async () => {
    const { store, reopen } = await open();
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    const history = new History().create('r1', { payload: bytes });
    history
      .chunk('r1', bytes.subarray(7))
      .chunk('r1', bytes)
      .step('r1', aWork({ type: 'task_result', requestId: 'r1', taskId: 'a', result: bytes }));
    history.commitTo(store);
    const next = await reopen();
    next.load();
    expect(next.payload('r1')?.value).toEqual(bytes);
    expect(next.payload('r1')?.bytes).toBe(300);
    const { events } = next.events('r1', 1, 10_000);
    const values = events.map((event) =>
      event.type === 'chunk' ? event.data.value : event.type === 'task_result' ? event.result?.value : undefined,
    );
    expect(values.filter((value) => value !== undefined).map((value) => new Uint8Array(value as Uint8Array))).toEqual([
      bytes.subarray(7),
      bytes,
      bytes,
    ]);
  });

  test('events are read in pages of about so many bytes, and always at least one', async () => {
    const { store } = await open();
    const history = new History().create('r1').commitTo(store);
    for (let turn = 0; turn < 30; turn += 1) {
      for (let count = 0; count < 7; count += 1) history.chunk('r1', 'x'.repeat(98));
      history.commitTo(store);
    }
    const seqs: number[] = [];
    let pages = 0;
    for (let afterSeq = 0, hasMore = true; hasMore; afterSeq = seqs.at(-1) ?? 0) {
      const page = store.events('r1', afterSeq, 1_000);
      seqs.push(...page.events.map((event) => event.seq));
      pages += 1;
      hasMore = page.hasMore;
    }
    expect(seqs).toEqual(Array.from({ length: 211 }, (_, index) => index + 1));
    expect(pages).toBeGreaterThan(20);
    expect(store.events('r1', 50, 1).events.map((event) => event.seq)).toEqual([51]);
    expect(store.events('r1', 211, 1_000)).toEqual({ events: [], hasMore: false });
  });

  test('a commit that speaks of an unknown request is not kept at all', async () => {
    const { store } = await open();
    const event = { ...firstEvent(), seq: 2 };
    expect(() => store.commit({ ...emptyBatch(), created: [], events: [{ requestId: 'nobody', event }], elapsed: 1 })).toThrow(
      'nobody',
    );
    expect(store.load().open).toEqual([]);
  });

  test('live state comes back beside the log, but for what has ended since it was saved', async () => {
    const { store, reopen } = await open();
    const history = new History().create('r1').create('r2').commitTo(store);
    const progress = (taskId: string, n: number) => aWork({ type: 'progress', requestId: 'r1', taskId, progress: 0.5, n });
    history.step('r1', progress('a', 1)).step('r1', progress('b', 2)).live('r1').commitTo(store);
    history.step('r1', aWork({ type: 'task_result', requestId: 'r1', taskId: 'a', n: 3 }));
    history
      .step('r2', aWork({ type: 'progress', requestId: 'r2', progress: 0.5 }))
      .live('r2')
      .commitTo(store);
    history.result('r2').commitTo(store);
    const [record] = (await reopen()).load().open;
    expect(record?.live).toEqual(history.record('r1').live);
    expect([...(record?.live.progress.keys() ?? [])]).toEqual(['b']);
    expect(record?.lastN).toBe(3);
    expect(record).toEqual(history.record('r1'));
  });

  test('a trimmed log keeps states, results and what comes after, and its record stands', async () => {
    const { store, reopen } = await open();
    const history = new History().create('r1').chunk('r1', 'aa').commitTo(store);
    history
      .step('r1', aWork({ type: 'task_result', requestId: 'r1', taskId: 't', result: 'kept' }))
      .chunk('r1', 'bb')
      .commitTo(store);
    history.chunk('r1', 'cc').commitTo(store).chunk('r1', 'dd').commitTo(store);
    history.trim('r1', 7, 12).commitTo(store);
    history.chunk('r1', 'ee').commitTo(store);
    const next = await reopen();
    expect(next.load().open).toEqual([history.record('r1')]);
    expect(next.events('r1', 0, 1_000).events.map((event) => `${event.seq} ${event.type}`)).toEqual([
      '1 status',
      '3 tasks',
      '4 task_result',
      '7 chunk',
      '8 chunk',
    ]);
    expect(next.payload('r1')?.value).toEqual({ width: 10 });
    history.result('r1', 'end').commitTo(next);
    expect(next.record('r1')).toEqual(history.record('r1'));
    expect((await reopen()).record('r1')).toEqual(history.record('r1'));
  });

  test('requests are found by their parent and by their session', async () => {
    const { store, reopen } = await open();
    const other = { requester: { sessionId: 'client-2', hubId: 'hub-1' } };
    const history = new History()
      .create('r1')
      .create('r2', { parent: { requestId: 'r1' }, ...other })
      .create('r3', { parent: { requestId: 'r1' } });
    history.commitTo(store).pass(100).result('r1').result('r2').commitTo(store);
    const check = (one: Store) => {
      expect(one.children('r1').toSorted()).toEqual(['r2', 'r3']);
      expect(one.children('r3')).toEqual([]);
      expect(one.ofRequester('client-1', 100).toSorted()).toEqual(['r1', 'r3']);
      expect(one.ofRequester('client-1', 101)).toEqual(['r3']);
      expect(one.ofRequester('client-2', 0)).toEqual(['r2']);
    };
    check(store);
    const next = await reopen();
    next.load();
    check(next);
  });

  test('a search is of one tenant, newest first, by state, service, action, requester and tag, in pages', async () => {
    const { store, reopen } = await open();
    const ann = { subject: 'ann', requester: { sessionId: 'session-of-ann', hubId: 'hub-1' } };
    const history = new History()
      .create('r1', { tags: ['red', 'big'] })
      .create('r2', { to: 'crop', ...ann })
      .create('r3', { action: 'poster', tags: ['red'] })
      .create('r4', { tenant: 'acme' })
      .create('r5', { tags: ['red'] })
      .commitTo(store);
    history
      .result('r3')
      .step('r2', { type: 'fail', error: { code: 'x', message: '', retryable: false } })
      .result('r1')
      .commitTo(store);
    const check = (one: Store) => {
      const found = finder(one);
      expect(found({})).toEqual(['r5', 'r3', 'r2', 'r1']);
      expect(found({ tenant: 'acme' })).toEqual(['r4']);
      expect(found({ states: ['completed'] })).toEqual(['r3', 'r1']);
      expect(found({ states: ['completed', 'failed'] })).toEqual(['r3', 'r2', 'r1']);
      expect(found({ states: ['assigned', 'completed'] })).toEqual(['r5', 'r3', 'r1']);
      expect(found({ states: ['running'] })).toEqual([]);
      expect(found({ states: ['failed'], service: 'crop' })).toEqual(['r2']);
      expect(found({ service: 'resize' })).toEqual(['r5', 'r3', 'r1']);
      expect(found({ action: 'poster' })).toEqual(['r3']);
      expect(found({ requester: 'ann' })).toEqual(['r2']);
      expect(found({ requester: 'session-of-ann' })).toEqual(['r2']);
      expect(found({ tag: 'red' })).toEqual(['r5', 'r3', 'r1']);
      expect(found({ tag: 'red', service: 'resize', states: ['completed'], before: 'r3' })).toEqual(['r1']);
      expect(found({ before: 'r5', limit: 2 })).toEqual(['r3', 'r2']);
      expect(found({ before: 'r2', limit: 2 })).toEqual(['r1']);
      expect(found({ before: 'nobody' })).toEqual([]);
    };
    check(store);
    const next = await reopen();
    next.load();
    check(next);
  });

  test('a search finds what was created in a time, and what somebody may see', async () => {
    const { store, reopen } = await open();
    const history = new History()
      .create('r1', { createdAt: 1_000 })
      .create('r2', { createdAt: 2_000, subject: 'ann', to: 'crop' })
      .create('r3', { createdAt: 3_000, to: 'crop' })
      .create('r4', { createdAt: 4_000 })
      .commitTo(store);
    history.result('r1').result('r2').result('r4').commitTo(store);
    const check = (one: Store) => {
      const found = finder(one);
      expect(found({ since: 2_000 })).toEqual(['r4', 'r3', 'r2']);
      expect(found({ until: 2_000 })).toEqual(['r1']);
      expect(found({ since: 2_000, until: 4_000 })).toEqual(['r3', 'r2']);
      expect(found({ sight: { subject: 'ann', observes: () => false } })).toEqual(['r2']);
      expect(found({ sight: { subject: 'bob', observes: (service) => service === 'crop' } })).toEqual(['r3', 'r2']);
      expect(found({ sight: { subject: 'bob', observes: () => false } })).toEqual([]);
    };
    check(store);
    const next = await reopen();
    next.load();
    check(next);
  });

  test('a search finds what ended with an error, what took long, and what is silent', async () => {
    const { store, reopen } = await open();
    const history = new History().create('r1').create('r2').create('r3').create('r4').commitTo(store);
    const failing = (code: string) => ({ type: 'fail', error: { code, message: '', retryable: false } }) as const;
    history.step('r1', failing('no_ink')).pass(10_000).step('r2', failing('no_ink')).step('r3', failing('no_paper'));
    history.commitTo(store);
    const check = (one: Store) => {
      const found = finder(one);
      expect(found({ error: 'no_ink' })).toEqual(['r2', 'r1']);
      expect(found({ error: 'no_ink', minDurationMs: 10_000 })).toEqual(['r2']);
      expect(found({ minDurationMs: 10_000 })).toEqual(['r3', 'r2']);
      expect(found({ minDurationMs: 5_000 })).toEqual(['r4', 'r3', 'r2']);
      expect(found({ isStalled: true })).toEqual(['r4']);
      expect(found({ isStalled: true, states: ['failed'] })).toEqual([]);
      expect(found({ error: 'no_ink', states: ['failed'], before: 'r2' })).toEqual(['r1']);
    };
    check(store);
    const next = await reopen();
    next.load();
    check(next);
  });

  test('a text finds ids by their first or last eight characters, and otherwise a part of a name', async () => {
    const { store, reopen } = await open();
    const [one, two, three] = [
      '0190aaaa-0000-7000-8000-000000000001',
      '0190aaaa-0000-7000-8000-000000000002',
      '0190bbbb-0000-7000-8000-000000000003',
    ] as const;
    const history = new History()
      .create(one, { to: 'Thumbs', tags: ['say "cheese"', '0190cccc'] })
      .create(two, { subject: 'ann@example.org', tags: ['0190bbbb'] })
      .create(three, { tags: ['red', 'big'] })
      .create('01J0000000000000000000000A', { tenant: 'acme', tags: ['0190aaaa'] })
      .commitTo(store);
    history.result(one).result(three).commitTo(store);
    const check = (store_: Store) => {
      const found = (text: string, more: object = {}) => finder(store_)({ text, ...more });
      expect(found('0190aaaa')).toEqual([two, one]);
      expect(found('0190aaaa', { before: two })).toEqual([one]);
      expect(found(three)).toEqual([three]);
      expect(found('0190aaa')).toEqual([]);
      // No id begins so, and a tag does.
      expect(found('0190cccc')).toEqual([one]);
      expect(found('0190dddd')).toEqual([]);
      // Ids that somebody may not see make no difference to what he finds.
      const sight = { subject: 'ann@example.org', observes: () => false };
      expect(found('0190bbbb')).toEqual([three]);
      expect(found('0190bbbb', { sight })).toEqual([two]);
      expect(found('0190aaaa', { sight })).toEqual([two]);
      expect(found('01J00000', { tenant: 'acme' })).toEqual(['01J0000000000000000000000A']);
      expect(found('01J00000')).toEqual([]);
      expect(found('00000003')).toEqual([three]);
      expect(found('8000-000000000002')).toEqual([two]);
      expect(found('0000003')).toEqual([]);
      expect(found('0000000A', { tenant: 'acme' })).toEqual(['01J0000000000000000000000A']);
      expect(found('tHUMB')).toEqual([two, three, one].toSorted().toReversed());
      expect(found('thumbs')).toEqual([one]);
      expect(found('@example')).toEqual([two]);
      expect(found('"cheese"')).toEqual([one]);
      expect(found('d","b')).toEqual([]);
      expect(found('%')).toEqual([]);
    };
    check(store);
    const next = await reopen();
    next.load();
    check(next);
  });

  test('services are remembered until long after their last provider', async () => {
    const { store, reopen } = await open();
    const history = new History().service('resize').commitTo(store).pass(1_000).service('crop').service('resize').commitTo(store);
    const { services } = (await reopen()).load();
    expect(services.map(({ name, seenElapsed }) => [name, seenElapsed]).toSorted()).toEqual([
      ['crop', 1_000],
      ['resize', 1_000],
    ]);
    expect(services[0]?.actions).toEqual([{ name: 'thumbnail' }]);
    history.pass(keep.maxServiceAgeMs - 500).service('crop');
    const next = await reopen();
    history.commitTo(next);
    next.forget(keep, history.elapsed + 1_000);
    expect((await reopen()).load().services.map(({ name }) => name)).toEqual(['crop']);
  });

  test('ended requests are forgotten by number, by bytes and by age, the oldest end first; open ones stay', async () => {
    const { store, reopen } = await open();
    const history = new History();
    for (let index = 0; index < 10; index += 1) history.create(`r${index}`, { payload: 'x'.repeat(10_000), tags: ['red'] });
    history.commitTo(store);
    for (const index of [3, 1, 5, 7, 9, 0]) history.pass(1_000).result(`r${index}`, 'y').commitTo(store);
    expect(forgetAll(store, keep, history.elapsed)).toEqual([]);
    expect(forgetAll(store, { ...keep, maxRequests: 4 }, history.elapsed)).toEqual(['r3', 'r1']);
    expect(forgetAll(store, { ...keep, maxBytes: 35_000 }, history.elapsed)).toEqual(['r5']);
    expect(forgetAll(store, keep, 4_000 + keep.maxAgeMs + 1)).toEqual(['r7']);
    const check = (one: Store) => {
      expect(one.record('r7')).toBeUndefined();
      expect(one.payload('r7')).toBeUndefined();
      expect(one.events('r7', 0, 1_000).events).toEqual([]);
      expect(finder(one)({ tag: 'red' })).toEqual(['r9', 'r8', 'r6', 'r4', 'r2', 'r0']);
      expect(one.load().open.map((record) => record.requestId)).toEqual(['r2', 'r4', 'r6', 'r8']);
    };
    check(store);
    const next = await reopen();
    next.load();
    check(next);
  });

  test('a request that leaves nothing behind is gone with its end, and others stay', async () => {
    const { store, reopen } = await open();
    const history = new History().create('r1').create('r2').commitTo(store);
    history.chunk('r1', 'a').live('r1').commitTo(store).drop('r1').result('r2', 1).commitTo(store);
    expect(store.record('r1')).toBeUndefined();
    expect(store.search({ tenant: 'local', limit: 10 }, () => undefined)).toEqual(['r2']);
    history.create('r3').drop('r3').commitTo(store);
    expect(store.payload('r3')).toBeUndefined();
    const next = await reopen();
    expect(next.load().open).toEqual([]);
    expect(next.record('r1')).toBeUndefined();
    expect(next.record('r2')).toEqual(history.record('r2'));
    history.create('r1').commitTo(next);
    expect(next.record('r1')).toEqual(history.record('r1'));
  });

  test('an id that was forgotten is free again, however long its log was', async () => {
    const { store, reopen } = await open();
    const history = new History().create('r1').commitTo(store);
    for (let turn = 0; turn < 2_500; turn += 1) history.chunk('r1', 'x').commitTo(store);
    history.result('r1').commitTo(store);
    expect(store.forget({ ...keep, maxRequests: 0 }, history.elapsed)).toEqual(['r1']);
    expect(store.record('r1')).toBeUndefined();
    const again = new History().create('r1', { payload: 'again' }).commitTo(store).result('r1').commitTo(store);
    const next = await reopen();
    expect(next.load().open).toEqual([]);
    expect(next.record('r1')).toEqual(again.record('r1'));
    expect(next.payload('r1')?.value).toBe('again');
    forgetAll(next, { ...keep, maxRequests: 0 }, history.elapsed);
    expect((await reopen()).load().open).toEqual([]);
  });
}

/** As a ledger asks: everything that is open is assigned here, for five seconds, and silent. */
function finder(store: Store): (query: Partial<RequestQuery>) => string[] {
  const standing = { state: 'assigned', errorCode: undefined, durationMs: 5_000, isStalled: true } as const;
  return (query) => store.search({ tenant: 'local', limit: 100, ...query }, () => standing);
}

function firstEvent(): LogEvent {
  return { type: 'status', state: 'queued', seq: 1, attempt: 0, at: 0, overall: 0, elapsed: 0 };
}

function forgetAll(store: Store, retention: Retention, elapsed: number): string[] {
  const all: string[] = [];
  for (let slice = store.forget(retention, elapsed); slice.length > 0; slice = store.forget(retention, elapsed))
    all.push(...slice);
  return all;
}
