import type { WorkMessage } from '@conduit/sdk/protocol/messages';
import { expect, test } from 'vitest';
import type { Change, EventPage, RequestQuery } from '../routing/ports.ts';
import type { RequestRecord } from '../routing/record.ts';
import type { Decision, Step } from '../routing/steps.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { aBody, anOrigin, aTaker, aWork } from '../testing/requests.ts';
import { EmbeddedLedger } from './embedded.ts';
import { MemoryStore } from './memory.ts';
import type { Batch, Retention } from './store.ts';
import { defaultRetention } from './store.ts';

/** A store whose disk can be full. */
class FillingStore extends MemoryStore {
  isFull = false;
  readonly batches: Batch[] = [];

  override commit(batch: Batch): void {
    if (this.isFull) throw new Error('the disk is full');
    super.commit(batch);
    this.batches.push(batch);
  }
}

interface Setup {
  readonly store?: FillingStore;
  readonly retention?: Partial<Retention>;
  readonly maxChunkBytes?: number;
}

function aLedger({ store = new FillingStore('epoch-1'), retention, maxChunkBytes = 16 * 1024 * 1024 }: Setup = {}) {
  const clock = new FakeClock({ elapsed: store.elapsed });
  const log: string[] = [];
  const ledger = new EmbeddedLedger({
    store,
    clock,
    retention: { ...defaultRetention.memory, ...retention },
    maxChunkBytes,
    onTrouble: (sentence) => log.push(`trouble: ${sentence}`),
    onRecovery: () => log.push('recovery'),
  });
  const listener = {
    decided: (change: Change) => void log.push(`decided ${said(change)}`),
    committed: (change: Change) => void log.push(`committed ${said(change)}`),
  };
  const { open } = ledger.start({
    decided: (change) => listener.decided(change),
    committed: (change) => listener.committed(change),
  });
  const create = (requestId: string, step: Step = { type: 'open', taker: aTaker() }) =>
    ledger.create(anOrigin(requestId), aBody({ width: 10 }), step, () => log.push(`created ${requestId}`));
  return { ledger, clock, store, log, listener, open, create };
}

function said({ record, events, live }: Change): string {
  return [record.requestId, ...events.map((event) => `${event.seq} ${event.type}`), ...live.map((update) => update.type)].join(
    ' ',
  );
}

function work(message: Partial<WorkMessage> & { type: WorkMessage['type'] }, requestId = 'r1'): Step {
  return aWork({ requestId, ...message } as WorkMessage);
}

test('a step is decided at once, committed at the end of the turn, and delivered after that, in order', () => {
  const { ledger, clock, store, log, create } = aLedger();
  create('r1');
  ledger.change('r1', work({ type: 'progress', progress: 0.5 }), () => log.push('answered'));
  ledger.change('r1', work({ type: 'result', result: 1 }));
  expect(log).toEqual(['decided r1 1 status', 'decided r1 progress', 'decided r1 2 result']);
  expect(store.batches).toHaveLength(0);
  clock.runTurn();
  expect(log.slice(3)).toEqual([
    'committed r1 1 status',
    'created r1',
    'committed r1 progress',
    'answered',
    'committed r1 2 result',
  ]);
  expect(store.batches).toHaveLength(1);
});

test('a batch of nothing but refusals and live state is delivered without a commit', () => {
  const { ledger, clock, store, create } = aLedger();
  create('r1');
  clock.runTurn();
  const answers: (Decision | undefined)[] = [];
  ledger.change('r1', aWork({ type: 'result', requestId: 'r1' }, 'a stranger'), (decision) => answers.push(decision));
  ledger.change('r1', work({ type: 'progress', progress: 0.5 }), (decision) => answers.push(decision));
  clock.runTurn();
  expect(answers.map((decision) => decision?.refusal?.code)).toEqual(['not_assigned', undefined]);
  expect(store.batches).toHaveLength(1);
});

test('an unknown request answers nothing', () => {
  const { ledger, clock } = aLedger();
  const answers: unknown[] = [];
  ledger.change('nobody', { type: 'deadline' }, (decision, record) => answers.push(decision, record));
  ledger.read('nobody', (record) => answers.push(record));
  clock.runTurn();
  expect(answers).toEqual([undefined, undefined, undefined]);
});

test('a request whose id is taken is refused, and the first one goes on', () => {
  const { ledger, clock, create } = aLedger();
  create('r1');
  const codes: unknown[] = [];
  ledger.create(anOrigin('r1'), aBody(1), { type: 'open' }, (decision) => codes.push(decision.refusal?.code));
  clock.runTurn();
  expect(codes).toEqual(['duplicate_request']);
});

test('a read waits for the commit of what is staged', () => {
  const { ledger, clock, log, create } = aLedger();
  create('r1');
  ledger.read('r1', (record) => log.push(`read at ${record?.seq}`));
  ledger.events('r1', 0, 1_000, (page) => log.push(`${page.events.length} events`));
  ledger.children('r1', () => log.push('children'));
  expect(log).toEqual(['decided r1 1 status']);
  clock.runTurn();
  expect(log.slice(1)).toEqual(['committed r1 1 status', 'created r1', 'read at 1', '1 events', 'children']);
});

test('a read never shows what callbacks of the same flush have staged', () => {
  const { ledger, clock, log, listener, create } = aLedger();
  const seen: number[] = [];
  listener.committed = ({ record, events }) => {
    log.push(`committed up to ${events.at(-1)?.seq}`);
    if (record.seq === 1) ledger.change('r1', work({ type: 'chunk', data: 'a' }));
  };
  create('r1');
  ledger.read('r1', (record) => {
    seen.push(record?.seq ?? 0);
    log.push('read');
  });
  clock.runTurn();
  expect(seen).toEqual([]);
  clock.runTurn();
  expect(seen).toEqual([2]);
  expect(log.slice(-2)).toEqual(['committed up to 2', 'read']);
});

test('a payload is given as soon as it is stored, also in the middle of deliveries', () => {
  const { ledger, clock, log, listener, create } = aLedger();
  listener.committed = (change) => {
    if (change.events[0]?.seq === 1) ledger.payload('r1', (payload) => log.push(`payload ${JSON.stringify(payload?.value)}`));
    log.push(`committed ${said(change)}`);
  };
  create('r1');
  ledger.change('r1', { type: 'cancel', reason: 'enough' });
  clock.runTurn();
  expect(log.slice(2)).toEqual(['payload {"width":10}', 'committed r1 1 status', 'created r1', 'committed r1 2 status']);
});

test('an ended request still answers late messages', () => {
  const { ledger, clock, create } = aLedger();
  create('r1');
  ledger.change('r1', work({ type: 'result', result: 1 }));
  clock.runTurn();
  const answers: (Decision | undefined)[] = [];
  ledger.change('r1', work({ type: 'result', result: 1 }), (decision) => answers.push(decision));
  ledger.change('r1', work({ type: 'chunk', data: 'x' }), (decision) => answers.push(decision));
  clock.runTurn();
  expect(answers[0]?.isDuplicate).toBe(true);
  expect(answers[1]?.refusal?.code).toBe('already_finished');
});

test('while the disk is full nothing is delivered, new requests are refused, and all of it goes on when there is room', () => {
  const { ledger, clock, store, log, create } = aLedger();
  create('r1');
  clock.runTurn();
  store.isFull = true;
  ledger.change('r1', work({ type: 'chunk', data: 'a' }), () => log.push('answered'));
  clock.runTurn();
  clock.advance(1_500);
  ledger.change('r1', work({ type: 'chunk', data: 'b' }));
  const refused: unknown[] = [];
  ledger.create(anOrigin('r2'), aBody(1), { type: 'open' }, (decision) => refused.push(decision.refusal?.code));
  clock.advance(500);
  expect(ledger.isWritable).toBe(false);
  expect(refused).toEqual(['store_unavailable']);
  expect(log.filter((line) => line.startsWith('trouble'))).toEqual(['trouble: the disk is full']);
  expect(log).not.toContain('answered');
  store.isFull = false;
  clock.advance(1_000);
  expect(ledger.isWritable).toBe(true);
  expect(log.slice(-4)).toEqual(['recovery', 'committed r1 2 chunk', 'answered', 'committed r1 3 chunk']);
  expect(store.events('r1', 0, 1_000).events.map((event) => event.seq)).toEqual([1, 2, 3]);
});

test('while the store fails, what may wait in memory is bounded', () => {
  const { ledger, clock, store, create } = aLedger();
  create('r1');
  clock.runTurn();
  store.isFull = true;
  const codes: unknown[] = [];
  const data = 'x'.repeat(1024 * 1024);
  for (let count = 0; count < 70; count += 1) {
    ledger.change('r1', work({ type: 'chunk', data }), (decision) => codes.push(decision?.refusal?.code));
    clock.advance(1_000);
  }
  expect(codes).toHaveLength(6);
  expect(new Set(codes)).toEqual(new Set(['store_unavailable']));
  store.isFull = false;
  clock.advance(1_000);
  expect(codes).toHaveLength(70);
  expect(store.record('r1')?.seq).toBe(65);
});

test('a callback that throws holds back nobody else', () => {
  const { clock, log, listener, create } = aLedger();
  listener.committed = (change) => {
    log.push(`committed ${said(change)}`);
    if (change.record.requestId === 'r1') throw new Error('a bug');
  };
  create('r1');
  create('r2');
  expect(() => clock.runTurn()).toThrow('a bug');
  clock.runTurn();
  expect(log.slice(2)).toEqual(['committed r1 1 status', 'created r1', 'committed r2 1 status', 'created r2']);
});

test('many bytes in one turn are committed in slices, still in order', () => {
  const { ledger, clock, store, create } = aLedger();
  create('r1');
  const order: number[] = [];
  const data = 'x'.repeat(300 * 1024);
  for (let index = 0; index < 9; index += 1) {
    ledger.change('r1', work({ type: 'chunk', data }), (decision) => order.push(decision?.events[0]?.seq ?? 0));
  }
  clock.runTurn();
  expect(order.length).toBeLessThan(9);
  clock.settle();
  expect(order).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(store.batches.length).toBeGreaterThan(3);
});

test('a creation and its first step are in one batch, however large the payload', () => {
  const { ledger, clock, store } = aLedger();
  ledger.create(anOrigin('r1'), aBody('x'.repeat(2 * 1024 * 1024)), { type: 'open', taker: aTaker() }, () => undefined);
  clock.runTurn();
  expect(store.batches.map(({ created, events }) => [created.length, events.length])).toEqual([[1, 1]]);
});

test('live state is saved within a second, and a restart has it', () => {
  const { ledger, clock, store, create } = aLedger();
  create('r1');
  ledger.change('r1', work({ type: 'progress', progress: 0.5, taskId: 'a', n: 1 }));
  ledger.change('r1', work({ type: 'progress', progress: 0.7, taskId: 'a', n: 2 }));
  clock.advance(1_000);
  const [record] = aLedger({ store }).open;
  expect(record?.live.progress.get('a')).toEqual({ progress: 0.7 });
  expect(record?.lastN).toBe(2);
  expect(record?.live.running).toBe(true);
  expect(record?.overall).toBe(0.7);
});

test('a saved count of messages never runs ahead of the events that a dying hub had not committed', () => {
  const { ledger, clock, store, create } = aLedger();
  create('r1');
  clock.settle();
  ledger.change('r1', work({ type: 'progress', progress: 0.1, n: 1 }));
  clock.advance(999);
  for (let n = 2; n < 8; n += 1) ledger.change('r1', work({ type: 'chunk', data: 'x'.repeat(600 * 1024), n }));
  clock.runTurn();
  const [record] = aLedger({ store }).open;
  expect(record?.seq).toBeLessThan(8);
  expect(record?.lastN).toBe(record?.seq);
});

test('a flush saves live state too, and calls back when all of it is safe', () => {
  const { ledger, clock, store, create } = aLedger();
  create('r1');
  clock.settle();
  ledger.change('r1', work({ type: 'progress', progress: 0.5 }));
  let isSafe = false;
  ledger.flush(() => {
    isSafe = true;
  });
  expect(isSafe).toBe(false);
  clock.settle();
  expect(isSafe).toBe(true);
  expect(aLedger({ store }).open[0]?.live.progress.get('main')).toEqual({ progress: 0.5 });
});

test('beyond the bound the oldest chunks go, results and states stay, and a restart agrees', () => {
  const { ledger, clock, store, create } = aLedger({ maxChunkBytes: 1_600 });
  create('r1');
  ledger.change('r1', work({ type: 'task_result', taskId: 'a', result: 'kept' }));
  for (let count = 0; count < 40; count += 1) {
    ledger.change('r1', work({ type: 'chunk', data: 'x'.repeat(98) }));
    clock.runTurn();
  }
  let record: RequestRecord | undefined;
  let page: EventPage | undefined;
  ledger.read('r1', (found) => {
    record = found;
  });
  ledger.events('r1', 0, 100_000, (found) => {
    page = found;
  });
  expect(record?.chunkBytes).toBe(1_600);
  expect(record?.firstSeq).toBe(28);
  expect(record?.streams.get('text')).toMatchObject({ chunks: 40, bytes: 4_000 });
  const kept = page?.events.map((event) => event.seq) ?? [];
  expect(kept.slice(0, 4)).toEqual([1, 2, 3, 28]);
  expect(kept).toHaveLength(3 + 16);
  expect(aLedger({ store }).open).toEqual([record]);
});

test('ended requests beyond the retention are forgotten, soon even on a busy hub', () => {
  const { ledger, clock, store, create } = aLedger({ retention: { maxRequests: 500 } });
  for (let count = 0; count < 2_000; count += 1) {
    create(`r${count}`);
    ledger.change(`r${count}`, work({ type: 'result' }, `r${count}`));
    if (count % 100 === 0) clock.runTurn();
  }
  clock.advance(1_000);
  expect(store.search({ tenant: 'local', limit: 10_000 }, () => undefined)).toHaveLength(500);
  let oldest: RequestRecord | undefined;
  ledger.read('r0', (record) => {
    oldest = record;
  });
  expect(oldest).toBeUndefined();
  clock.advance(defaultRetention.memory.maxAgeMs + 61_000);
  expect(store.search({ tenant: 'local', limit: 10_000 }, () => undefined)).toEqual([]);
});

test('a search shows the newest first, open and ended, in the state that shows', () => {
  const { ledger, clock, create } = aLedger();
  for (const requestId of ['r1', 'r2', 'r3']) create(requestId);
  create('r4', { type: 'open', reason: 'no_provider' });
  ledger.change('r2', work({ type: 'result' }, 'r2'));
  ledger.change('r3', work({ type: 'progress', progress: 0.1 }, 'r3'));
  clock.settle();
  const listed = (said: Partial<RequestQuery>) => {
    let ids: string[] = [];
    ledger.search({ tenant: 'local', limit: 10, ...said }, (records) => {
      ids = records.map((record) => record.requestId);
    });
    return ids;
  };
  expect(listed({})).toEqual(['r4', 'r3', 'r2', 'r1']);
  expect(listed({ before: 'r3', limit: 1 })).toEqual(['r2']);
  expect(listed({ states: ['completed'] })).toEqual(['r2']);
  expect(listed({ states: ['running'] })).toEqual(['r3']);
  expect(listed({ states: ['assigned'] })).toEqual(['r1']);
  expect(listed({ states: ['queued'] })).toEqual(['r4']);
  expect(listed({ states: ['queued', 'completed', 'running'] })).toEqual(['r4', 'r3', 'r2']);
  expect(listed({ states: ['running', 'assigned'], before: 'r3' })).toEqual(['r1']);
});

test('hub time goes on from where the former hub stood, an idle one too', () => {
  const { clock, store } = aLedger();
  clock.advance(30_000);
  expect(store.elapsed).toBe(30_000);
});

test('a closed ledger leaves no timer behind', () => {
  const { ledger, clock, store, create } = aLedger();
  create('r1');
  ledger.change('r1', work({ type: 'progress', progress: 0.5 }));
  clock.settle();
  store.isFull = true;
  ledger.change('r1', work({ type: 'chunk', data: 'a' }));
  clock.settle();
  ledger.close();
  expect(clock.pendingTimers).toBe(0);
});
