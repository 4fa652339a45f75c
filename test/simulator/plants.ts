/** Bugs planted on purpose: a simulator that does not find each of them proves nothing. */

import type { Batch, Store } from '../../packages/hub/src/ledger/store.ts';
import type { Ledger } from '../../packages/hub/src/routing/ports.ts';
import type { Router } from '../../packages/hub/src/routing/router.ts';
import type { Step } from '../../packages/hub/src/routing/steps.ts';

export const plants = ['no-fence', 'number-used-twice', 'deliver-before-commit', 'leaked-place', 'lost-wake-up'] as const;
export type Plant = (typeof plants)[number];

/** A store that says it has kept a batch, and keeps it only with the next one. */
export function lazyStore(store: Store): Store {
  let held: Batch | undefined;
  return overriding(store, {
    commit(batch: Batch) {
      const before = held;
      held = batch;
      if (before !== undefined) store.commit(before);
    },
  });
}

/** A store that forgets the last event of every open request when it is opened again. */
export function forgetfulStore(store: Store): Store {
  return overriding(store, {
    load() {
      const { open, services } = store.load();
      for (const record of open) if (record.seq > 1) record.seq -= 1;
      return { open, services };
    },
  });
}

/** A ledger that believes whoever speaks of a request. */
export function unfencedLedger(ledger: Ledger): Ledger {
  return overriding(ledger, {
    change(requestId: string, step: Step, settled?: Parameters<Ledger['change']>[2]) {
      if (step.type !== 'work') return ledger.change(requestId, step, settled);
      ledger.read(requestId, (record) => {
        const { attempt: _attempt, n: _n, ...message } = step.message;
        const from = record?.provider?.sessionId ?? step.from;
        ledger.change(requestId, { ...step, from, message: message as typeof step.message }, settled);
      });
    },
  });
}

/** Makes a router whose providers now and then keep a place that they gave back. */
export function leakPlaces(router: Router): void {
  const registerService = router.registerService.bind(router);
  let count = 0;
  router.registerService = (peer, message, reply) => {
    registerService(peer, message, reply);
    for (const { held } of peer.providers.values()) {
      held.delete = (requestId) => {
        count += 1;
        return count % 5 === 0 ? held.has(requestId) : Map.prototype.delete.call(held, requestId);
      };
    }
  };
}

/** The same object but for some members; private state stays the original's. */
function overriding<Target extends object>(target: Target, members: Partial<Target>): Target {
  return new Proxy(target, {
    get(original, key) {
      const member: unknown = Reflect.get(members, key) ?? Reflect.get(original, key);
      return typeof member === 'function' && !Reflect.has(members, key) ? member.bind(original) : member;
    },
  });
}
