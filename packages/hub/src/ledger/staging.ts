/** What is decided and not yet committed. Each batch is committed at once and then delivered, in the order in which it was decided. */

import type { Body } from '../routing/body.ts';
import type { Change, KnownService } from '../routing/ports.ts';
import type { LogEvent, Origin, RequestRecord } from '../routing/record.ts';
import type { Decision } from '../routing/steps.ts';
import type { Trimming } from './trim.ts';

export interface Created {
  readonly origin: Origin;
  readonly payload: Body;
}

/** A request that has not ended, or whose end is not committed yet. */
export interface Open {
  readonly record: RequestRecord;
  /** The last batch that holds something of this request. While there is one, the record is ahead of the log. */
  stagedIn: StagedBatch | undefined;
  /** Its creation is committed, so its payload may be shown. */
  isStored: boolean;
  readonly trimming: Trimming;
}

/** What has to be told of a step, once its batch is committed. */
export interface Delivery {
  /** Absent where nothing changed: a refusal, a duplicate, an unknown request. */
  readonly change: Change | undefined;
  readonly decision: Decision | undefined;
  readonly record: RequestRecord | undefined;
  readonly settled: ((decision: Decision | undefined, record: RequestRecord | undefined) => void) | undefined;
}

export class StagedBatch {
  readonly created: Created[] = [];
  readonly events: { readonly requestId: string; readonly event: LogEvent }[] = [];
  readonly ended: RequestRecord[] = [];
  /** They ended, and nothing of them is kept. */
  readonly dropped: RequestRecord[] = [];
  readonly services: KnownService[] = [];
  readonly touched = new Set<Open>();
  readonly deliveries: Delivery[] = [];
  /** Reads and flushes that wait for this batch; they run after its deliveries. */
  readonly waiting: (() => void)[] = [];
  /** How much of the live state that isn't saved goes along. */
  savesLive: 'none' | 'some' | 'all' = 'none';
  /** Hub time is to be kept even if nothing else is. */
  keepsTime = false;
  bytes = 0;

  addCreated(created: Created): void {
    this.created.push(created);
    this.bytes += headerBytes + created.payload.bytes;
  }

  addDelivery(delivery: Delivery): void {
    this.deliveries.push(delivery);
    this.bytes += deliveryBytes;
  }

  addEvents(requestId: string, events: readonly LogEvent[]): void {
    for (const event of events) {
      this.events.push({ requestId, event });
      this.bytes += bytesOf(event);
    }
  }

  /** About what of it is stored. */
  get storedBytes(): number {
    return this.bytes - this.deliveries.length * deliveryBytes;
  }

  /** Full: what comes next belongs to another batch, so that no commit holds up the loop for long. */
  get isFull(): boolean {
    return this.bytes >= fullBytes || this.deliveries.length >= fullDeliveries;
  }
}

/** Half a mebibyte is some 3 ms of encoding and writing; with one message of 1 MiB on top, a commit stays below 10. */
const fullBytes = 512 * 1024;
const fullDeliveries = 1_000;
/** About what a queued closure with its record's reference takes: staged answers count as well as staged bodies. */
const deliveryBytes = 128;
const headerBytes = 256;

function bytesOf(event: LogEvent): number {
  return headerBytes + (bodyOf(event)?.bytes ?? 0);
}

/** The opaque part of an event, if it has one. */
export function bodyOf(event: LogEvent): Body | undefined {
  if (event.type === 'chunk') return event.data;
  return event.type === 'result' || event.type === 'task_result' ? event.result : undefined;
}
