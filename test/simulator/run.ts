/** One run of the simulation: traffic and faults for a while, then peace, and then everything must be as it should. */

import { isTerminal } from '@conduit/sdk/protocol/states';
import { fold } from '../../packages/hub/src/routing/fold.ts';
import { newRecord, type RequestRecord } from '../../packages/hub/src/routing/record.ts';
import { lingerMs } from '../../packages/hub/src/routing/settings.ts';
import { Client } from './client.ts';
import type { Plant } from './plants.ts';
import { Worker, type WorkerKind } from './worker.ts';
import { World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly digest: number;
  readonly requests: number;
}

const tenants = ['red', 'blue'];
const stormMs = 40_000;
/** A peer that went without a word is missed after two heartbeats; then there is the grace time, and the work itself. */
const peaceMs = 20_000 + 20_000 + 10_000;

export function run(seed: number, options: { readonly plant?: Plant; readonly isTraced?: boolean } = {}): Outcome {
  const world = new World(seed, options);
  try {
    return live(world, seed);
  } catch (error) {
    world.violate(`the hub throws: ${error instanceof Error ? error.stack : String(error)}`);
    return { seed, violations: world.violations, digest: world.digest, requests: 0 };
  }
}

function live(world: World, seed: number): Outcome {
  const begun = new Map<string, number>();
  const once = new Set<string>();
  const workers = tenants.flatMap((tenant) =>
    workerKinds(world, tenant).map((kind) => new Worker(world, kind, (id) => begun.set(id, (begun.get(id) ?? 0) + 1))),
  );
  const clients = tenants.flatMap((tenant) => [
    new Client(world, { tenant, isAware: false }),
    new Client(world, { tenant, isAware: true }),
  ]);
  for (let elapsed = 0; elapsed < stormMs; ) {
    const step = world.random.between(50, 700);
    world.clock.advance(step);
    elapsed += step;
    ask(world, clients, once);
    harm(world, [...workers, ...clients], workers);
  }
  if (!world.isHubUp) world.startHub();
  world.clock.advance(peaceMs);
  check(world, clients);
  for (const client of clients) checkPlaces(world, client);
  for (const id of once) if ((begun.get(id) ?? 0) > 1) world.violate(`${id} must not run twice and began ${begun.get(id)} times`);
  const [client] = clients as [Client];
  // Whoever turns a request down gives its turn away.
  if (workers.every(({ kind }) => kind.tenant !== client.tenant || !kind.rejects)) checkTurns(world, client);
  return {
    seed,
    violations: world.violations,
    digest: world.digest,
    requests: clients.reduce((sum, { followed }) => sum + followed.size, 0),
  };
}

function workerKinds({ random }: World, tenant: string): WorkerKind[] {
  const kind = (said: Partial<WorkerKind>): WorkerKind => ({
    tenant,
    capacity: random.between(1, 3),
    acks: random.chance(0.5),
    counts: true,
    rejects: false,
    ...said,
  });
  return [kind({}), kind({ counts: random.chance(0.5) }), kind({ rejects: random.chance(0.3), counts: random.chance(0.5) })];
}

function ask(world: World, clients: readonly Client[], once: Set<string>): void {
  const { random } = world;
  for (let count = random.between(0, 2); count > 0; count -= 1) {
    const client = random.pick(clients);
    const action = random.chance(0.15) ? 'once' : 'do';
    const more = random.chance(0.1) ? { timeout_ms: random.between(200, 3_000) } : {};
    const requestId = client.request(action, { priority: random.between(-2, 2), max_attempts: 20, ...more });
    if (action === 'once') once.add(requestId);
    if (random.chance(0.1)) world.clock.after(random.between(0, 2_000), () => client.cancel(requestId));
    if (random.chance(0.05)) random.pick(clients.filter(({ tenant }) => tenant !== client.tenant)).snoop(requestId);
  }
}

/** Peers are cut, with and without the hub's noticing; frozen; killed. The hub dies. Somebody sets the clock. */
function harm(world: World, peers: readonly (Worker | Client)[], workers: readonly Worker[]): void {
  const { random, clock } = world;
  if (random.chance(0.12)) random.pick(peers).cut(random.chance(0.6) ? random.between(0, 200) : random.between(5_000, 20_000));
  if (random.chance(0.05)) random.pick(peers).freeze(random.between(500, 8_000));
  if (random.chance(0.05)) random.pick(workers).kill();
  if (random.chance(0.02)) clock.jumpWallClock(random.between(-3_600_000, 3_600_000));
  if (random.chance(0.03) && world.isHubUp) {
    world.killHub();
    clock.after(random.between(10, 3_000), () => !world.isHubUp && world.startHub());
  }
}

function check(world: World, clients: readonly Client[]): void {
  if (world.openRequests > 0) world.violate(`${world.openRequests} requests are still open ${peaceMs} ms after the last fault`);
  for (const client of clients) {
    for (const { requestId, isAccepted, end, lastSeq, events } of client.followed.values()) {
      if (!isAccepted) {
        world.violate(`${requestId} was never accepted`);
        continue;
      }
      const record = world.store.record(requestId);
      if (record === undefined) world.violate(`${requestId} was accepted and is not there`);
      else checkLog(world, record);
      if (end === undefined)
        world.violate(
          `${requestId} has not ended for its requester; its last event is ${lastSeq} of ${record?.seq}, ${record?.state}`,
        );
      for (let seq = 2; seq <= lastSeq; seq += 1)
        if (!events.has(seq)) world.violate(`${requestId} never showed event ${seq} of ${lastSeq}`);
    }
  }
}

/** The log has no holes and one end, which is its last; what it folds to is the record. */
function checkLog(world: World, record: RequestRecord): void {
  const { events } = world.store.events(record.requestId, 0, Number.MAX_SAFE_INTEGER);
  const folded = newRecord(record);
  const ends = events.filter(({ type }) => type === 'result' || type === 'error');
  if (ends.length > 1) world.violate(`${record.requestId} ends ${ends.length} times`);
  if (isTerminal(record.state) && ends[0] !== events.at(-1)) world.violate(`${record.requestId} goes on after its end`);
  for (const [at, event] of events.entries()) {
    if (event.seq !== at + 1) world.violate(`${record.requestId} has event ${event.seq} at place ${at + 1}`);
    fold(folded, event);
  }
  const [one, other] = [folded, record].map(essence);
  if (one !== other) world.violate(`the log of ${record.requestId} folds to ${one}, its record is ${other}`);
}

/** What the log tells of a record: everything but what is live. */
function essence(record: RequestRecord): string {
  const { state, reason, attempt, seq, lostAttempts, provider, error, resultSeq, timings, finishedAt, assignedAt } = record;
  const tasks = [...record.tasks.values()].map(({ taskId, state: taskState, weight, resultSeq: at }) => [
    taskId,
    taskState,
    weight,
    at,
  ]);
  return JSON.stringify({
    state,
    reason,
    attempt,
    seq,
    lostAttempts,
    provider,
    error,
    resultSeq,
    timings,
    finishedAt,
    assignedAt,
    tasks,
    streams: [...record.streams],
  });
}

/** Nothing is open, so nobody holds anything. */
function checkPlaces(world: World, client: Client): void {
  // A place may linger until its worker has answered for what the hub ended; not longer.
  world.clock.advance(lingerMs + 1_000);
  client.services((services) => {
    for (const { held, session_id } of services.flatMap(({ providers }) => providers)) {
      if (held > 0) world.violate(`${session_id} holds ${held} places and nothing is open`);
    }
  });
  world.clock.advance(1_000);
}

/** In peace everybody gets the same number of turns, one more or less. */
function checkTurns(world: World, client: Client): void {
  const turns = new Map<string, number>();
  for (let count = 0; count < 12; count += 1) {
    const requestId = client.request('do', {});
    // Longer than any work takes: every worker has room again.
    world.clock.advance(10_000);
    const worker = client.followed.get(requestId)?.firstWorker;
    if (worker === undefined) return world.violate(`${requestId} has to wait though nobody works`);
    turns.set(worker, (turns.get(worker) ?? 0) + 1);
  }
  const counts = [...turns.values()];
  if (Math.max(...counts) - Math.min(...counts) > 1) world.violate(`turns are not fair: ${counts.join(', ')}`);
  check(world, [client]);
}
