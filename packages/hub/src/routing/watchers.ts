/** Who follows which request. A watcher is a cursor over the log: live is a cursor that has caught up, a slow reader one that lags. */

import type { LiveUpdate } from '@conduit/sdk/protocol/events';
import { isTerminal } from '@conduit/sdk/protocol/states';
import { liveToWire } from '@conduit/sdk/protocol/wire';
import type { Peer } from './peer.ts';
import type { Change, Clock, Ledger, Outlet, Timer } from './ports.ts';
import { type LogEvent, type RequestRecord, silenceOf } from './record.ts';
import type { LiveNews } from './steps.ts';
import { WireEvents } from './wire-events.ts';

/** The hub writes only so far ahead of an outlet; behind that the outlet's cursors read the log as it drains. */
export const writeAheadBytes = 256 * 1024;
/** How much of the log a lagging cursor reads at once. */
const pageBytes = 256 * 1024;
/** Ended requests that a peer may not have seen to the end, kept until its next answered heartbeat. */
const maxUnconfirmed = 10_000;

/** One peer's place in one request's log. */
export interface Cursor {
  readonly peer: Peer;
  readonly requestId: string;
  /** The last event that was sent. */
  seq: number;
  /** `seq` at the last heartbeat that was sent, and at the last that was answered. */
  marked: number;
  confirmed: number;
  /** It reads the log, or waits for its outlet to drain before it does: the outlet for which. */
  readingFor: Outlet | undefined;
  /** Its request's last event was sent. */
  isDone: boolean;
  /** Live values that wait for their turn, the latest of each. */
  readonly pending: Map<string, LiveNews>;
  /** Hub time of the last live value sent, by key. */
  readonly sentAt: Map<string, number>;
  timer: Timer | undefined;
}

interface WatchersParts {
  readonly clock: Clock;
  readonly ledger: Ledger;
  /** At most one live value per task and watcher in this time, milliseconds; 0 sends every one. */
  readonly progressIntervalMs: number;
}

export class Watchers {
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #intervalMs: number;
  readonly #byRequest = new Map<string, Set<Cursor>>();

  constructor({ clock, ledger, progressIntervalMs }: WatchersParts) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#intervalMs = progressIntervalMs;
  }

  /** Follows the request from behind `afterSeq` on; a cursor that the peer had on it is replaced. */
  add(peer: Peer, requestId: string, afterSeq: number): Cursor {
    this.remove(peer, requestId);
    const cursor: Cursor = {
      peer,
      requestId,
      seq: afterSeq,
      marked: afterSeq,
      confirmed: afterSeq,
      readingFor: undefined,
      isDone: false,
      pending: new Map(),
      sentAt: new Map(),
      timer: undefined,
    };
    peer.cursors.set(requestId, cursor);
    this.#attach(cursor);
    return cursor;
  }

  remove(peer: Peer, requestId: string): void {
    const cursor = peer.cursors.get(requestId);
    if (cursor === undefined) return;
    peer.cursors.delete(requestId);
    this.#detach(cursor);
  }

  removeAll(peer: Peer): void {
    for (const requestId of [...peer.cursors.keys()]) this.remove(peer, requestId);
  }

  /** Sends what a committed change says to everybody who follows the request. */
  deliver(change: Change): void {
    const cursors = this.#byRequest.get(change.record.requestId);
    if (cursors === undefined) return;
    const events = new WireEvents(change.record.requestId, change.events);
    for (const cursor of [...cursors]) this.#offer(cursor, change, events);
  }

  /** Reads the log from the cursor on, as far as its outlet takes it. */
  catchUp(cursor: Cursor): void {
    const { outlet } = cursor.peer;
    if (outlet === undefined || cursor.readingFor !== undefined || !isAttached(cursor)) return;
    cursor.readingFor = outlet;
    this.#readOn(cursor, outlet);
  }

  /** The connection is gone: whatever waits for it will not be heard of again. */
  pause(peer: Peer): void {
    for (const cursor of peer.cursors.values()) cursor.readingFor = undefined;
  }

  /** What was sent before a heartbeat that is answered has arrived. */
  mark(peer: Peer): void {
    for (const cursor of peer.cursors.values()) cursor.marked = cursor.seq;
  }

  confirm(peer: Peer): void {
    for (const cursor of peer.cursors.values()) {
      cursor.confirmed = cursor.marked;
      if (cursor.isDone && cursor.confirmed === cursor.seq) this.remove(peer, cursor.requestId);
    }
  }

  /** A stock client came back: everything goes on from what surely arrived. */
  resume(peer: Peer): void {
    for (const cursor of [...peer.cursors.values()]) {
      cursor.seq = cursor.confirmed;
      cursor.marked = cursor.confirmed;
      cursor.isDone = false;
      this.#attach(cursor);
      this.catchUp(cursor);
    }
  }

  /** Whether somebody who is connected has not been sent all that is committed. */
  get isBehind(): boolean {
    for (const cursors of this.#byRequest.values()) {
      for (const { readingFor, peer } of cursors) if (readingFor !== undefined && readingFor === peer.outlet) return true;
    }
    return false;
  }

  close(): void {
    for (const cursors of this.#byRequest.values()) for (const cursor of cursors) cursor.timer?.cancel();
    this.#byRequest.clear();
  }

  #attach(cursor: Cursor): void {
    const cursors = this.#byRequest.get(cursor.requestId);
    if (cursors === undefined) this.#byRequest.set(cursor.requestId, new Set([cursor]));
    else cursors.add(cursor);
  }

  #detach(cursor: Cursor): void {
    cursor.timer?.cancel();
    cursor.timer = undefined;
    cursor.pending.clear();
    const cursors = this.#byRequest.get(cursor.requestId);
    if (cursors?.delete(cursor) === true && cursors.size === 0) this.#byRequest.delete(cursor.requestId);
  }

  #offer(cursor: Cursor, change: Change, events: WireEvents): void {
    const { outlet } = cursor.peer;
    if (outlet === undefined || cursor.readingFor !== undefined) return;
    const [first] = change.events;
    const isBehind = first !== undefined && first.seq !== cursor.seq + 1;
    if (isBehind && cursor.seq >= (change.events.at(-1) as LogEvent).seq) return;
    if (isBehind || outlet.unsentBytes > writeAheadBytes) return this.catchUp(cursor);
    if (change.events.some(endsSomething)) this.#flush(cursor);
    for (let at = 0; at < change.events.length; at += 1) this.#send(cursor, change.events[at] as LogEvent, events.at(at));
    for (const update of change.live) this.#tell(cursor, update);
  }

  #send(cursor: Cursor, event: LogEvent, wire: { name: string; body: object }): void {
    cursor.peer.outlet?.send(wire.name, wire.body);
    cursor.seq = event.seq;
    if (event.type === 'result' || event.type === 'error') this.#finish(cursor);
  }

  /** Nothing follows; the place is kept until a heartbeat tells that the end arrived. */
  #finish(cursor: Cursor): void {
    cursor.isDone = true;
    this.#detach(cursor);
    const { cursors } = cursor.peer;
    if (cursors.size <= maxUnconfirmed) return;
    for (const [requestId, other] of cursors) {
      if (other.isDone) return void cursors.delete(requestId);
    }
  }

  /** Live state: at once if its last value is old enough, otherwise when it is; the latest wins. */
  #tell(cursor: Cursor, update: LiveNews): void {
    const key = keyOf(update);
    const now = this.#clock.elapsed();
    const dueAt = (cursor.sentAt.get(key) ?? Number.NEGATIVE_INFINITY) + this.#intervalMs;
    if (this.#intervalMs === 0 || now >= dueAt) return this.#tellNow(cursor, update);
    cursor.pending.set(key, update);
    cursor.timer ??= this.#clock.after(dueAt - now, () => {
      cursor.timer = undefined;
      this.#flush(cursor);
    });
  }

  #tellNow(cursor: Cursor, update: LiveNews): void {
    const key = keyOf(update);
    cursor.pending.delete(key);
    if (this.#intervalMs > 0) cursor.sentAt.set(key, this.#clock.elapsed());
    const stamp = { seq: cursor.seq, attempt: update.attempt, at: this.#clock.now(), overall: update.overall };
    const wire = liveToWire(cursor.requestId, stamp, update);
    cursor.peer.outlet?.send(wire.name, wire.body);
  }

  #flush(cursor: Cursor): void {
    if (cursor.pending.size === 0 || cursor.readingFor !== undefined) return;
    for (const update of [...cursor.pending.values()]) this.#tellNow(cursor, update);
  }

  #readOn(cursor: Cursor, outlet: Outlet): void {
    if (cursor.readingFor !== outlet || !isAttached(cursor)) return;
    if (outlet.unsentBytes > writeAheadBytes) return outlet.onDrain(() => this.#readOn(cursor, outlet));
    this.#ledger.events(cursor.requestId, cursor.seq, pageBytes, (page) => {
      if (cursor.readingFor !== outlet || !isAttached(cursor)) return;
      const events = new WireEvents(cursor.requestId, page.events);
      for (let at = 0; at < page.events.length; at += 1) this.#send(cursor, page.events[at] as LogEvent, events.at(at));
      if (page.hasMore && !cursor.isDone) return this.#readOn(cursor, outlet);
      cursor.readingFor = undefined;
      if (!cursor.isDone) this.#tellCurrent(cursor);
    });
  }

  /** After a replay of an open request its live values follow. */
  #tellCurrent(cursor: Cursor): void {
    cursor.pending.clear();
    this.#ledger.read(cursor.requestId, (record) => {
      if (record === undefined || cursor.readingFor !== undefined || !isAttached(cursor)) return;
      if (record.seq > cursor.seq) return this.catchUp(cursor);
      if (isTerminal(record.state)) return;
      const stamp = { attempt: record.attempt, overall: record.overall };
      for (const update of currentLive(record, this.#clock.elapsed())) this.#tellNow(cursor, { ...update, ...stamp });
    });
  }
}

function isAttached(cursor: Cursor): boolean {
  return !cursor.isDone && cursor.peer.cursors.get(cursor.requestId) === cursor;
}

/** The latest value of a task arrives before any change of that task's state. */
function endsSomething(event: LogEvent): boolean {
  return event.type !== 'chunk' && event.type !== 'tasks';
}

function keyOf(update: LiveUpdate): string {
  return update.type === 'progress' ? update.taskId : ` ${update.type}`;
}

function currentLive(record: RequestRecord, elapsed: number): LiveUpdate[] {
  const updates: LiveUpdate[] = [];
  const { live } = record;
  if (live.running && live.progress.size === 0) updates.push({ type: 'running' });
  for (const [taskId, progress] of live.progress) updates.push({ type: 'progress', taskId, ...progress });
  if (live.waiting !== undefined && record.state === 'queued') updates.push({ type: 'waiting', ...live.waiting });
  const silence = silenceOf(record, elapsed);
  if (silence !== undefined) updates.push({ type: 'stalled', stalled: true, ...silence });
  return updates;
}
