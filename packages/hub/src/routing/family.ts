/** Requests that providers made for the sake of another: children share their parent's fate. */

import { isTerminal } from '@conduit/sdk/protocol/states';
import type { Change, Ledger } from './ports.ts';
import type { RequestRecord } from './record.ts';

export class Family {
  readonly #ledger: Ledger;
  readonly #children = new Map<string, Set<string>>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  add(record: Pick<RequestRecord, 'requestId' | 'parent'>): void {
    if (record.parent === undefined) return;
    const siblings = this.#children.get(record.parent.requestId);
    if (siblings === undefined) this.#children.set(record.parent.requestId, new Set([record.requestId]));
    else siblings.add(record.requestId);
  }

  /** Children end with a parent that ends other than completed, or that starts over. */
  decided({ record, before, step }: Change): void {
    if (step.type === 'open') this.add(record);
    if (isTerminal(record.state)) this.#forget(record);
    const startsOver = before.attempt > 0 && record.attempt !== before.attempt;
    const hasFailed = isTerminal(record.state) && record.state !== 'completed';
    if (startsOver || hasFailed) this.#cancelAll(record.requestId, startsOver ? 'parent_retried' : 'parent_ended');
    if (isTerminal(record.state)) this.#children.delete(record.requestId);
  }

  #cancelAll(parentId: string, reason: string): void {
    for (const child of [...(this.#children.get(parentId) ?? [])]) this.#ledger.change(child, { type: 'cancel', reason });
  }

  #forget(record: RequestRecord): void {
    if (record.parent === undefined) return;
    const siblings = this.#children.get(record.parent.requestId);
    if (siblings?.delete(record.requestId) === true && siblings.size === 0) this.#children.delete(record.parent.requestId);
  }
}
